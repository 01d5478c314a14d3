"""Loading the demo (デモの読み込み): the same workflows that people use, at the instants of the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal import clock
from portal.accounts.models import Account, Door
from portal.accounts.registration import create_account
from portal.acting import acting, house
from portal.demo.acts import ACTS
from portal.demo.desks import make_desks
from portal.demo.notices import write_notices
from portal.demo.plans import (
    PlannedAct,
    demo_cases,
    demo_files,
    first_day,
    planned_acts,
    registration_number,
)
from portal.demo.players import Players
from portal.permissions import Role
from portal.unit_of_work import reading
from portal.workflows.act import Actor
from procurement.cases import ProcurementCase
from procurement.parties import Company, CompanyRegistration

PASSWORD = "Warifu-demo1!"  # noqa: S105 - printed on the demo's front page
OPERATOR = Actor(side="operator", id="demo", name="デモの準備")
BEFORE_EVERYTHING = timedelta(days=90)


@dataclass
class DemoPeople:
    """The people of the demo by the keys of the data files."""

    company_ids: dict[str, str] = field(default_factory=dict)
    company_data: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: dict[tuple[str | None, Role], Account] = field(default_factory=dict)


def is_loaded() -> bool:
    """Whether the demo's cases are there already."""
    with reading() as session:
        return session.scalar(select(ProcurementCase.id).limit(1)) is not None


def first_day_of_demo(today: date) -> date:
    """The first day from `today` on which the rules of all cities of the demo are in force."""
    return first_day(demo_cases(demo_files()), house().cities, today)


def load_demo(today: date) -> int:
    """Make people and cases, dated relative to `today`; returns the number of cases.

    On a day on which a city's rules have not begun for long enough, some cases are left out.
    """
    files = demo_files()
    cases = demo_cases(files)
    at_home = clock.TOKYO
    begin = datetime.combine(today, datetime.min.time(), at_home) - BEFORE_EVERYTHING
    with clock.travel(begin):
        people = _make_people(files)
        make_desks(files, people.company_ids, PASSWORD)
    case_ids: dict[tuple[str, str], str] = {}
    for planned in planned_acts(cases, house().cities, today):
        with clock.travel(planned.at):
            _play(planned, people, case_ids)
    write_notices()
    return len(case_ids)


def _play(planned: PlannedAct, people: DemoPeople, case_ids: dict[tuple[str, str], str]) -> None:
    case = planned.case
    key = (case.city, case.data["number"])
    players = Players(
        city=case.city,
        data=case.data,
        company=people.company_data[case.data["company"]],
        company_id=people.company_ids[case.data["company"]],
        officer=people.accounts[case.city, Role.OFFICER],
        signatory=people.accounts[case.city, Role.SIGNATORY],
        case_id=case_ids.get(key, ""),
    )
    made = ACTS[planned.act](players)
    if made:
        case_ids[key] = made


def _make_people(files: list[dict[str, Any]]) -> DemoPeople:
    people = DemoPeople()
    with acting(OPERATOR) as act:
        cities = [file["city"] for file in files if "city" in file]
        for entry in (company for file in files for company in file.get("companies", ())):
            company = _make_company(entry, act.now)
            act.session.add(company)
            act.session.flush()
            people.company_ids[entry["key"]] = company.id
            people.company_data[entry["key"]] = entry
            act.session.add_all(_registrations(entry, company, cities))
        for file in files:
            for entry in file.get("accounts", ()):
                account = _make_account(act, entry, file.get("city"), people.company_ids)
                for role in account.role_set:
                    people.accounts.setdefault((account.city, role), account)
    return people


def _make_company(entry: Mapping[str, Any], now: datetime) -> Company:
    names = ("name", "address", "representative_title", "representative_name", "mail_address", "phone")
    return Company(**{name: entry[name] for name in names}, registered_at=now)


def _registrations(
    entry: Mapping[str, Any], company: Company, cities: list[str]
) -> list[CompanyRegistration]:
    return [
        CompanyRegistration(
            city=city,
            registration_number=registration_number(entry["key"], city),
            company_id=company.id,
            representative_title=entry["representative_title"],
            representative_name=entry["representative_name"],
            mail_address=entry["mail_address"],
        )
        for city in cities
    ]


def _make_account(act: Any, entry: Mapping[str, Any], city: str | None, companies: dict[str, str]) -> Account:
    account, _ = create_account(
        act.session,
        login_name=entry["login_name"],
        name=entry["name"],
        title=entry["title"],
        mail_address=entry["mail_address"],
        door=Door(entry["door"]),
        roles=[Role(role) for role in entry["roles"]],
        actor=(OPERATOR.side, OPERATOR.id, OPERATOR.name),
        now=act.now,
        password=PASSWORD,
        city=city,
        company_id=companies.get(entry.get("company", "")),
        section=entry.get("section", ""),
    )
    return account
