"""Deadlines of papers other than the application: told in words, late ones taken and marked, the queue by them."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from portal.office.filing_lists import FilingFilter, filings_query
from procurement.filings import Filing
from tests.portal.contractor.desk import Desk, seen_on, text_of

WRITTEN = Path(__file__).resolve().parents[2] / "forms" / "written"
DUE = """
[[offers]]
due = { n = 3, source = "見本の要領 第2条" }
"""
LAST_SECOND = datetime(2026, 5, 10, 23, 59, 59, tzinfo=clock.TOKYO)
DAY_AFTER = datetime(2026, 5, 11, 9, 0, tzinfo=clock.TOKYO)


@pytest.fixture
def settings(settings: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """A memo that is due three days after the award, and one without a deadline."""
    (tmp_path / "forms").mkdir()
    memo = (WRITTEN / "smallest.toml").read_text("utf-8")
    (tmp_path / "forms" / "due.toml").write_text(memo + DUE, "utf-8")
    free = memo.replace('"memo"', '"free_memo"').replace("連絡票", "いつでもの連絡票")
    (tmp_path / "forms" / "free.toml").write_text(free, "utf-8")
    return settings


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "portal.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


def hand_in(desk: Desk, code: str, client: FlaskClient) -> Any:
    base = f"{desk.base}/filings/{code}"
    client.post(f"{base}/sections/1", data={"text": "資材が届きません。", "action": "next"})
    answer = client.post(f"{base}/submit", data={"seen": seen_on(client, base)})
    return client.get(answer.location)


def test_the_list_says_by_when_or_that_nothing_says_so(tosu: Desk) -> None:
    client = tosu.browser()
    page = text_of(client.get(tosu.base).text)
    assert "期限 2026年5月10日（日）まで（あと3日）" in page
    assert "該当するときに提出します 提出期限の定めなし" in page
    free = text_of(client.get(f"{tosu.base}/filings/free_memo").text)
    assert "提出期限の定めなし。担当課の案内によります。" in free
    assert "期限 2026年5月10日（日）まで（あと3日）" in text_of(client.get(f"{tosu.base}/filings/memo").text)


def test_the_last_second_is_in_time_and_a_correction_stays_so(tosu: Desk) -> None:
    with clock.freeze(LAST_SECOND):
        assert "期限後" not in text_of(hand_in(tosu, "memo", tosu.browser()).text)
    with clock.freeze(DAY_AFTER):
        client = tosu.browser()
        client.post(f"{tosu.base}/filings/memo/withdraw")
        assert "期限後に受け付けました" in text_of(hand_in(tosu, "memo", client).text)
    assert [version.is_late for version in filing_of(tosu).versions] == [False, True]


def test_a_late_one_is_taken_and_marked_on_every_page(tosu: Desk) -> None:
    with clock.freeze(DAY_AFTER):
        client = tosu.browser()
        assert "この書類の提出期限を過ぎています" in text_of(client.get(f"{tosu.base}/filings/memo").text)
        receipt = text_of(hand_in(tosu, "memo", client).text)
        assert "期限後に受け付けました" in receipt
        assert "紙契約に切替予定" not in receipt
        assert "令和8年5月10日（日）までです（落札決定の日（令和8年5月7日（木））" in receipt
        assert "（期限後）" in text_of(client.get(tosu.base).text)
        letter = next(mail.body for mail in tosu.mails() if "提出期限を過ぎて受け付けました" in mail.body)
        assert "紙契約に切替予定" not in letter


def test_the_office_sees_what_is_due_first(tosu: Desk) -> None:
    client = tosu.browser()
    tosu.answer(client)
    tosu.submit(client)
    hand_in(tosu, "free_memo", client)
    hand_in(tosu, "memo", client)
    with tosu.as_officer() as act:
        order = [f.form_code for f in act.session.scalars(filings_query(FilingFilter(), "due")).unique()]
        assert (order[0], len(order)) == ("memo", 3)
        order = [f.form_code for f in act.session.scalars(filings_query(FilingFilter(), "-due")).unique()]
        assert order[-1] == "memo"


def filing_of(desk: Desk) -> Filing:
    with desk.as_officer() as act:
        filing = act.session.scalars(select(Filing).where(Filing.form_code == "memo")).one()
        assert filing.versions
        return filing
