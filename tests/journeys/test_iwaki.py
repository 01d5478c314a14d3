"""Iwaki (いわき市): an application with the draft contract, and one that is put right on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import judges
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, papers, proofs, signing
from tests.journeys.steps.towns import IWAKI, Award

pytestmark = pytest.mark.journey

HARBOUR = Award(IWAKI, "R8-I-001", "小名浜港線道路改良工事", signatory_mail="daihyo@takahashi.example.jp")
MUSEUM = Award(IWAKI, "R8-I-002", "美術館空調設備更新工事", signatory_mail="info@takahashi.example.jp")
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
