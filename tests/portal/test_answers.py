"""Answers: their headers, cookies, error pages, and what `/healthz` says."""

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, abort, request
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from portal.app import create_app
from portal.permissions import Permission, Role, requires
from portal.security import HEADERS, takes_upload
from portal.unit_of_work import reading
from procurement.errors import RuleViolation
from tests.people import browser_of, person
from tests.portal.test_settings import PRODUCTION

DATABASE_DOWN = "postgresql://app@/warifu?host=/nowhere"


def add_view(app: Flask, view: Any, rule: str = "/x", **options: Any) -> None:
    app.add_url_rule(rule, "x", requires(Permission.PUBLIC)(view), **options)


@pytest.mark.parametrize("path", ["/login", "/healthz", "/nowhere", "/password", "/static/css/base.css"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("role", [Role.GUEST, Role.OFFICER, Role.CASE_LINK])
def test_no_page_is_kept_by_a_browser_or_a_proxy(app: Flask, role: Role) -> None:
    answer = browser_of(app, role).get("/password")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_a_view_may_say_more_narrowly_what_its_answer_may_do(app: Flask, client: FlaskClient) -> None:
    add_view(app, lambda: ("", {"Content-Security-Policy": "sandbox"}))
    assert client.get("/x").headers["Content-Security-Policy"] == "sandbox"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask, client: FlaskClient) -> None:
    person(app, Role.OFFICER)
    data = {"login_name": "officer", "password": "Abcdef1!"}
    cookie = client.post("/login", data=data).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_production_cookies_travel_over_https_to_this_host_only(tmp_path: Path, database_url: str) -> None:
    app = create_app(PRODUCTION | {"INSTANCE": tmp_path, "DATABASE_URL": database_url})
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-warifu"
    assert app.config["SESSION_COOKIE_SECURE"] is True
    answer = app.test_client().get("/login", base_url="https://keiyaku.example.jp")
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert app.test_client().get("/login", base_url="https://localhost").status_code == 400


def test_a_forged_host_is_refused(client: FlaskClient) -> None:
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 400


def test_a_forged_proxy_header_changes_nothing_without_a_proxy(app: Flask, client: FlaskClient) -> None:
    add_view(app, lambda: f"{request.remote_addr} {request.host_url}")
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
    }
    assert client.get("/x", headers=forged).text == "127.0.0.1 http://localhost/"


def test_forms_are_small_and_uploads_as_large_as_the_view_says(app: Flask, client: FlaskClient) -> None:
    app.config["MAX_UPLOAD_BYTES"] = 100_000
    add_view(app, lambda: str(len(request.files)), methods=["POST"])
    app.add_url_rule(
        "/up",
        "up",
        requires(Permission.PUBLIC)(takes_upload(files=2)(lambda: str(len(request.files)))),
        methods=["POST"],
    )

    def send(path: str, size: int) -> int:
        return client.post(path, data={"file": (io.BytesIO(b"x" * size), "a.pdf")}).status_code

    assert send("/x", 70_000) == 413
    assert send("/up", 70_000) == 200
    assert send("/up", 300_000) == 413


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_every_error_page_says_in_japanese_what_to_do(app: Flask, client: FlaskClient, code: int) -> None:
    add_view(app, lambda: abort(code))
    answer = client.get("/x")
    assert answer.status_code == code
    assert "次にできること" in answer.text


def test_a_refusal_of_a_rule_is_shown_with_source_and_way_out(app: Flask, client: FlaskClient) -> None:
    def refuse() -> str:
        raise RuleViolation("x", "期限を過ぎています。", "規則第3条", "担当課に相談してください。")

    add_view(app, refuse)
    answer = client.get("/x")
    assert answer.status_code == 422
    assert all(
        words in answer.text for words in ("期限を過ぎています。", "規則第3条", "担当課に相談してください。")
    )


def test_a_fault_of_the_program_is_logged_under_the_number_that_the_page_shows(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise ZeroDivisionError("secret detail")

    add_view(app, fail)
    answer = client.get("/x")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    reference = caplog.records[-1].getMessage().split()[1]
    assert reference in answer.text


def test_a_form_without_its_token_loses_nothing(settings: dict[str, Any]) -> None:
    app = create_app(settings | {"CSRF": True})
    answer = app.test_client().post("/login", data={"login_name": "a", "password": "b"})
    assert answer.status_code == 400
    assert "戻る" in answer.text
    assert "まだ何も登録されていません" in answer.text
    app.extensions["database"].dispose()


def test_a_form_with_its_token_is_taken(settings: dict[str, Any]) -> None:
    app = create_app(settings | {"CSRF": True})
    person(app, Role.OFFICER)
    client = app.test_client()
    token = client.get("/login").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    data = {"login_name": "officer", "password": "Abcdef1!", "csrf_token": token}
    assert client.post("/login", data=data).status_code == 302
    app.extensions["database"].dispose()


def test_a_database_that_is_down_is_a_503_for_people_and_monitoring(app: Flask, tmp_path: Path) -> None:
    client = browser_of(app, Role.OFFICER)
    down = create_app({"MODE": "test", "INSTANCE": tmp_path, "DATABASE_URL": DATABASE_DOWN})
    lost = down.test_client()
    cookie = client.get_cookie("warifu")
    assert cookie is not None
    lost.set_cookie("warifu", cookie.value)

    page = lost.get("/password")
    assert page.status_code == 503
    assert "提出済みの書類と署名は失われません" in page.text
    health = down.test_client().get("/healthz")
    assert (health.status_code, health.get_json()["part"]) == (503, "database")


def test_a_busy_database_is_a_503_too(app: Flask, client: FlaskClient) -> None:
    def busy() -> str:
        with reading():
            raise OperationalError("select", {}, Exception("database is locked"))

    add_view(app, busy)
    answer = client.get("/x")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"


def test_health_names_the_versions(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json().keys() == {"status", "app", "schema"}


def test_health_says_when_documents_cannot_be_kept(app: Flask, client: FlaskClient) -> None:
    app.extensions["store"].root.rmdir()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()["part"]) == (503, "store")


def test_health_is_told_as_json_even_to_a_browser_whose_sign_in_nobody_can_look_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(app, Role.OFFICER)

    def refuse(*_: Any, **__: Any) -> Any:
        raise OperationalError("SELECT 1", {}, Exception("the database is away"))

    monkeypatch.setattr("portal.health.schema_version", refuse)
    monkeypatch.setattr("portal.accounts.identity.reading", refuse)
    answer = browser.get("/healthz")
    assert answer.status_code == 503
    assert answer.is_json
