"""A key notice in a filing (認証キーのお知らせ): what was read is confirmed before, and its fate is shown after submission."""

import dataclasses
import io
import logging
import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from forms.issued.key_notices import NoticeFacts, key_notice
from guarantees.keys import AuthenticationKey
from guarantees.products import Product
from portal import clock
from portal.filed_notices import read_filed_notices
from signing.testing import make_pdf
from tests.portal.contractor.desk import Desk, seen_on, text_of

KEY = "Z28YUE4J3Bux"
FACTS = NoticeFacts(
    issuer_name="東日本建設業保証株式会社",
    number="31072-0001M",
    key=AuthenticationKey(KEY),
    product=Product.CONTRACT,
    work_name="見本橋補修工事",
    contractor="株式会社試験組",
    orderer="足利市長",
    issued_on=date(2026, 5, 7),
)


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Pages are tried on one database; the workflows behind them are tried on both."""
    path = tmp_path / "portal.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


def test_what_is_read_is_confirmed_and_then_lodged(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk = Desk(app, "ashikaga", allows_electronic_guarantee=True)
    client = desk.browser()
    filing = f"{desk.base}/filings/authentication_key_notice"
    foreign = dataclasses.replace(FACTS, number="31072-0002M", work_name="庁舎清掃業務")
    files = {
        "notice.pdf": key_notice("east", FACTS),
        "foreign.pdf": key_notice("east", foreign),
        "other.pdf": make_pdf(),
    }
    for name, content in files.items():
        data = {"file": (io.BytesIO(content), name)}
        assert client.post(f"{filing}/attachments/notice", data=data).status_code == 302

    page = client.get(f"{filing}/check").text
    words = text_of(page)
    assert "「notice.pdf」から読み取った内容" in words
    for read in ("31072-0001M", "契約保証", "見本橋補修工事", "株式会社試験組", "東日本建設業保証株式会社"):
        assert read in words
    assert "「other.pdf」は、" in words
    assert KEY not in page

    sent = client.post(f"{filing}/submit", data={"seen": seen_on(client, filing)})
    assert "お知らせ」を読み取っています" in text_of(client.get(sent.location).text)
    with app.app_context():
        assert "1件" in read_filed_notices(clock.now())
    shown = text_of(client.get(sent.location).text)
    assert "「notice.pdf」を読み取り、契約保証（保証契約番号 31072-0001M）として受け付けました。" in shown
    assert "お知らせ」を読み取っています" not in shown
    assert "「foreign.pdf」：この保証契約番号・お知らせは、この案件の保証として受け付けられません。" in shown
    assert "庁舎清掃業務" not in shown
    assert KEY not in shown + caplog.text
