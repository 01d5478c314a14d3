"""Access: every route names a permission, and every kind of person gets in exactly where the table says."""

from typing import Any

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.app import BLUEPRINTS, create_app
from portal.permissions import GRANTS, Permission, Role, requires
from tests.people import browser_of
from tests.portal.access_table import ACCESS


def address_of(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        return app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, "1"))


def got_in(answer: TestResponse) -> bool:
    sent_to_login = answer.status_code == 302 and answer.location.startswith("/login?next=")
    return answer.status_code != 403 and not sent_to_login


def test_every_route_stands_in_the_table(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ACCESS)


@pytest.mark.parametrize("role", list(Role))
def test_each_kind_of_person_gets_in_where_the_table_says(app: Flask, role: Role) -> None:
    cookie = browser_of(app, role).get_cookie("warifu")
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            client = app.test_client()
            if cookie:
                client.set_cookie("warifu", cookie.value)
            answer = client.open(address_of(app, rule), method=method)
            assert got_in(answer) == (role in ACCESS[rule.endpoint]), f"{role} {method} {rule.rule}"
            if rule.endpoint == "accounts.submit_logout":
                cookie = browser_of(app, role).get_cookie("warifu")


def test_a_guest_is_asked_to_sign_in_and_a_stranger_is_told_no(app: Flask) -> None:
    assert app.test_client().get("/password").location == "/login?next=/password"
    assert app.test_client().post("/password").status_code == 403
    assert browser_of(app, Role.CASE_LINK).get("/password").status_code == 403


def test_an_app_with_a_route_without_permission_does_not_start(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful = Blueprint("forgetful", __name__)
    forgetful.add_url_rule("/forgotten", "show", lambda: "")
    monkeypatch.setattr("portal.app.BLUEPRINTS", (*BLUEPRINTS, forgetful))
    with pytest.raises(RuntimeError, match=r"forgetful\.show"):
        create_app(settings)


def test_demo_routes_are_closed_in_production(app: Flask) -> None:
    app.add_url_rule("/demo-only", "demo_only", requires(Permission.DEMO)(lambda: "demo"))
    assert app.test_client().get("/demo-only").status_code == 200
    app.config["MODE"] = "production"
    assert app.test_client().get("/demo-only").status_code == 302


def test_every_role_has_its_grants_and_nobody_is_granted_the_demo() -> None:
    assert set(GRANTS) == set(Role)
    assert all(Permission.DEMO not in granted for granted in GRANTS.values())


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SIGNATORY, Role.AUDITOR])
def test_signing_and_sending_are_in_different_hands(role: Role) -> None:
    assert not {Permission.OFFICE_SIGN, Permission.OFFICE_SEND_CONTRACT} <= GRANTS[role]
