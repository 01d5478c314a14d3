"""A form sent after the sign-in has ended: what is said, where it leads, and that drafts are still there."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from portal.app import create_app
from portal.permissions import Role
from tests.conftest import NOON
from tests.people import PASSWORD, person, sign_in
from tests.portal.contractor.desk import Desk
from tests.workflows.databases import on_sqlite

pytestmark = on_sqlite
LONG_AFTER = NOON + timedelta(hours=30)
HOST = "http://localhost"


@pytest.fixture
def desk(app: Flask) -> Desk:
    with clock.freeze(NOON):
        made = Desk(app, "tosu")
        person(app, Role.CONTRACTOR, "writer", company_id=made.company_id)
    return made


def sent(client: FlaskClient, desk: Desk, referrer: str) -> str:
    answer = client.post(f"{desk.filing}/sections/3", data={}, headers={"Referer": referrer})
    assert answer.status_code == 403
    return answer.text


def test_the_page_says_what_is_kept_and_the_way_in_leads_back_to_the_draft(app: Flask, desk: Desk) -> None:
    client, place = app.test_client(), f"{desk.filing}/sections/3"
    with clock.freeze(NOON):
        sign_in(client, "writer")
        assert client.post(f"{place}/autosave", data={"contact_name": "試験 三郎"}).status_code == 200
    with clock.freeze(LONG_AFTER):
        page = sent(client, desk, f"{HOST}{place}?check=1")
        for words in (
            "ログインの有効時間が過ぎました",
            "下書きとして保存した内容",
            "別のタブ",
            "ブラウザの「戻る」",
        ):
            assert words in page
        assert "この画面を開く権限がありません" not in page
        assert f'href="/login?next={place}?check%3D1"' in page
        back = client.post(
            "/login", data={"login_name": "writer", "password": PASSWORD, "next": f"{place}?check=1"}
        )
        assert back.location == f"{place}?check=1"
        assert "試験 三郎" in client.get(place).text


@pytest.mark.parametrize(
    "referrer",
    ["", "http://evil.example/home", f"{HOST}//evil.example", f"{HOST}/logout", f"{HOST}/no-such-page"],
)
def test_no_other_site_and_no_page_that_cannot_be_opened_is_led_back_to(
    app: Flask, desk: Desk, referrer: str
) -> None:
    with clock.freeze(LONG_AFTER):
        page = sent(app.test_client(), desk, referrer)
    assert 'href="/login"' in page
    assert "next=" not in page


def test_who_is_signed_in_and_may_not_is_still_told_so(app: Flask, desk: Desk) -> None:
    client = app.test_client()
    with clock.freeze(NOON):
        person(app, Role.OFFICER, "clerk", city="tosu")
        sign_in(client, "clerk")
        assert "この画面を開く権限がありません" in client.post(f"{desk.filing}/sections/3", data={}).text


def test_a_form_whose_cookie_is_gone_is_told_the_same(
    settings: dict[str, Any], app: Flask, desk: Desk
) -> None:
    guest = create_app(settings | {"CSRF": True}).test_client()
    page = guest.post(f"{desk.filing}/sections/3", data={"contact_name": "試験 三郎"})
    assert page.status_code == 403
    assert "ログインの有効時間が過ぎました" in page.text
    assert guest.post("/login", data={}).status_code == 400
