"""Signing in: one neutral refusal, growing waits, and sign-ins that really end."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from portal.accounts.passwords import check_password_rule
from portal.accounts.registration import new_password
from portal.audit import AuditEntry
from portal.permissions import Role
from portal.security import own_path
from portal.unit_of_work import reading
from procurement.errors import RuleViolation
from tests.conftest import NOON
from tests.people import PASSWORD, browser_of, case_link, person, sign_in

NEW_PASSWORD = "Nicht-2!"
HERE, ELSEWHERE = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "192.0.2.2"}


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/password").status_code == 200


def try_from(client: FlaskClient, source: dict[str, str], password: str = "wrong-1!") -> int:
    data = {"login_name": "officer", "password": password}
    return client.post("/login", data=data, environ_base=source).status_code


@pytest.mark.parametrize(
    ("password", "is_allowed"),
    [
        ("Abcdef1!", True),
        ("abc-_123", True),
        ("Abcdefg1", False),
        ("Abc1!", False),
        ("Abcdef1@", False),
        ("12345678!", False),
        ("Abcdefg!", False),
        ("Abcdef1\u2019", False),
        ("Ａbcdef1!", False),
        ("Abcdef1! ", False),
        ("Abcdef1!\n", False),
    ],
)
def test_a_password_has_letters_digits_and_the_symbols_of_the_rule(password: str, is_allowed: bool) -> None:
    if is_allowed:
        check_password_rule(password)
        return
    with pytest.raises(RuleViolation, match="半角の英字・数字・記号"):
        check_password_rule(password)


def test_first_passwords_obey_the_rule_and_differ() -> None:
    passwords = {new_password() for _ in range(50)}
    assert len(passwords) == 50
    for password in passwords:
        check_password_rule(password)


def test_a_person_signs_in_and_out_and_the_copied_cookie_is_worth_nothing(
    app: Flask, client: FlaskClient
) -> None:
    person(app, Role.OFFICER)
    assert sign_in(client, "officer") == 302
    assert is_signed_in(client)
    cookie = client.get_cookie("warifu")
    assert cookie is not None

    client.post("/logout")

    thief = app.test_client()
    thief.set_cookie("warifu", cookie.value)
    assert not is_signed_in(client)
    assert not is_signed_in(thief)


def test_the_refusal_is_the_same_whatever_was_wrong(app: Flask, client: FlaskClient) -> None:
    person(app, Role.OFFICER)
    person(app, Role.OFFICER, "closed")
    app.test_cli_runner().invoke(args=["account", "disable", "closed"])
    answers = {
        client.post("/login", data={"login_name": name, "password": password}).text.replace(name, "")
        for name, password in (("officer", "wrong-1!"), ("nobody", PASSWORD), ("closed", PASSWORD))
    }
    assert len(answers) == 1
    assert "利用者IDかパスワードが違います" in answers.pop()


def test_a_new_sign_in_brings_a_new_cookie(app: Flask, client: FlaskClient) -> None:
    person(app, Role.OFFICER)
    sign_in(client, "officer")
    first = client.get_cookie("warifu")
    sign_in(client, "officer")
    second = client.get_cookie("warifu")
    assert first is not None
    assert second is not None
    assert first.value != second.value


def test_an_idle_or_old_sign_in_ends(app: Flask, client: FlaskClient) -> None:
    app.config.update(SESSION_IDLE_MINUTES=30, SESSION_HOURS=8)
    person(app, Role.OFFICER)
    with clock.freeze(NOON):
        sign_in(client, "officer")
    for minutes in range(25, 8 * 60, 25):
        with clock.freeze(NOON + timedelta(minutes=minutes)):
            assert is_signed_in(client), minutes
    with clock.freeze(NOON + timedelta(hours=8)):
        assert not is_signed_in(client)

    with clock.freeze(NOON):
        sign_in(client, "officer")
    with clock.freeze(NOON + timedelta(minutes=30)):
        assert not is_signed_in(client)


def test_a_changed_password_ends_the_other_sign_ins(app: Flask, client: FlaskClient) -> None:
    person(app, Role.OFFICER)
    other = app.test_client()
    sign_in(other, "officer")
    sign_in(client, "officer")

    form = {"current_password": PASSWORD, "new_password": NEW_PASSWORD, "repeated_password": NEW_PASSWORD}
    assert client.post("/password", data=form).status_code == 302

    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert sign_in(app.test_client(), "officer") == 422
    assert sign_in(app.test_client(), "officer", NEW_PASSWORD) == 302


@pytest.mark.parametrize(
    "change",
    [
        {"current_password": "wrong-1!"},
        {"repeated_password": "Another-3!"},
        {"new_password": "Abcdefg1", "repeated_password": "Abcdefg1"},
        {"new_password": PASSWORD, "repeated_password": PASSWORD},
    ],
)
def test_a_wrong_change_of_password_changes_nothing(
    app: Flask, client: FlaskClient, change: dict[str, str]
) -> None:
    person(app, Role.OFFICER)
    sign_in(client, "officer")
    form = {"current_password": PASSWORD, "new_password": NEW_PASSWORD, "repeated_password": NEW_PASSWORD}
    assert client.post("/password", data=form | change).status_code == 422
    assert sign_in(app.test_client(), "officer") == 302


def test_a_closed_account_is_out_at_its_next_request(app: Flask, client: FlaskClient) -> None:
    person(app, Role.OFFICER)
    sign_in(client, "officer")
    app.test_cli_runner().invoke(args=["account", "disable", "officer"])
    assert not is_signed_in(client)


def test_the_first_password_must_be_changed_before_anything_else(app: Flask, client: FlaskClient) -> None:
    person(app, Role.OFFICER)
    first = app.test_cli_runner().invoke(args=["account", "password", "officer"]).output.strip()
    sign_in(client, "officer", first)

    assert client.get("/home").location == "/password"
    form = {"current_password": first, "new_password": NEW_PASSWORD, "repeated_password": NEW_PASSWORD}
    client.post("/password", data=form)
    assert client.get("/home").location == "/office/"


def test_tries_wait_longer_and_longer_and_the_right_password_waits_too(
    app: Flask, client: FlaskClient
) -> None:
    person(app, Role.OFFICER)
    tries = 0
    for second in range(15 * 60):
        with clock.freeze(NOON + timedelta(seconds=second)):
            if second % 5 == 0 and try_from(client, HERE) == 422:
                tries += 1
    assert tries == 10
    with clock.freeze(NOON + timedelta(minutes=15)):
        assert try_from(client, HERE, PASSWORD) == 429
    with clock.freeze(NOON + timedelta(minutes=30)):
        assert try_from(client, HERE, PASSWORD) == 302


def test_many_addresses_together_get_no_more_tries_at_one_account(app: Flask) -> None:
    person(app, Role.OFFICER)
    with clock.freeze(NOON):
        answers = [try_from(app.test_client(), {"REMOTE_ADDR": f"198.51.100.{n}"}) for n in range(20)]
    assert answers.count(422) == 10


def test_strangers_cannot_lock_the_owner_out_of_a_known_place(app: Flask) -> None:
    person(app, Role.OFFICER)
    with clock.freeze(NOON):
        assert try_from(app.test_client(), HERE, PASSWORD) == 302
        for n in range(20):
            try_from(app.test_client(), {"REMOTE_ADDR": f"198.51.100.{n}"})
        assert try_from(app.test_client(), ELSEWHERE, PASSWORD) == 429
        assert try_from(app.test_client(), HERE, PASSWORD) == 302


def test_an_office_behind_one_address_is_not_slowed_by_its_own_sign_ins(app: Flask) -> None:
    person(app, Role.OFFICER)
    with clock.freeze(NOON):
        assert [try_from(app.test_client(), HERE, PASSWORD) for _ in range(15)] == [302] * 15


def test_failed_and_successful_sign_ins_stand_in_the_audit_log(app: Flask, client: FlaskClient) -> None:
    person(app, Role.OFFICER)
    try_from(client, HERE)
    try_from(client, HERE, PASSWORD)
    with app.app_context(), reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.tag.startswith("account:login"))).all()
    assert [(row.tag, row.address) for row in rows] == [
        ("account:login:fail", "192.0.2.1"),
        ("account:login", "192.0.2.1"),
    ]


def test_a_case_link_opens_its_case_and_nothing_else(app: Flask) -> None:
    client = browser_of(app, Role.CASE_LINK)
    assert client.get("/home").location == "/contractor/cases/case-of-the-tests"
    assert client.get("/password").status_code == 403


def test_a_dead_case_link_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    token = case_link(app, clock.now() - timedelta(days=365))
    for address in (f"/enter/{token}", "/enter/nonsense"):
        answer = client.get(address)
        assert answer.status_code == 422
        assert "契約担当課" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "/%0d%0aLocation:x\r\n",
        "evil.example",
        "/@evil.example\\@",
        "/a#//b",
        "",
        "http:///evil.example",
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(
    app: Flask, client: FlaskClient, target: str
) -> None:
    assert own_path(target) is None
    person(app, Role.OFFICER)
    data = {"login_name": "officer", "password": PASSWORD, "next": target}
    assert client.post("/login", data=data).location == "/home"


def test_after_signing_in_the_wanted_page_opens(app: Flask, client: FlaskClient) -> None:
    person(app, Role.OFFICER)
    wanted = client.get("/password?a=1").location
    assert wanted == "/login?next=/password?a%3D1"
    page = client.get(wanted).text
    assert 'value="/password?a=1"' in page
