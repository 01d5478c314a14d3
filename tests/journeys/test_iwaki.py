"""Iwaki (いわき市): an application with the draft contract, and one that is put right on a phone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from portal import clock
from tests import judges
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import MORNING, RunningPortal
from tests.journeys.steps import contractor, office, papers, proofs, signing
from tests.journeys.steps.towns import IWAKI, Award

pytestmark = pytest.mark.journey

HARBOUR = Award(IWAKI, "R8-I-001", "小名浜港線道路改良工事", signatory_mail="daihyo@takahashi.example.jp")
MUSEUM = Award(IWAKI, "R8-I-002", "美術館空調設備更新工事", signatory_mail="info@takahashi.example.jp")
QUAY = Award(IWAKI, "R8-I-003", "小名浜魚市場岸壁補修工事", signatory_mail="kishi@takahashi.example.jp")
SCHOOL = Award(IWAKI, "R8-I-004", "平第三小学校体育館改修工事", signatory_mail="gakko@takahashi.example.jp")
BEFORE_NOON = datetime(2026, 5, 8, 11, 50, tzinfo=clock.TOKYO)
LAST_SECOND = datetime(2026, 5, 8, 11, 59, 59, tzinfo=clock.TOKYO)
TOO_LATE = datetime(2026, 5, 8, 12, 0, 1, tzinfo=clock.TOKYO)
LATE = "期限後に受け付けました（紙契約に切替予定）"
LATE_ON_PAPER = "提出期限を過ぎて受け付けました"
FIELD = "利用メールアドレス"
REASON = "代表の問い合わせ用のアドレスのようです。ご本人のアドレスに直してください。"
OWN_ADDRESS = "hanako@takahashi.example.jp"


@pytest.fixture
def contract_draft(tmp_path: Path) -> Path:
    return papers.pdf(tmp_path, "契約書案.pdf")


def test_from_award_to_verification(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path, contract_draft: Path
) -> None:
    officer = office.enter(visit(), portal, IWAKI)
    office.register_award(officer, HARBOUR)
    officer.reads("2026年5月8日（金）")

    contractor.file_application(visit(), portal, HARBOUR, contract_draft)
    office.accept(officer, HARBOUR)
    office.draft_and_send(officer, HARBOUR, papers.pdf(tmp_path, "位置図.pdf"))

    assert not portal.messages(IWAKI.signatory_mail), "the city is asked only after the contractor has signed"
    signing.contractor_signs(visit(), portal, HARBOUR)
    signing.city_signs(visit(), portal, HARBOUR)

    mails = proofs.completion_mails(portal, HARBOUR)
    ours, theirs = tmp_path / "city.pdf", tmp_path / "contractor.pdf"
    concluded = proofs.download_from_case(officer, HARBOUR, ours)
    assert [proofs.attached_files(mail)[0] for mail in mails] == [concluded] * 2
    assert proofs.download_by_link(visit(), mails[0], theirs) == concluded
    assert "令和8年5月7日" in judges.words(ours)

    proofs.verify_in_public(visit(), ours)
    for number, file in enumerate(proofs.attached_files(mails[0]), start=1):
        pdf = tmp_path / f"document-{number}.pdf"
        pdf.write_bytes(file)
        proofs.verify_by_command(portal, pdf)
        proofs.judge_independently(portal, pdf, tmp_path / f"judges-{number}")


def test_returned_application_is_put_right_on_a_phone(
    portal: RunningPortal, visit: VisitMaker, contract_draft: Path
) -> None:
    officer = office.enter(visit(), portal, IWAKI)
    office.register_award(officer, MUSEUM)
    contractor.file_application(visit(phone=True), portal, MUSEUM, contract_draft)
    office.send_back(officer, MUSEUM, FIELD, REASON)

    phone = visit(phone=True)
    contractor.correct(phone, portal, MUSEUM, FIELD, OWN_ADDRESS)
    phone.reads("第2版", "第1版から変わったところ", MUSEUM.signer, OWN_ADDRESS)

    office.open_case(officer, MUSEUM)
    officer.press("申請を審査する")
    officer.reads(REASON, "版の違い", MUSEUM.signer, OWN_ADDRESS)
    officer.press("受理する")
    officer.reads("受理しました")
    officer.press("第1版")
    officer.reads("差戻し", MUSEUM.signer, REASON)
    phone.press("案件のページへ")
    phone.press("市とのやり取りを見る（1件）")
    phone.reads(REASON)


def test_noon_of_the_next_business_day_parts_in_time_from_late(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path, contract_draft: Path
) -> None:
    portal.travel_to(MORNING)
    officer = office.enter(visit(), portal, IWAKI)
    for award in (QUAY, SCHOOL):
        office.register_award(officer, award)
    portal.hold_at(BEFORE_NOON)
    in_time, late = visit(), visit()
    for writer, award in ((in_time, QUAY), (late, SCHOOL)):
        contractor.write_application(writer, portal, award, contract_draft)
    late.reads("2026年5月8日（金） 正午まで")

    portal.hold_at(LAST_SECOND)
    contractor.submit(in_time, portal, QUAY)
    in_time.reads("2026年5月8日（金）11時59分59秒")
    in_time.does_not_read(LATE)
    portal.hold_at(TOO_LATE)
    contractor.submit(late, portal, SCHOOL)
    late.reads("2026年5月8日（金）12時00分01秒", LATE)

    for writer, award, is_late in ((in_time, QUAY, False), (late, SCHOOL, True)):
        paper = tmp_path / f"{award.number}.pdf"
        paper.write_bytes(writer.file_behind("受付票（PDF）"))
        assert (LATE_ON_PAPER in judges.words(paper)) is is_late
        letter = portal.wait_for_letter(award.company_mail, "を受け付けました", award.title)
        assert (LATE_ON_PAPER in letter) is is_late
        writer.press("案件のページへ")
        assert ("（期限後）" in writer.text()) is is_late

    officer = office.enter(visit(), portal, IWAKI)
    officer.open("/office/filings?late=late")
    officer.reads(SCHOOL.title, "期限超過")
    officer.does_not_read(QUAY.title)
    office.open_application(officer, SCHOOL)
    officer.reads("提出期限を過ぎて届きました")
    officer.write("期限後に受理する理由", "通信障害のため。")
    officer.press("受理する")
    officer.reads("受理しました", "通信障害のため。")
