"""Filings (申請・届出): every paper of a construction case and of a service; one sent back and corrected."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from signing.testing import make_pdf
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, filings, office
from tests.journeys.steps.towns import ASHIKAGA, Award
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey

ROAD = Award(ASHIKAGA, "R8-F-001", "市道12号線道路改良工事", price="99,000,000", tax="9,000,000")
SURVEY = Award(ASHIKAGA, "R8-F-002", "渡良瀬橋橋りょう点検業務")
SERVICES = "建設工事関連業務"
ENGINEERS = "現場代理人及び主任技術者等選任通知書"

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
SMALL_ADVANCE = {"advance_amount": "3,000,000"}
SERVICE_PERSONS = {
    "chief_engineer_name": "髙橋　花子",
    "chief_from": "R8.5.11",
    "checking_engineer_name": "田代　一郎",
    "checking_from": "R8.5.11",
    "qualifications_1_name": "髙橋　花子",
    "qualifications_1_qualification": "技術士（建設部門）",
    "qualifications_1_number": "12345",
    "qualifications_1_since": "H20.4.1",
    "qualifications_2_name": "田代　一郎",
    "qualifications_2_qualification": "RCCM（鋼構造及びコンクリート）",
}
SERVICE_PAPERS = tuple(
    zip(
        "①②③④⑤⑥",
        (
            "業務主任技術者及び照査技術者選任通知書",
            "前払金申請書及び前払金請求書",
            "電子契約利用申出書",
            "工程表",
            "電子保証に係る認証キーのお知らせ",
            "資格を証する書類",
        ),
        strict=True,
    )
)
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


def test_all_papers_of_a_construction_case_one_sent_back(
    portal: RunningPortal, visit: VisitMaker, notice: Path, tmp_path: Path
) -> None:
    officer = office.enter(visit(), portal, ASHIKAGA)
    office.register_award(officer, ROAD)
    manager = visit(phone=True)
    contractor.file_application(manager, portal, ROAD)
    contractor.open_case(manager, portal, ROAD)
    manager.reads("この案件では提出が要る見込みです", "5,000,000円以上の土木工事等")
    case = manager.page.url

    filings.file_paper(manager, case, "①リサイクル別紙（建築物以外のものに係る工事）", RECYCLING | PERIOD)
    manager.open(case)
    filings.begin(manager, f"②{ENGINEERS}")
    filings.answer(manager, PERSONS | PERIOD)
    manager.press("確認の画面へ進む")
    manager.reads("専任が必要です")
    number = filings.hand_in(manager)
    filings.file_paper(manager, case, "③現場代理人兼任届", CONCURRENT | PERIOD)
    filings.file_paper(
        manager, case, "④中間前払金と部分払の選択に係る届出書", {"election": "partial"} | PERIOD
    )
    filings.file_paper(manager, case, "⑤前払金申請書及び前払金請求書", ADVANCE | PERIOD)
    filings.file_paper(manager, case, "⑦工程表", SCHEDULE | PERIOD)
    filings.file_paper(manager, case, "⑧電子保証に係る認証キーのお知らせ", {}, {"認証キーのお知らせ": notice})

    manager.open(case)
    assert manager.text().count("受付番号") >= 8
    assert number in manager.text()

    send_back_and_correct(portal, officer, manager, case)
    accept_the_rest(officer)
    manager.open(case)
    assert manager.text().count("受理") >= 8
    look_into_the_archive(manager.download("書類をまとめてダウンロードする", tmp_path / "all.zip"))


def send_back_and_correct(portal: RunningPortal, officer: Visitor, manager: Visitor, case: str) -> None:
    """A field and a cell of a row are marked; the contractor answers, corrects both, files again."""
    full_time, cell = "専任の技術者を選任してください。", "連絡員の氏名の漢字をご確認ください。"
    filings.open_paper(officer, ROAD, f"②{ENGINEERS}")
    officer.press("担当する")
    officer.reads("担当になりました")
    filings.send_back(officer, "2か所お願いします。", {"full_time": full_time, "others_1_name": cell})
    subject = f"【足利市】「{ENGINEERS}」の修正のお願い"
    letter = portal.wait_for_letter(ROAD.company_mail, subject)
    assert full_time in letter
    assert cell in letter

    manager.open(case)
    manager.reads("差し戻された書類", full_time, cell)
    manager.press("内容を直して提出し直す")
    manager.press("市に返事を書く")
    manager.write("メッセージ", "専任に改めます。")
    manager.press("メッセージを送る")
    manager.press(f"{ENGINEERS}に戻る")
    manager.press("その他の技術者1の氏名", exact=False)
    manager.reads("市が直すように求めたところです", cell)
    manager.page.locator("[name='others_1_name']").fill("山崎　太郎")
    manager.press("保存して確認の画面に戻る")
    manager.press("記入項目の一覧に戻る")
    manager.press("記入を続ける")
    filings.answer(manager, {"full_time": "full_time"})
    filings.hand_in(manager)
    manager.reads("第1版から変わったところ", "山崎　太郎", "山﨑　太郎")

    filings.open_paper(officer, ROAD, f"②{ENGINEERS}")
    officer.reads("専任に改めます。", "第1版と第2版の違い", "山崎　太郎")
    officer.press("受理する")
    officer.reads("受理しました", "受理した版の固定", "SHA-256")


def accept_the_rest(officer: Visitor) -> None:
    """Everything that waits, at once: said before, told after."""
    officer.press("申請・届出 7", exact=False)
    for box in officer.page.locator("[name=chosen]").all():
        box.check()
    officer.press("印を付けた書類をまとめて受理する")
    officer.reads("まだ受理していません", "受理するもの（7件）")
    officer.press("7件を受理する")
    officer.reads("7件を受理しました")


def look_into_the_archive(content: bytes) -> None:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    names = archive.namelist()
    assert f"申請・届出/{ENGINEERS}/第1版/{ENGINEERS}.pdf" in names
    assert f"申請・届出/{ENGINEERS}/第2版/{ENGINEERS}.pdf" in names
    index = archive.read("一覧.csv").decode("utf-8-sig")
    assert len(index.splitlines()) == len(names)


def test_all_papers_of_a_service_without_scripts(
    portal: RunningPortal, visit: VisitMaker, notice: Path
) -> None:
    officer = office.enter(visit(), portal, ASHIKAGA)
    office.register_award(officer, SURVEY, SERVICES)
    manager = visit(scripts=False)
    contractor.file_application(manager, portal, SURVEY)
    contractor.open_case(manager, portal, SURVEY)
    case = manager.page.url
    manager.reads(*(f"{mark}{title}" for mark, title in SERVICE_PAPERS))

    filings.file_paper(manager, case, "①業務主任技術者及び照査技術者選任通知書", SERVICE_PERSONS | PERIOD)
    filings.file_paper(manager, case, "②前払金申請書及び前払金請求書", ADVANCE | SMALL_ADVANCE | PERIOD)
    filings.file_paper(manager, case, "④工程表", SCHEDULE | PERIOD)
    filings.file_paper(manager, case, "⑤電子保証に係る認証キーのお知らせ", {}, {"認証キーのお知らせ": notice})
    filings.file_paper(manager, case, "⑥資格を証する書類", {}, {"資格を証する書類の写し": notice})
    manager.open(case)
    assert manager.text().count("受付番号") == 6


def test_a_paper_with_rows_needs_no_mouse(portal: RunningPortal, visit: VisitMaker) -> None:
    officer = office.enter(visit(), portal, ASHIKAGA)
    award = Award(ASHIKAGA, "R8-F-003", "水路改修工事", price="9,900,000", tax="900,000")
    office.register_award(officer, award)
    writer = visit()
    contractor.open_case(writer, portal, award)
    writer.tab_to_and_press("⑦工程表")
    writer.tab_to_and_press("記入を始める")
    answers = SCHEDULE | PERIOD
    while writer.offers(contractor.GO_ON):
        filings.answer_by_keyboard(writer, answers)
        writer.tab_to_and_press(contractor.GO_ON)
    writer.tab_to_and_press("確認の画面へ進む")
    writer.reads("土工", "準備工")
    writer.tab_to_and_press("この内容で提出する")
    writer.reads("提出を受け付けました", "土工")
