"""An office for tests: a case moved on by the workflows, and a browser for each person of the city."""

import re
from contextlib import ExitStack
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal import clock
from portal.accounts.identity import TOKEN_KEY, start_sign_in
from portal.accounts.models import Account, Door
from portal.acting import acting
from portal.permissions import Role
from portal.scoping import Scope
from portal.unit_of_work import writing
from tests.workflows.town import OFFICER, Town

AWARD = {
    "number": "R8-100",
    "title": "試験通り舗装工事",
    "category": "construction_works",
    "method": "open_with_conditions",
    "noticed_on": "令和８年４月１日",
    "awarded_on": "R8.5.7",
    "awarded_time": "９:00",
    "contract_price": "１２，３４５，０００円",
    "consumption_tax": "1,122,272",
    "starts_on": "2026-05-20",
    "ends_on": "令和8年9月30日",
    "company_name": "株式会社試験組",
    "mail_address": "kumi@contractor.example.jp",
}
"""An award as it is typed: both calendars, full-width digits, 円 and commas."""


class OfficeDesk:
    """One city with its town; acts happen each in an app context of its own, as requests do."""

    def __init__(self, app: Flask, stack: ExitStack, city: str = "tosu") -> None:
        self.app = app
        self.town = Town(app, stack, city)
        self.play("open_office")

    def play(self, *acts: str, **values: Any) -> None:
        """Acts of the town, by name; `values` go to the last one."""
        for number, name in enumerate(acts, start=1):
            with self.app.app_context():
                getattr(self.town, name)(**(values if number == len(acts) else {}))

    @property
    def case(self) -> str:
        return f"/office/cases/{self.town.case_id}"

    @property
    def contract_id(self) -> str:
        with self.app.app_context(), acting(OFFICER, Scope()) as act:
            return self.town.contract(act).id

    @property
    def contract(self) -> str:
        return f"/office/contracts/{self.contract_id}"

    @property
    def filing(self) -> str:
        with self.app.app_context(), acting(OFFICER, Scope()) as act:
            return f"/office/filings/{self.town.case(act).filings[0].id}"

    @property
    def stage(self) -> str:
        with self.app.app_context():
            return self.town.stage.value

    def browser(self, name: str = "officer") -> FlaskClient:
        """A browser in which this person of the town is signed in: officer, second, mayor."""
        with self.app.app_context(), writing(Scope()) as session:
            query = select(Account).where(Account.login_name == f"{self.town.city}-{name}")
            account_id = session.scalars(query).one().id
        return _signed_in(self.app, account_id)

    def stranger(self, role: Role, city: str) -> FlaskClient:
        """A browser of somebody else's: the same role in another city, or another role here."""
        with self.app.app_context(), writing(Scope()) as session:
            account = Account(
                login_name=f"{city}-{role}-stranger",
                name="よその　職員",
                mail_address="stranger@example.jp",
                door=Door.OFFICE,
                city=city,
                roles=[role.value],
                created_at=clock.now(),
            )
            session.add(account)
            session.flush()
            account_id = account.id
        return _signed_in(self.app, account_id)


def _signed_in(app: Flask, account_id: str) -> FlaskClient:
    with app.test_request_context(), writing(Scope()) as session:
        token = start_sign_in(session, session.get_one(Account, account_id))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[TOKEN_KEY] = token
    return client


def text_of(answer: TestResponse) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def value_of(answer: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, name
    return found[1]
