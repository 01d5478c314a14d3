"""Deadlines (期限) on a moved clock: reminders once each, the missed conclusion, links that have ended."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from portal import clock
from tests import judges
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, proofs, signing
from tests.journeys.steps.towns import ASHIKAGA, TOSU, Award

pytestmark = pytest.mark.journey

DEPOT = Award(TOSU, "R8-K-021", "消防格納庫建替工事")
GYM = Award(ASHIKAGA, "R8-A-021", "市民体育館床改修工事")
DAY_BEFORE = datetime(2026, 5, 11, 9, 1, tzinfo=clock.TOKYO)
DAY_AFTER = datetime(2026, 5, 13, 9, 1, tzinfo=clock.TOKYO)
SIXTEEN_DAYS_LATER = datetime(2026, 5, 29, 9, 1, tzinfo=clock.TOKYO)
REMINDER = f"【鳥栖市】あと1日：契約締結期限（{DEPOT.title}）"
OVERDUE = f"【鳥栖市】期限を過ぎました：契約締結期限（{DEPOT.title}）"
REASON = "災害対応のため市の署名が遅れた。"


def test_missed_deadline_stops_the_signing_until_the_officer_decides(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path
) -> None:
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, DEPOT)
    contractor.file_application(visit(), portal, DEPOT)
    office.accept(officer, DEPOT)
    office.draft_and_send(officer, DEPOT)

    portal.travel_to(DAY_BEFORE)
    both_are_written_to(portal, REMINDER)
    signing.contractor_signs(visit(), portal, DEPOT)
    mailed = signing.open_request(visit(), portal, DEPOT, TOSU.signatory_mail)

    portal.travel_to(DAY_AFTER)
    both_are_written_to(portal, OVERDUE)
    mayor = visit()
    mayor.open(mailed)
    the_signing_page_refuses(mayor)

    officer = office.enter(visit(), portal, TOSU)
    office.allow_late_conclusion(officer, DEPOT, REASON)
    officer.press("再送する")
    officer.reads("署名依頼を再送しました")
    signing.city_signs(visit(), portal, DEPOT, after=1)
    concluded = tmp_path / "late.pdf"
    proofs.download_from_case(officer, DEPOT, concluded)
    officer.reads("2026年5月13日", REASON)
    assert "令和8年5月13日" in judges.words(concluded)
    assert "令和8年5月12日" not in judges.words(concluded)

    each_notice_came_once(portal)

    mail = proofs.completion_mails(portal, DEPOT)[0]
    portal.travel_to(SIXTEEN_DAYS_LATER)
    late = visit()
    proofs.open_download(late, mail)
    late.reads(
        "ダウンロードの有効期限が切れています。署名依頼元にご連絡ください。", "次にできること", "鳥栖市"
    )


def both_are_written_to(portal: RunningPortal, subject: str) -> None:
    """Contractor and officer get the notice; then the job runs once more."""
    for address in (DEPOT.company_mail, TOSU.officer_mail):
        portal.wait_for_letter(address, subject)
    assert portal.command("jobs", "once", "remind").returncode == 0


def each_notice_came_once(portal: RunningPortal) -> None:
    for address in (DEPOT.company_mail, TOSU.officer_mail):
        assert [len(portal.messages(address, subject)) for subject in (REMINDER, OVERDUE)] == [1, 1]


def the_signing_page_refuses(mayor: signing.Visitor) -> None:
    """The link ends with the conclusion deadline, and the page says so; there is nothing to press."""
    mayor.reads("有効期限切れ", "署名依頼のリンクの有効期限が切れています。", "次にできること")
    assert not mayor.offers(TOSU.agree_button)


def test_link_that_has_ended_says_so_and_a_new_one_opens(portal: RunningPortal, visit: VisitMaker) -> None:
    officer = office.enter(visit(), portal, ASHIKAGA)
    office.register_award(officer, GYM)
    contractor.file_application(visit(), portal, GYM)
    office.accept(officer, GYM)
    office.draft_and_send(officer, GYM)
    signatory = visit(phone=True)
    link = signing.open_request(signatory, portal, GYM)

    portal.let_pass(days=10, minutes=1)
    signatory.open(link)
    signatory.reads("有効期限切れ", "署名依頼のリンクの有効期限が切れています。署名依頼元にご連絡ください。")
    signatory.reads("次にできること", "足利市の担当課にご連絡ください。新しいリンクを送り直せます。")

    officer = office.enter(visit(), portal, ASHIKAGA)
    office.open_case(officer, GYM)
    officer.press("再送する")
    signing.open_request(signatory, portal, GYM, after=1)
    assert signatory.offers(ASHIKAGA.agree_button)
