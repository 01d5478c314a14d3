"""The time-stamp authority is down: the consent is kept, people are told, and it completes by itself."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, signing
from tests.journeys.steps.towns import TOSU, Award

pytestmark = pytest.mark.journey

PLANT = Award(TOSU, "R8-K-031", "浄化センター機械設備更新工事")
KEPT = "同意は保存されています。時刻認証局の応答が戻り次第、自動的に完了します。"


def test_consent_is_kept_and_completed_when_the_authority_is_back(
    portal: RunningPortal, visit: VisitMaker
) -> None:
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, PLANT)
    contractor.file_application(visit(), portal, PLANT)
    office.accept(officer, PLANT)
    office.draft_and_send(officer, PLANT)

    signatory = visit()
    signing.open_request(signatory, portal, PLANT)
    signing.see_every_page(signatory)
    agree_while_the_authority_is_down(portal, signatory)
    office_sees_what_waits(officer)
    assert not portal.messages(TOSU.signatory_mail), "nobody is asked before the seal is stored"
    bring_it_back(portal)
    signatory.is_told(signing.SIGNED)

    mayor = visit()
    signing.open_request(mayor, portal, PLANT, TOSU.signatory_mail)
    signing.see_every_page(mayor)
    agree_while_the_authority_is_down(portal, mayor)
    office_sees_what_waits(officer)
    bring_it_back(portal)
    mayor.waits_for(signing.CONCLUDED)
    office.open_case(officer, PLANT)
    officer.reads("契約締結", "2026年5月7日")


def agree_while_the_authority_is_down(portal: RunningPortal, visitor: signing.Visitor) -> None:
    portal.authority.is_down = True
    signing.agree(visitor, PLANT)
    visitor.waits_for(KEPT)


def office_sees_what_waits(officer: office.Visitor) -> None:
    officer.press("完了処理中の書類")
    officer.reads(PLANT.title, "再試行中", "2026年5月7日（木）10時", "から")


def bring_it_back(portal: RunningPortal) -> None:
    """The next try is half a minute to a few minutes away: let the portal's clock reach it."""
    portal.authority.is_down = False
    portal.let_pass(minutes=6)
