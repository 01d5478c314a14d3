"""Tosu (鳥栖市): the whole main job, with an award typed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import judges
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, proofs, signing
from tests.journeys.steps.towns import TOSU, Award

pytestmark = pytest.mark.journey

ROAD = Award(TOSU, "R8-K-001", "市道駅前中央線歩道整備工事")


def test_from_award_to_verification(portal: RunningPortal, visit: VisitMaker, tmp_path: Path) -> None:
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, ROAD)
    officer.reads("令和8年5月12日")

    contractor.file_application(visit(), portal, ROAD)
    office.accept(officer, ROAD)
    office.draft_and_send(officer, ROAD)

    assert not portal.messages(TOSU.signatory_mail), "the city is asked only after the contractor has signed"
    signing.contractor_signs(visit(), portal, ROAD)
    signing.city_signs(visit(), portal, ROAD)

    mails = proofs.completion_mails(portal, ROAD)
    assert not any(proofs.attached_files(mail) for mail in mails), "Tosu sends the link alone"
    ours, theirs = tmp_path / "city.pdf", tmp_path / "contractor.pdf"
    assert proofs.download_by_link(visit(), mails[0], theirs) == proofs.download_from_case(
        officer, ROAD, ours
    )
    assert "令和8年5月7日" in judges.words(ours)

    proofs.verify_in_public(visit(), ours)
    proofs.verify_by_command(portal, ours)
    proofs.judge_independently(portal, ours, tmp_path)
