"""A desk of the tests (試験の窓口): a company's officer, two customers, a city that takes its guarantees, a registry as told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from guarantees.desk.numbering import new_customer_number
from guarantees.desk.orm import DeskApplication, DeskCustomer, DeskGuarantee
from guarantees.lookup import Arrived, Publication, PublishAnswer, PublishRefused, Unavailable
from guarantees.testing import Exploded
from portal import clock
from portal.accounts.models import Door
from portal.accounts.registration import create_account
from portal.acting import house
from portal.audit.entries import AuditEntry
from portal.mail.outbox import OutboxMessage
from portal.permissions import Role
from portal.scoping import Scope
from portal.surety import joining
from portal.unit_of_work import reading, writing
from tests.people import PASSWORD, sign_in

START = datetime(2026, 5, 8, 9, 30, tzinfo=clock.TOKYO)
CITY, MAYOR = "tosu", "鳥栖市長"
TYPED = {
    "orderer": CITY,
    "orderer_name": MAYOR,
    "work_name": "市道改良工事",
    "contract_price": "50000000",
    "work_starts_on": "2026-06-01",
    "work_ends_on": "2026-10-30",
    "apply_advance": "y",
    "advance_amount": "20000000",
    "deposit_institution": "みほん銀行　本店",
    "plans_interim": "yes",
    "apply_contract": "y",
    "contract_amount": "5000000",
    "order_kind": "open",
    "awarded_on": "20260507",
    "branch": "佐賀支店",
    "receiving": "electronic",
    "mail_address": "keiyaku@mihon.example.jp",
}


@dataclass
class ToldRegistry:
    """A registry that takes publications, or does not, as it is told; it remembers what it was sent, but no key."""

    behaviour: str = "found"
    name: str = "試験用の保証確認サービス"
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def publish(self, publication: Publication, *, now: datetime) -> PublishAnswer:
        assert publication.contents is not None
        self.sent.append((publication.kind.value, publication.number, publication.contents.sha256))
        if self.behaviour == "explodes":
            raise Exploded
        if self.behaviour == "unavailable":
            return Unavailable("応答がありません。")
        if self.behaviour == "refuses":
            return PublishRefused("この発注者は、電子保証に対応していません。")
        return Arrived(now)


@dataclass
class DeskTown:
    """The desk with its people's browsers."""

    app: Flask
    registry: ToldRegistry

    def browser(self, login_name: str) -> FlaskClient:
        client = self.app.test_client()
        assert sign_in(client, login_name) == 302
        return client

    @property
    def customer(self) -> FlaskClient:
        return self.browser("customer")

    @property
    def officer(self) -> FlaskClient:
        return self.browser("officer")

    def applied(self, **changes: str) -> str:
        """Apply through the pages; the id of the application that was sent."""
        client = self.customer
        typed = {name: value for name, value in (TYPED | changes).items() if value}
        answer = client.post("/surety/desk/applications/new/new", data=typed | {"action": "check"})
        assert answer.status_code == 302
        page = client.get(answer.location)
        assert page.status_code == 200, page.text
        assert client.post(answer.location).status_code == 302
        return answer.location.split("/")[-2]

    def issued(self, application_id: str, product: str = "contract") -> str:
        """Let the officer issue a product; the id of the guarantee."""
        data = {"product": product, "starts_on": "2026-05-08", "ends_on": "令和8年10月30日"}
        answer = self.officer.post(f"/surety/applications/{application_id}/issue", data=data)
        assert answer.status_code == 302, answer.text
        return answer.location.split("/")[-1]

    def guarantee(self, guarantee_id: str) -> dict[str, Any]:
        """What the desk's books say of a guarantee."""
        with self.app.app_context(), reading(Scope()) as session:
            row = session.get_one(DeskGuarantee, guarantee_id)
            key = house().desk_secrets.open(row.key_sealed, row.id) if row.key_sealed else ""
            return {
                "number": row.number,
                "key": key,
                "arrived": row.has_arrived,
                "waiting": len(row.waiting),
                "kinds": [paper.kind.value for paper in row.papers],
                "problem": row.papers[-1].publish_problem,
                "application": row.application.status.value,
            }

    def applications(self) -> list[str]:
        with self.app.app_context(), reading(Scope()) as session:
            return list(session.scalars(select(DeskApplication.id)))


def open_desk(app: Flask, behaviour: str = "found") -> Iterator[DeskTown]:
    """The town at 9:30 on a Friday, with the company west, its officer, and two of its customers."""
    registry = ToldRegistry(behaviour)
    joining.rate.forget()
    with pytest.MonkeyPatch.context() as patch, clock.freeze(START):
        patch.setitem(house(app).__dict__, "publisher", registry)
        with app.app_context(), writing(Scope()) as session:
            _account(session, "officer", Role.SURETY, "west", None)
            _account(session, "other-officer", Role.SURETY, "east", None)
            for name in ("customer", "other"):
                row = DeskCustomer(
                    issuer="west",
                    number=new_customer_number(session, "west"),
                    name=f"{name}建設株式会社",
                    address="見本県見本町1-2-3",
                    representative="代表取締役　見本　太郎",
                    mail_address=f"{name}@mihon.example.jp",
                    phone="0942-00-0001",
                    applied_at=START,
                    admitted_at=START,
                )
                session.add(row)
                session.flush()
                _account(session, name, Role.DESK_CUSTOMER, "west", row.id)
        yield DeskTown(app, registry)


def _account(session: Any, login_name: str, role: Role, issuer: str, customer_id: str | None) -> None:
    create_account(
        session,
        login_name=login_name,
        name="試験　太郎",
        mail_address=f"{login_name}@example.jp",
        door=Door.SURETY,
        roles=[role],
        actor=("job", "tests", ""),
        now=START,
        password=PASSWORD,
        organisation=issuer,
        desk_customer_id=customer_id,
    )


def mails(desk: DeskTown) -> list[tuple[str, str, str]]:
    with desk.app.app_context(), reading(Scope()) as session:
        rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at)).all()
        return [(mail.to, mail.subject, mail.body) for mail in rows]


def everything_kept(desk: DeskTown) -> str:
    """The audit log and the outbox as text: no key may be in them."""
    with desk.app.app_context(), reading(Scope()) as session:
        audit = "".join(str(row.details) for row in session.scalars(select(AuditEntry)))
    return audit + "".join(" ".join(mail) for mail in mails(desk))
