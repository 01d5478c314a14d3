"""Ashikaga (足利市): an imported award, a clerk who confirms first, and a contract that is not agreed to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import judges
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, papers, proofs, signing
from tests.journeys.steps.towns import ASHIKAGA, Award

pytestmark = pytest.mark.journey

BRIDGE = Award(
    ASHIKAGA,
    "R8-A-001",
    "織姫橋補修工事",
    signatory_mail="daihyo@takahashi.example.jp",
    clerk=("総務　次郎", "somu@takahashi.example.jp"),
)
SCHOOL = Award(ASHIKAGA, "R8-A-002", "北部小学校外壁改修工事")
REASON = "工期の終わりの日が、入札のときの条件と異なっています。"


def test_from_award_to_verification(portal: RunningPortal, visit: VisitMaker, tmp_path: Path) -> None:
    officer = office.enter(visit(), portal, ASHIKAGA)
    office.import_awards(officer, papers.awards_csv(tmp_path, BRIDGE), rows=1)

    contractor.file_application(visit(), portal, BRIDGE)
    office.accept(officer, BRIDGE)
    office.draft(officer, BRIDGE)
    office.send(officer, BRIDGE)

    assert not portal.messages(BRIDGE.signer, BRIDGE.request_subject), "the clerk confirms first"
    signing.confirm_as_clerk(visit(), portal, BRIDGE)
    assert not portal.messages(ASHIKAGA.signatory_mail)
    signing.contractor_signs(visit(), portal, BRIDGE)
    signing.city_signs(visit(), portal, BRIDGE)

    mails = proofs.completion_mails(portal, BRIDGE)
    ours, theirs = tmp_path / "city.pdf", tmp_path / "contractor.pdf"
    concluded = proofs.download_from_case(officer, BRIDGE, ours)
    assert [proofs.attached_files(mail) for mail in mails] == [[concluded], [concluded]]
    assert proofs.download_by_link(visit(), mails[0], theirs) == concluded
    assert "令和8年5月7日" in judges.words(ours)

    proofs.verify_in_public(visit(), ours)
    proofs.verify_by_command(portal, ours)
    proofs.judge_independently(portal, ours, tmp_path)


def test_rejected_contract_is_drafted_again_and_concluded(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path
) -> None:
    officer = office.enter(visit(), portal, ASHIKAGA)
    office.register_award(officer, SCHOOL)
    contractor.file_application(visit(), portal, SCHOOL)
    office.accept(officer, SCHOOL)
    office.draft_and_send(officer, SCHOOL)

    signatory = visit()
    link = signing.open_request(signatory, portal, SCHOOL)
    signing.see_every_page(signatory)
    signing.decline(signatory, REASON)

    portal.wait_for_letter(ASHIKAGA.officer_mail, "【却下】", REASON)
    office.open_case(officer, SCHOOL)
    officer.reads("受注者が同意せず却下しました", REASON)
    office.cancel(officer, SCHOOL, "署名依頼を取り下げて作り直す", "工期を訂正して送り直します。")
    office.draft_and_send(officer, SCHOOL)

    signatory.open(link)
    signatory.reads("同意せず却下しました", REASON)
    signing.contractor_signs(visit(), portal, SCHOOL, after=1)
    signing.city_signs(visit(), portal, SCHOOL)
    office.open_case(officer, SCHOOL)
    officer.reads("契約締結", REASON)
