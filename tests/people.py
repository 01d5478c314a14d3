"""People for tests: an account of each role, and a browser signed in as each."""

from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from portal.accounts.case_links import issue_case_link
from portal.accounts.models import Account, Door
from portal.accounts.registration import create_account
from portal.permissions import Role
from portal.unit_of_work import reading, writing

PASSWORD = "Abcdef1!"
CITY = "testshi"
COMPANY = "company-of-the-tests"
CASE = "case-of-the-tests"
DOORS = {Role.CONTRACTOR: Door.CONTRACTOR, Role.SURETY: Door.SURETY}


def person(
    app: Flask, role: Role, login_name: str = "", city: str = CITY, company_id: str = COMPANY
) -> Account:
    """An account of that role, with PASSWORD."""
    door = DOORS.get(role, Door.OFFICE)
    with app.app_context(), writing() as session:
        account, _ = create_account(
            session,
            login_name=login_name or role.value,
            name="試験 太郎",
            mail_address=f"{login_name or role.value}@example.jp",
            door=door,
            roles=[role],
            actor=("job", "tests", ""),
            now=clock.now(),
            password=PASSWORD,
            city=city if door is Door.OFFICE else None,
            company_id=company_id if door is not Door.OFFICE else None,
        )
    return account


def sign_in(client: FlaskClient, login_name: str, password: str = PASSWORD) -> int:
    """Sign in through the page; the status of its answer."""
    return client.post("/login", data={"login_name": login_name, "password": password}).status_code


def browser_of(app: Flask, role: Role) -> FlaskClient:
    """A browser in which a person of that role is signed in (a guest's is empty)."""
    client = app.test_client()
    if role is Role.CASE_LINK:
        client.get(f"/enter/{case_link(app, clock.now())}")
    elif role is not Role.GUEST:
        if not is_registered(app, role.value):
            person(app, role)
        assert sign_in(client, role.value) == 302
    return client


def is_registered(app: Flask, login_name: str) -> bool:
    """Whether there is an account of that name."""
    with app.app_context(), reading() as session:
        return session.scalar(select(Account.id).where(Account.login_name == login_name)) is not None


def case_link(app: Flask, now: datetime) -> str:
    """The token of a link to CASE."""
    with app.app_context(), writing() as session:
        return issue_case_link(session, city=CITY, case_id=CASE, company_id=COMPANY, now=now)
