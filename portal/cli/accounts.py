"""`flask --app wsgi account`: the first people of an instance, and what an administrator does for them."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Account, Door
from portal.accounts.registration import create_account, disable_account, reissue_password
from portal.acting import house
from portal.permissions import Role
from portal.unit_of_work import writing
from procurement.errors import RuleViolation

OPERATOR = ("operator", "command", "")
group = AppGroup("account", help="People who may sign in.")


@group.command()
@click.argument("login_name")
@click.option("--name", required=True)
@click.option("--mail", required=True, help="Mail address.")
@click.option("--door", type=click.Choice([door.value for door in Door]), required=True)
@click.option(
    "--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), required=True
)
@click.option("--city", help="Slug of the city of an officer.")
@click.option("--company", "company_id", help="Id of the company of a contractor.")
@click.option("--organisation", help="Code of the surety company or orderer, at the desk and the registry.")
@click.option("--section", default="")
@click.option("--title", default="")
def create(
    login_name: str,
    name: str,
    mail: str,
    door: str,
    roles: tuple[str, ...],
    city: str | None,
    company_id: str | None,
    organisation: str | None,
    section: str,
    title: str,
) -> None:
    """Register a person; prints the first password, which must be changed at the first login."""
    with _refusals_in_words(), writing() as session:
        _refuse_unknown_city(roles, city)
        _, password = create_account(
            session,
            login_name=login_name,
            name=name,
            mail_address=mail,
            door=Door(door),
            roles=[Role(role) for role in roles],
            actor=OPERATOR,
            now=clock.now(),
            city=city,
            company_id=company_id,
            organisation=organisation,
            section=section,
            title=title,
        )
    click.echo(password)


@group.command()
@click.argument("login_name")
def password(login_name: str) -> None:
    """Issue a new first password."""
    with _refusals_in_words(), writing() as session:
        fresh = reissue_password(session, _account(session, login_name), OPERATOR, clock.now())
    click.echo(fresh)


@group.command()
@click.argument("login_name")
def disable(login_name: str) -> None:
    """Close an account and end its sign-ins."""
    with _refusals_in_words(), writing() as session:
        disable_account(session, _account(session, login_name), OPERATOR, clock.now())


def _account(session: Session, login_name: str) -> Account:
    account = session.scalar(select(Account).where(Account.login_name == login_name))
    if account is None:
        raise RuleViolation("account.unknown", f"利用者ID「{login_name}」は登録されていません。")
    return account


def _refuse_unknown_city(roles: tuple[str, ...], city: str | None) -> None:
    """An officer and a signatory belong to a city, and its rules are here."""
    known = "、".join(house().cities)
    if city is not None and city not in house().cities:
        raise RuleViolation(
            "account.city_unknown", f"「{city}」という市はありません。登録されている市: {known}"
        )
    if city is None and {Role.OFFICER, Role.SIGNATORY} & set(roles):
        raise RuleViolation(
            "account.city_missing", f"市の職員には --city が要ります。登録されている市: {known}"
        )


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    try:
        yield
    except RuleViolation as refused:
        raise click.ClickException(refused.sentence()) from refused
