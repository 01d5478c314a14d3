"""The surety desks of the demo (デモの保証会社の窓口): officers, customers with their ids, news, the registry's orderers and people."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from guarantees.desk.numbering import new_customer_number
from guarantees.desk.orm import DeskCustomer, DeskNews
from guarantees.registry.orderers import load_orderers
from guarantees.registry.orm import Orderer, OrdererKind
from portal.accounts.models import Door
from portal.accounts.registration import create_account
from portal.acting import acting
from portal.permissions import Role
from portal.workflows.act import Act, Actor
from procurement.guarantee_limits import orderer_code, orderer_names
from procurement.parties import Company
from procurement.wareki import jst_date

ORDERERS = Path(__file__).resolve().parents[1] / "registry" / "demo_orderers.toml"
OPERATOR = Actor(side="operator", id="demo", name="デモの準備")


def make_desks(files: list[dict[str, Any]], company_ids: Mapping[str, str], password: str) -> None:
    """Everything that stands before the first application."""
    with acting(OPERATOR) as act:
        _make_orderers(act)
        for file in files:
            for entry in file.get("desks", ()):
                _make_news(act, entry)
            for entry in file.get("officers", ()):
                _make_officer(act, entry, password)
            for entry in file.get("customers", ()):
                company = act.session.get_one(Company, company_ids[entry["company"]])
                _make_customer(act, entry, company, password)
            for entry in file.get("registry_people", ()):
                _make_registry_person(act, entry, password)


def _make_orderers(act: Act) -> None:
    """The registry's list with its usage report, and every further city that takes electronic guarantees."""
    load_orderers(act.session, ORDERERS.read_text(encoding="utf-8"))
    for rules in act.cities.values():
        starts: list[date] = [row.starts_on for row in rules.guarantees.electronic if row.starts_on]
        known = act.session.scalar(select(Orderer.id).where(Orderer.code == orderer_code(rules)))
        if starts and not known:
            act.session.add(
                Orderer(
                    code=orderer_code(rules),
                    name=orderer_names(rules)[0],
                    kind=OrdererKind.MUNICIPALITY,
                    starts_on=min(starts),
                )
            )


def _make_news(act: Act, entry: Mapping[str, Any]) -> None:
    act.session.add(
        DeskNews(
            issuer=entry["issuer"],
            title=entry["news_title"],
            text=entry["news"],
            published_on=jst_date(act.now),
        )
    )


def _make_officer(act: Act, entry: Mapping[str, Any], password: str) -> None:
    create_account(
        act.session,
        login_name=entry["login_name"],
        name=entry["name"],
        title=entry["title"],
        mail_address=entry["mail_address"],
        door=Door.SURETY,
        roles=[Role.SURETY],
        actor=(OPERATOR.side, OPERATOR.id, OPERATOR.name),
        now=act.now,
        password=password,
        organisation=entry["issuer"],
    )


def _make_registry_person(act: Act, entry: Mapping[str, Any], password: str) -> None:
    """Somebody who signs in at the registry's own door (保証確認サービス)."""
    create_account(
        act.session,
        login_name=entry["login_name"],
        name=entry["name"],
        title=entry["title"],
        mail_address=entry["mail_address"],
        door=Door.REGISTRY,
        roles=[Role(entry["role"])],
        actor=(OPERATOR.side, OPERATOR.id, OPERATOR.name),
        now=act.now,
        password=password,
        organisation=entry["organisation"],
    )


def _make_customer(act: Act, entry: Mapping[str, Any], company: Company, password: str) -> None:
    customer = DeskCustomer(
        issuer=entry["issuer"],
        number=new_customer_number(act.session, entry["issuer"]),
        name=company.name,
        address=company.address,
        representative=company.representative,
        mail_address=company.mail_address,
        phone=company.phone,
        applied_at=act.now,
        admitted_at=act.now,
    )
    act.session.add(customer)
    act.session.flush()
    create_account(
        act.session,
        login_name=entry["login_name"],
        name=company.representative_name,
        title=company.name,
        mail_address=company.mail_address,
        door=Door.SURETY,
        roles=[Role.DESK_CUSTOMER],
        actor=(OPERATOR.side, OPERATOR.id, OPERATOR.name),
        now=act.now,
        password=password,
        organisation=entry["issuer"],
        desk_customer_id=customer.id,
    )
