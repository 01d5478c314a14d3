"""Troubles on the way: a reported problem, links that are dead, buttons that are pressed twice."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, signing
from tests.journeys.steps.towns import TOSU, Award

pytestmark = pytest.mark.journey

STREETS = Award(TOSU, "R8-K-041", "市内一円街路樹維持管理工事")
POND = Award(TOSU, "R8-K-042", "弥生が丘雨水調整池改修工事")
PROBLEM = "履行場所の表記が仕様書と異なっているようです。"
ALREADY = "この依頼には、すでに回答しています。あとから押された操作は行っていません。"


def test_reported_problem_suspends_until_the_officer_resumes_and_a_resent_link_replaces_the_old(
    portal: RunningPortal, visit: VisitMaker
) -> None:
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, STREETS)
    contractor.file_application(visit(), portal, STREETS)
    office.accept(officer, STREETS)
    office.draft_and_send(officer, STREETS)

    signatory = visit(phone=True)
    first_link = signing.open_request(signatory, portal, STREETS)
    signing.report_problem(signatory, PROBLEM)
    portal.wait_for_letter(TOSU.officer_mail, "【問題の報告】", PROBLEM)
    office.open_case(officer, STREETS)
    officer.reads("受注者が問題を知らせたため、手続きを止めています", PROBLEM)
    signatory.open(first_link)
    signatory.reads("手続きは一時停止しています")
    assert not signatory.offers(TOSU.agree_button)

    officer.press("署名の手続きを再開する")
    officer.reads("署名の手続きを再開しました")
    officer.press("再送する")
    officer.reads("前のリンクは使えなくなりました")
    portal.wait_for_letter(STREETS.signer, STREETS.request_subject, after=1)
    signatory.open(first_link)
    signatory.reads(
        "このリンクは無効です", "次にできること", "いちばん新しい依頼のメールのリンクを開いてください。"
    )

    signing.contractor_signs(signatory, portal, STREETS, after=1)
    signing.city_signs(visit(), portal, STREETS)


def test_buttons_pressed_twice_have_one_effect_and_the_second_is_told(
    portal: RunningPortal, visit: VisitMaker
) -> None:
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, POND)

    first = visit()
    contractor.write_application(first, portal, POND)
    second = first.second_tab()
    number = contractor.submit(first, portal, POND)
    second.press("この内容で提出する")
    second.reads("提出を受け付けました", number)

    office.open_application(officer, POND)
    colleague = officer.second_tab()
    officer.press("受理する")
    officer.reads("受理しました")
    colleague.press("受理する")
    colleague.reads("すでに")

    office.draft_and_send(officer, POND)
    first = visit()
    signing.open_request(first, portal, POND)
    signing.see_every_page(first)
    signing.press_agree(first, POND)
    second = first.second_tab()
    first.press(TOSU.final_button)
    second.press(TOSU.final_button)
    second.reads(ALREADY)
    first.waits_for(signing.SIGNED)

    portal.wait_for_letter(TOSU.signatory_mail, POND.request_subject)
    receipts = portal.messages(POND.company_mail, f"【鳥栖市】「{TOSU.form_title}」を受け付けました")
    assert len(receipts) == 1
    assert len(portal.messages(TOSU.signatory_mail, POND.request_subject)) == 1
    office.open_case(officer, POND)
    officer.reads("第1版", "市の署名待ち")
    assert officer.text().count("同意しました") == 1


@pytest.mark.parametrize("door", ["sign", "download", "enter"])
def test_unknown_link_says_what_to_do_next(portal: RunningPortal, visit: VisitMaker, door: str) -> None:
    stranger = visit(phone=True)
    answer = stranger.open(f"/{door}/this-token-was-never-made")
    assert answer is not None
    assert answer.status in (404, 422)
    stranger.reads("このリンクは", "次にできること", "新しいメールのリンク")
