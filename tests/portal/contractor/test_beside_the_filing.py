"""Notices beside their paper (書類の審査中のお知らせ): a second one does not wait; a doubtful one is doubted before it is handed in."""

import dataclasses
import io
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from forms.issued.key_notices import key_notice
from guarantees.lodged import LodgedGuarantee
from guarantees.products import Product
from portal import clock
from portal.filed_notices import read_filed_notices
from portal.workflows.notice_fit import NEUTRAL_WARNING
from procurement.filings import Filing
from tests.portal.contractor.desk import Desk, seen_on, text_of
from tests.portal.contractor.test_filed_notices import FACTS

ADVANCE = dataclasses.replace(FACTS, number="31072-0002M", product=Product.ADVANCE_PAYMENT)
FOREIGN = dataclasses.replace(FACTS, number="31072-0003M", work_name="庁舎清掃業務")


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Pages are tried on one database; the workflows behind them are tried on both."""
    path = tmp_path / "portal.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, "ashikaga", requires_contract_guarantee=True, allows_electronic_guarantee=True)


def hand_in(desk: Desk, client: FlaskClient, content: bytes) -> None:
    filing = f"{desk.base}/filings/authentication_key_notice"
    data = {"file": (io.BytesIO(content), "notice.pdf")}
    assert client.post(f"{filing}/attachments/notice", data=data).status_code == 302
    client.post(f"{filing}/submit", data={"seen": seen_on(client, filing)})
    with desk.app.app_context():
        assert read_filed_notices(clock.now())


def numbers_of(desk: Desk) -> dict[str, str]:
    with desk.as_officer() as act:
        rows = act.session.scalars(select(LodgedGuarantee)).all()
        return {row.guarantee_contract_number or "": row.status.value for row in rows}


def test_a_second_notice_is_taken_while_the_paper_is_reviewed(desk: Desk) -> None:
    client = desk.browser()
    hand_in(desk, client, key_notice("east", FACTS))
    filing = f"{desk.base}/filings/authentication_key_notice"
    assert "この書類の確認を待たずに" in text_of(client.get(filing).text)
    words = text_of(client.get(f"{desk.base}/guarantees").text)
    assert (
        "に提出され、市が確認しています。確認が終わるまで、その書類にお知らせを追加することはできません。"
        in words
    )
    way = f"{desk.base}/guarantees/advance_payment/notice"
    data = {"notice": (io.BytesIO(key_notice("east", ADVANCE)), "notice.pdf")}
    page = client.post(way, data=data).text
    assert NEUTRAL_WARNING not in page
    kept = page.partition('name="kept" value="')[2].partition('"')[0]
    assert client.post(f"{way}/confirmed", data={"kept": kept}).status_code == 302
    assert numbers_of(desk) == {"31072-0001M": "not_checked", "31072-0002M": "not_checked"}


def test_withdrawing_the_paper_says_what_goes_and_what_stays(desk: Desk) -> None:
    client = desk.browser()
    hand_in(desk, client, key_notice("east", FACTS))
    withdrawal = f"{desk.base}/filings/authentication_key_notice/withdraw"
    words = text_of(client.get(withdrawal).text)
    assert "一緒に取り下げます。 契約保証（保証契約番号 31072-0001M）" in words
    client.post(withdrawal)
    assert numbers_of(desk) == {"31072-0001M": "withdrawn"}
    page = text_of(client.get(f"{desk.base}/guarantees").text)
    assert "書類の取下げとともに、取り下げました" in page
    assert "提出が必要" in page
    with desk.as_officer() as act:
        (filing,) = act.session.scalars(select(Filing)).all()
        version = f"{desk.base}/filings/authentication_key_notice/versions/{filing.current.number}"
    assert "保証の状況 ：取下げ" in text_of(client.get(version).text)


def test_a_notice_of_another_case_is_doubted_neutrally_before_it_is_handed_in(desk: Desk) -> None:
    client = desk.browser()
    filing = f"{desk.base}/filings/authentication_key_notice"
    for name, facts in (("own.pdf", FACTS), ("foreign.pdf", FOREIGN)):
        data = {"file": (io.BytesIO(key_notice("east", facts)), name)}
        client.post(f"{filing}/attachments/notice", data=data)
    words = text_of(client.get(f"{filing}/check").text)
    assert words.count(NEUTRAL_WARNING) == 1
    before, after = words.split(NEUTRAL_WARNING)
    assert "「foreign.pdf」から読み取った内容" in before
    assert "庁舎清掃業務" in after, "what was read stands there all the same"
    data = {"notice": (io.BytesIO(key_notice("east", FOREIGN)), "notice.pdf")}
    assert NEUTRAL_WARNING in client.post(f"{desk.base}/guarantees/contract/notice", data=data).text


def test_a_number_of_the_companys_other_case_is_doubted_too(desk: Desk, app: Flask) -> None:
    flags = {"requires_contract_guarantee": True, "allows_electronic_guarantee": True}
    other = Desk(app, "ashikaga", number="R8-002", **flags)
    client = other.browser()
    hand_in(other, client, key_notice("east", FACTS))
    data = {"notice": (io.BytesIO(key_notice("east", FACTS)), "notice.pdf")}
    page = desk.browser().post(f"{desk.base}/guarantees/contract/notice", data=data)
    assert NEUTRAL_WARNING in page.text
