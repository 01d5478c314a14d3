"""Filings (申請・届出): every paper of a construction case, written on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from signing.testing import make_pdf
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, filings, office
from tests.journeys.steps.towns import ASHIKAGA, Award

pytestmark = pytest.mark.journey

ROAD = Award(ASHIKAGA, "R8-F-001", "市道12号線道路改良工事", price="99,000,000", tax="9,000,000")

PERSONS = {
    "work_kind": "other",
    "site_agent_name": "大沼　健",
    "site_agent_from": "令和8年5月11日",
    "site_agent_phone": "0284-00-1111",
    "engineer_kind": "chief",
    "chief_engineer_name": "髙橋　花子",
    "engineer_from": "R8.5.11",
    "qualification": "1級土木施工管理技士",
    "qualification_number": "B123456789",
    "full_time": "not_full_time",
    "others_1_role": "連絡員",
    "others_1_name": "山﨑　太郎",
    "others_1_since": "R8.5.11",
    "others_2_role": "その他",
    "others_2_name": "田代　一郎",
    "others_2_since": "R8.5.11",
}
PERIOD = {"starts_on": "令和8年5月11日", "ends_on": "令和9年3月12日", "case_place": "足利市本城三丁目地内"}
RECYCLING = {
    "measure": "延長 320 m",
    **{f"step{n}_done": "no" for n in (1, 3, 4, 5, 6)},
    "step2_done": "yes",
    "step2_way": "both",
    "demolition_cost": "1,200,000",
    "facilities_1_waste": "アスファルト・コンクリート",
    "facilities_1_name": "足利中央リサイクル株式会社",
    "facilities_1_place": "足利市福富町100番地",
    "recycling_cost": "３５０，０００",
}
CONCURRENT = {
    "site_agent_name": "大沼　健",
    "works_1_title": "水路改修工事",
    "works_1_orderer": "足利市",
    "works_1_place": "足利市大前町地内",
    "works_1_price": "8,800,000",
    "works_1_starts_on": "R8.4.1",
    "works_1_ends_on": "R8.9.30",
    "contact_person": "田代　一郎",
    "contact_phone": "0284-00-2222",
    "travel_minutes": "20",
    "safety": "毎日の朝礼に出席し、不在のときは連絡員が現場に常駐する。",
}
ADVANCE = {
    "advance_amount": "39,600,000",
    "guarantee_number": "E-1234567",
    "guarantor": "東日本建設業保証株式会社",
    "bank_name": "足利銀行",
    "bank_branch": "本店",
    "account_kind": "普通",
    "account_number": "1234567",
    "account_holder": "カ）タカハシケンセツ",
}
SCHEDULE = {
    "method": "drawn",
    "works_1_kind": "準備工",
    "works_1_starts_on": "R8.5.11",
    "works_1_ends_on": "R8.5.31",
    "works_2_kind": "土工",
    "works_2_starts_on": "R8.6.1",
    "works_2_ends_on": "R8.10.31",
}


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "認証キーのお知らせ.pdf"
    path.write_bytes(make_pdf("認証キーのお知らせ"))
    return path


def test_all_papers_of_a_construction_case_on_a_phone(
    portal: RunningPortal, visit: VisitMaker, notice: Path
) -> None:
    officer = office.enter(visit(), portal, ASHIKAGA)
    office.register_award(officer, ROAD)
    manager = visit(phone=True)
    contractor.file_application(manager, portal, ROAD)
    contractor.open_case(manager, portal, ROAD)
    case = manager.page.url

    filings.file_paper(manager, case, "①リサイクル別紙（建築物以外のものに係る工事）", RECYCLING | PERIOD)
    manager.open(case)
    filings.begin(manager, "②現場代理人及び主任技術者等選任通知書")
    filings.answer(manager, PERSONS | PERIOD)
    manager.press("確認の画面へ進む")
    manager.reads("専任が必要です")
    number = filings.hand_in(manager)
    filings.file_paper(manager, case, "③現場代理人兼任届", CONCURRENT | PERIOD)
    filings.file_paper(
        manager, case, "④中間前払金と部分払の選択に係る届出書", {"election": "interim"} | PERIOD
    )
    filings.file_paper(manager, case, "⑤前払金申請書及び前払金請求書", ADVANCE | PERIOD)
    filings.file_paper(manager, case, "⑦工程表", SCHEDULE | PERIOD)
    filings.file_paper(manager, case, "⑧電子保証に係る認証キーのお知らせ", {}, {"認証キーのお知らせ": notice})

    manager.open(case)
    assert manager.text().count("受付番号") >= 8
    assert number in manager.text()
