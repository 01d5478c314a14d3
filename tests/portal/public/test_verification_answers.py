"""Answers of the verification page: what changed in pictures, unknown is not changed, JSON, limits."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import clock
from portal.acting import house
from portal.app import create_app
from portal.public import rates, uploads, verifications
from portal.public.rates import Rate
from signing import TrustStore, Verdict, VerdictKind
from signing.testing import make_pdf
from tests.conftest import NOON
from tests.portal.public.changed_files import encrypted, with_annotation
from tests.portal.signer.desk import SigningDesk, text_of, upload
from tests.workflows.databases import on_sqlite

pytestmark = on_sqlite


def test_pages_that_were_changed_are_shown_side_by_side(concluded: SigningDesk, client: FlaskClient) -> None:
    answer = upload(client, with_annotation(concluded.final_pdf()))
    html, page = answer.get_data(as_text=True), text_of(answer)
    assert "この文書は信頼できません" in page
    assert "署名が許していない変更があります" in page
    assert page.index("署名したときと現在の見比べ") < page.index("署名パネル")
    assert html.count('src="data:image/png;base64,') == 2
    assert html.count("<rect") == 2
    assert "img-src 'self' data:" in answer.headers["Content-Security-Policy"]


def test_a_change_that_cannot_be_seen_is_said_to_be_one(
    concluded: SigningDesk, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.public.comparisons.compare_in_child", lambda *given: [])
    assert "画面に見える違いはありません" in text_of(upload(client, with_annotation(concluded.final_pdf())))
    monkeypatch.setattr("portal.public.comparisons.compare_in_child", lambda *given: None)
    assert "ページの画像を作れなかった" in text_of(upload(client, with_annotation(concluded.final_pdf())))


def test_an_unknown_authority_is_told_apart_from_a_change(
    app: Flask, concluded: SigningDesk, client: FlaskClient
) -> None:
    with app.app_context():
        house().trust = TrustStore()
    page = text_of(upload(client, concluded.final_pdf()))
    assert "有効かどうかを確かめられません" in page
    assert "改ざんとは別の問題です。" in page
    assert "このファイルを契約書として使いません。" not in page
    assert "信頼する認証局につながりませんでした" in page
    assert "すべての署名が有効です" not in page
    assert "LTV" not in page[page.index("署名パネル") :].replace("LTV（", "")


def test_the_conclusion_certificate_is_valid_and_known(concluded: SigningDesk, client: FlaskClient) -> None:
    with concluded.app.app_context(), concluded.looking() as act:
        certificate = house().store.read(concluded.contract(act).certificate_sha256)
    page = text_of(upload(client, certificate))
    assert "署名は有効です" in page
    assert "合意締結証明書の発行" in page
    assert "発行した合意締結証明書と、1バイトも違わないファイルです。" in page


def test_details_can_be_unfolded_without_scripts(concluded: SigningDesk, client: FlaskClient) -> None:
    html = upload(client, concluded.final_pdf()).get_data(as_text=True)
    assert html.count("<details") >= 3
    for words in (
        "証明書の経路",
        "失効確認",
        "暗号方式",
        "有効性：署名したとき",
        "有効性：現在",
        "有効性：10年後",
    ):
        assert words in html


def as_json(client: FlaskClient, content: bytes | None) -> TestResponse:
    data = {"file": (io.BytesIO(content), "a.pdf")} if content is not None else {}
    return client.post("/verify", data=data, headers={"Accept": "application/json"})


def test_a_program_gets_the_verdict_as_json(concluded: SigningDesk, client: FlaskClient) -> None:
    answer = as_json(client, concluded.final_pdf())
    verdict = json.loads(answer.data)
    assert answer.mimetype == "application/json"
    assert verdict["verdict"] == "valid"
    assert [s["kind"] for s in verdict["signatures"]].count("signature") == 2
    assert verdict["problems"] == []
    refused = as_json(client, None)
    assert (refused.status_code, json.loads(refused.data)["error"]) == (422, "no_file")


def test_a_program_needs_no_token_of_a_page(settings: dict[str, Any]) -> None:
    app = create_app({**settings, "CSRF": True})
    answer = as_json(app.test_client(), make_pdf())
    app.extensions["database"].dispose()
    assert (answer.status_code, json.loads(answer.data)["verdict"]) == (200, "no_signature")


def test_a_browser_gets_a_page(client: FlaskClient) -> None:
    for accept in ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "*/*"):
        data = {"file": (io.BytesIO(make_pdf()), "a.pdf")}
        assert client.post("/verify", data=data, headers={"Accept": accept}).mimetype == "text/html"


def test_a_file_above_the_limit_is_refused_and_the_limit_named(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_UPLOAD_BYTES", 1024 * 1024)
    assert "2 MBまで調べます" in text_of(client.get("/verify"))
    for content, code in ((b"%PDF-" + bytes(2 * 1024 * 1024), 422), (b"%PDF-" + bytes(4 * 1024 * 1024), 413)):
        answer = upload(client, content)
        assert answer.status_code == code
        assert "2 MBを超えています" in text_of(answer)
    assert json.loads(as_json(client, bytes(4 * 1024 * 1024)).data)["error"] == "file_too_large"


def test_one_address_cannot_take_all_places(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifications, "rate", Rate(most=2, within=timedelta(minutes=10)))
    nothing = Verdict(VerdictKind.NOT_A_PDF, "", [], [], "")
    monkeypatch.setattr(uploads, "verify_in_child", lambda *given: nothing)
    assert [upload(client, b"x").status_code for _ in range(3)] == [200, 200, 429]
    answer = upload(client, b"x")
    assert "10分間に2回までです" in text_of(answer)
    assert int(answer.headers["Retry-After"]) == 601
    with clock.freeze(NOON + timedelta(minutes=10)):
        assert upload(client, b"x").status_code == 200


def test_the_rate_counts_networks_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    rate = Rate(most=1)
    assert rate.seconds_to_wait("2001:db8::1", NOON) == 0
    assert rate.seconds_to_wait("2001:db8::2", NOON) > 0
    assert rate.seconds_to_wait("2001:db8:1::1", NOON) == 0
    assert rate.seconds_to_wait("192.0.2.1", NOON) == 0
    assert rate.seconds_to_wait("192.0.2.2", NOON) == 0
    monkeypatch.setattr(rates, "_REMEMBERED", 2)
    assert rate.seconds_to_wait("192.0.2.3", NOON) == 0
    assert rate.seconds_to_wait("2001:db8::1", NOON) == 0, "the oldest address was forgotten"


def test_no_finding_ends_with_the_code_of_its_kind(concluded: SigningDesk, client: FlaskClient) -> None:
    for content in (with_annotation(concluded.final_pdf()), make_pdf()[:900], encrypted(make_pdf())):
        page = text_of(upload(client, content))
        assert not re.search(r"。\([a-z-]+", page), page


def test_help_tells_programs_how(client: FlaskClient) -> None:
    page = text_of(client.get("/help/signatures"))
    for words in ("Accept: application/json", "/verify", "40 MBまで", "10分間に100回まで", "not_a_pdf"):
        assert words in page
