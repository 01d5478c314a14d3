"""Accounts: registered by an administrator, never deleted, and what each kind of person sees."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Account, CaseLink, Door, LoginSession
from portal.accounts.principals import NOTHING, account_principal, case_link_principal
from portal.accounts.tokens import new_token, token_hash
from portal.permissions import Permission, Role
from portal.scoping import Scope
from portal.unit_of_work import reading
from tests.conftest import NOON
from tests.people import case_link, person, sign_in

CREATE = ["account", "create", "tanaka", "--name", "田中", "--mail", "tanaka@example.jp", "--door", "office"]
CREATE += ["--city", "tosu"]


def accounts(app: Flask) -> list[Account]:
    with app.app_context(), reading() as session:
        return list(session.scalars(select(Account)))


def sign_in_row() -> LoginSession:
    return LoginSession(
        id="s", created_at=NOON, last_seen_at=NOON, expires_at=NOON, address="", token_hash=""
    )


def test_an_administrator_registers_a_person_who_then_signs_in(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=[*CREATE, "--role", "officer", "--role", "signatory"]).output
    assert sign_in(app.test_client(), "tanaka", printed.strip()) == 302

    (account,) = accounts(app)
    assert account.must_change_password
    assert account.permissions >= {Permission.OFFICE_SIGN, Permission.OFFICE_SEND_CONTRACT}
    assert "argon2id" in (account.password_hash or "")


def test_an_officer_belongs_to_a_city_whose_rules_are_here(app: Flask) -> None:
    runner = app.test_cli_runner()
    for words in ([*CREATE[:-1], "tosuu"], CREATE[:-2]):
        refused = runner.invoke(args=[*words, "--role", "officer"])
        assert refused.exit_code == 1
        assert "登録されている市" in refused.output
    assert accounts(app) == []


def test_a_name_is_given_once(app: Flask) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=[*CREATE, "--role", "officer"])
    second = runner.invoke(args=[*CREATE, "--role", "admin"])
    assert second.exit_code == 1
    assert "すでに使われています" in second.output
    assert len(accounts(app)) == 1


def test_an_unknown_person_is_told_so(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["account", "disable", "nobody"])
    assert answer.exit_code == 1
    assert "登録されていません" in answer.output


def test_a_closed_account_stays_in_the_history(app: Flask) -> None:
    person(app, Role.OFFICER)
    for _ in range(2):
        app.test_cli_runner().invoke(args=["account", "disable", "officer"])
    (account,) = accounts(app)
    assert account.disabled_at is not None


@pytest.mark.parametrize(
    ("door", "city", "company_id", "scope"),
    [
        (Door.OFFICE, "here", None, Scope(city="here")),
        (Door.CONTRACTOR, None, "ours", Scope(company_id="ours")),
        (Door.CONTRACTOR, None, None, Scope(company_id=NOTHING)),
        (Door.SURETY, None, "surety", Scope(company_id=NOTHING)),
    ],
)
def test_everybody_sees_the_rows_of_its_own_door_only(
    door: Door, city: str | None, company_id: str | None, scope: Scope
) -> None:
    account = Account(
        id="a", name="x", title="", section="", door=door, city=city, company_id=company_id, roles=[]
    )
    account.must_change_password = False
    assert account_principal(account, sign_in_row()).scope == scope


def test_a_case_link_sees_its_company_in_its_city() -> None:
    link = CaseLink(id="l", city="here", company_id="ours", case_id="case")
    assert case_link_principal(link, sign_in_row()).scope == Scope(city="here", company_id="ours")


def test_only_hashes_of_tokens_are_kept(app: Flask) -> None:
    token = case_link(app, NOON)
    with app.app_context(), reading() as session:
        row = session.scalars(select(CaseLink)).one()
    assert row.token_hash == token_hash(token)
    assert token not in str(vars(row))
    assert len({new_token() for _ in range(100)}) == 100
