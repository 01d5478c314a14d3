"""A form that is only a file (様式ファイルだけの様式): laid into the instance, filled in, handed in, accepted, printed."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal import clock
from tests.forms.examples import pdf_text
from tests.portal.contractor.desk import Desk, seen_on, text_of

WRITTEN = Path(__file__).resolve().parents[2] / "forms" / "written"
TABLES = {
    "works_1_kind": "準備工",
    "works_1_starts_on": "R8.6.1",
    "works_1_ends_on": "令和8年6月20日",
    "works_1_by": "下請",
    "works_1_sub": "有限会社﨑山",
    "works_2_kind": "土工",
    "works_2_starts_on": "２０２６－０６－１５",
    "works_2_ends_on": "2026-07-10",
    "engineers_1_name": "山田　太郎",
    "engineers_1_kind": "c1",
}


@pytest.fixture
def settings(settings: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """One file in the folder of its city, one beside it that names its city, and its next version."""
    (tmp_path / "forms" / "iwaki").mkdir(parents=True)
    shutil.copy(WRITTEN / "tables.toml", tmp_path / "forms" / "iwaki")
    shutil.copy(WRITTEN / "smallest.toml", tmp_path / "forms")
    later = (WRITTEN / "smallest.toml").read_text("utf-8").replace("連絡の内容", "連絡したいこと")
    (tmp_path / "forms" / "later.toml").write_text(later.replace("2026-01-01", "2026-05-09"), "utf-8")
    return settings


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "portal.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


def hand_in(desk: Desk, code: str, answers: dict[str, str]) -> Any:
    """Every page of questions with what it asks for, then the check page; the receipt's page."""
    client, base = desk.browser(), f"{desk.base}/filings/{code}"
    assert code in client.get(desk.base).text
    number = 1
    while (page := client.get(f"{base}/sections/{number}")).status_code == 200:
        asked = {key: text for key, text in answers.items() if f'name="{key}"' in page.text}
        answer = client.post(f"{base}/sections/{number}", data=asked | {"action": "next"})
        assert answer.status_code == 302, text_of(answer.text)
        number += 1
    answer = client.post(f"{base}/submit", data={"seen": seen_on(client, base)})
    assert "/versions/1" in answer.location, text_of(client.get(f"{base}/check").text)
    return client.get(answer.location)


def test_a_table_of_works_in_the_folder_of_its_city(iwaki: Desk, tmp_path: Path) -> None:
    known = {"on": "令和8年5月7日", "company": "株式会社試験組"}
    receipt = text_of(hand_in(iwaki, "plan_of_work", known | TABLES).text)
    assert "有限会社﨑山" in receipt
    client = iwaki.browser()
    paper = client.get(f"{iwaki.base}/filings/plan_of_work/versions/1/paper.pdf")
    assert "有限会社﨑山" in pdf_text(paper.data, tmp_path)


def test_the_smallest_form_beside_the_folders(tosu: Desk) -> None:
    assert "資材が届きません。" in text_of(hand_in(tosu, "memo", {"text": "資材が届きません。"}).text)


def test_its_next_version_begins_on_its_day_and_what_was_filed_stays(tosu: Desk, tmp_path: Path) -> None:
    """The question is another from midnight on; the paper that was handed in before still says the old one."""
    midnight = datetime(2026, 5, 9, tzinfo=clock.TOKYO)
    question = f"{tosu.base}/filings/memo/sections/1"
    with clock.freeze(midnight - timedelta(seconds=1)):
        assert "連絡の内容" in tosu.browser().get(question).text
        hand_in(tosu, "memo", {"text": "資材が届きません。"})
    with clock.freeze(midnight):
        client = tosu.browser()
        receipt = text_of(client.get(f"{tosu.base}/filings/memo/versions/1").text)
        assert "連絡の内容" in receipt
        withdrawn = text_of(client.post(f"{tosu.base}/filings/memo/withdraw", follow_redirects=True).text)
        assert "の提出を取り下げました。内容は残っています。" in withdrawn
        assert "申請を取り下げました" not in withdrawn
        assert "連絡したいこと" in client.get(question).text
        assert "資材が届きません。" in client.get(question).text
