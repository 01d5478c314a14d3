"""Without scripts, and without a mouse: the application and the consent, from the mail to the end."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, signing
from tests.journeys.steps.towns import TOSU, Award
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey

BRIDGE = Award(TOSU, "R8-K-051", "橋りょう補修工事")
CLOSET = Award(TOSU, "R8-K-052", "北部児童センター改修工事")


def test_whole_application_and_consents_work_without_scripts(
    portal: RunningPortal, visit: VisitMaker
) -> None:
    officer = office.enter(visit(scripts=False), portal, TOSU)
    office.register_award(officer, BRIDGE)
    contractor.file_application(visit(scripts=False), portal, BRIDGE)
    office.accept(officer, BRIDGE)
    office.draft_and_send(officer, BRIDGE)
    signing.both_sign((visit(scripts=False), visit(scripts=False)), portal, BRIDGE)
    office.open_case(officer, BRIDGE)
    officer.reads("契約締結", "2026年5月7日")


def test_application_and_consent_need_no_mouse(portal: RunningPortal, visit: VisitMaker) -> None:
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, CLOSET)

    writer = visit()
    contractor.open_case(writer, portal, CLOSET)
    writer.tab_to_and_press("申請の記入を始める")
    writer.tab_to_and_press("記入を始める")
    while writer.offers(contractor.GO_ON):
        fill_in_by_keyboard(writer)
        writer.tab_to_and_press(contractor.GO_ON)
    writer.tab_to_and_press("この内容で提出する")
    writer.reads("提出を受け付けました")

    office.accept(officer, CLOSET)
    office.draft_and_send(officer, CLOSET)
    signatory = visit()
    signing.open_request(signatory, portal, CLOSET)
    signatory.tab_to_and_press(TOSU.agree_button)
    signatory.tab_to_and_press(TOSU.final_button)
    signatory.waits_for(signing.SIGNED)


def fill_in_by_keyboard(writer: Visitor) -> None:
    """Every question of the page in its order; the box is ticked with the space bar."""
    for label, answer in contractor.answers_of(CLOSET).items():
        question = writer.page.get_by_label(label, exact=False)
        if label.startswith("契約") and question.count():
            writer.tab_to(question.first)
            writer.page.keyboard.press("Control+A")
            writer.page.keyboard.type(answer)
    box = writer.page.get_by_role("checkbox")
    if box.count():
        writer.tab_to(box.first)
        writer.page.keyboard.press("Space")
