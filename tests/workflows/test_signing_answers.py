"""Answers to a signing request, and what the office does about them: decline, forward, report, resume, cancel."""

from datetime import date

import pytest

from portal import clock
from portal.acting import acting, looking
from portal.workflows.act import Act
from portal.workflows.answer_signing_request import (
    decline_contract,
    forward_request,
    give_consent,
    report_contract_problem,
)
from portal.workflows.manage_signing import (
    allow_late_conclusion,
    cancel_signing,
    resend_request,
    resume_signing,
)
from portal.workflows.recipients import city_signatories
from procurement.contracts import ContractStage
from procurement.errors import RuleViolation
from signing import LinkProblem, LinkProblemKind, SigningRefused, open_link
from tests.workflows.databases import on_sqlite
from tests.workflows.town import CONTRACTOR, OFFICER, PRESSED, START, Town, refused

pytestmark = on_sqlite


@pytest.fixture
def signing(town: Town) -> Town:
    """The contractor is asked."""
    town.start_signing()
    return town


@pytest.fixture
def ashikaga(town: Town) -> Town:
    """The same in the city whose service knows declining and forwarding."""
    town.city = "ashikaga"
    town.open_office()
    town.start_signing()
    return town


def decline(town: Town, reason: str = "工期が違います。") -> None:
    with acting(CONTRACTOR) as act:
        decline_contract(act, town.contract(act), town.asked_step(act), reason, PRESSED)


def forward(town: Town, email: str = "jiro@yamada.example.jp", name: str = "山田　次郎") -> None:
    with acting(CONTRACTOR) as act:
        step = town.asked_step(act)
        forward_request(act, town.contract(act), step, name=name, title="支店長", email=email)


def report(town: Town) -> None:
    with acting(CONTRACTOR) as act:
        report_contract_problem(act, town.contract(act), town.asked_step(act), "住所が違います。")


def cancel(town: Town, reason: str = "書類を直すため") -> None:
    with acting(OFFICER) as act:
        cancel_signing(act, town.contract(act), reason)


def allow_late(town: Town, reason: str = "市側の決裁が遅れたため") -> None:
    with acting(OFFICER) as act:
        allow_late_conclusion(act, town.contract(act), reason)


def link_of(town: Town, to: str, at: int = -1) -> str:
    return town.letters(to=to, subject="依頼")[at].body.split("/sign/")[1].split()[0]


def opened(town: Town, token: str) -> object:
    with looking(OFFICER) as act:
        found = open_link(act.session, token, clock.now())
        return found.kind if isinstance(found, LinkProblem) else found.step.email


def test_the_contractor_declines_with_a_reason_and_the_officers_are_told(ashikaga: Town) -> None:
    decline(ashikaga)
    assert ashikaga.stage is ContractStage.DECLINED
    told = [x for x in ashikaga.letters() if "工期が違います。" in x.body]
    assert {x.to for x in told} == {"officer@ashikaga.example.jp", "second@ashikaga.example.jp"}
    ashikaga.seal()
    assert not ashikaga.letters(to="mayor@", subject="確認依頼")


def test_declining_needs_a_reason(ashikaga: Town) -> None:
    with pytest.raises(SigningRefused):
        decline(ashikaga, "  ")
    assert ashikaga.stage is ContractStage.CONTRACTOR_SIGNING


def test_where_the_city_s_service_knows_no_declining_the_way_on_is_said(signing: Town) -> None:
    with refused("decline_not_offered") as told:
        decline(signing)
    assert "問題を報告する" in told.value.remedy


def test_a_declined_contract_is_drafted_and_sent_again(ashikaga: Town) -> None:
    decline(ashikaga)
    cancel(ashikaga)
    assert ashikaga.stage is ContractStage.DRAFTING
    ashikaga.draft()
    ashikaga.send()
    ashikaga.consent_all()
    assert ashikaga.stage is ContractStage.CONCLUDED


def test_whoever_forwards_cannot_sign_any_more_and_both_hear_of_the_conclusion(ashikaga: Town) -> None:
    forward(ashikaga)
    assert opened(ashikaga, link_of(ashikaga, "taro@")) is LinkProblemKind.VOIDED
    assert opened(ashikaga, link_of(ashikaga, "jiro@")) == "jiro@yamada.example.jp"
    assert any("転送" in x.subject for x in ashikaga.letters(to="officer@"))
    ashikaga.consent_all()
    for name in ("taro@", "jiro@", "mayor@"):
        assert len(ashikaga.letters(to=name, subject="合意締結")) == 1


@pytest.mark.parametrize("email", ["nobody", "a@b@c.jp", "山田", "x" * 300 + "@example.jp", ""])
def test_a_request_is_forwarded_only_to_an_address_that_takes_mail(ashikaga: Town, email: str) -> None:
    with pytest.raises((RuleViolation, SigningRefused)):
        forward(ashikaga, email)
    with looking(OFFICER) as act:
        assert ashikaga.asked_step(act).email == "taro@yamada.example.jp"


def test_a_reported_problem_holds_the_request_until_the_officer_resumes_it(signing: Town) -> None:
    report(signing)
    assert signing.stage is ContractStage.SUSPENDED
    with pytest.raises(SigningRefused):
        signing.consent()
    assert any("住所が違います。" in x.body for x in signing.letters(to="officer@"))
    with acting(OFFICER) as act:
        resume_signing(act, signing.contract(act))
    signing.consent_all()
    assert signing.stage is ContractStage.CONCLUDED


def test_after_a_problem_the_contract_is_cancelled_corrected_and_sent_again(signing: Town) -> None:
    report(signing)
    old = link_of(signing, "taro@")
    cancel(signing)
    assert signing.stage is ContractStage.DRAFTING
    assert opened(signing, old) is not None
    assert opened(signing, old) != "taro@yamada.example.jp"
    assert any("書類を直すため" in x.body for x in signing.letters(to="keiyaku@"))
    signing.draft()
    signing.send()
    signing.consent_all()
    assert signing.stage is ContractStage.CONCLUDED
    with looking(OFFICER) as act:
        assert len(signing.contract(act).documents) == 1


def test_cancelling_needs_a_reason_and_a_request(town: Town) -> None:
    town.award()
    with refused("contract_not_sent"):
        cancel(town)
    town.file()
    town.accept()
    town.draft()
    town.send()
    with refused("reason_missing"):
        cancel(town, " ")


def test_once_everybody_has_agreed_nothing_can_be_cancelled(signing: Town) -> None:
    signing.consent()
    signing.seal()
    signing.consent()
    with refused("already_finished"):
        cancel(signing)
    signing.seal()
    assert signing.stage is ContractStage.CONCLUDED


def test_a_request_sent_again_voids_the_old_link_and_says_so_in_its_subject(signing: Town) -> None:
    signing.go_on(days=1)
    with acting(OFFICER) as act:
        resend_request(act, signing.contract(act), signing.asked_step(act).id)
    first, second = (link_of(signing, "taro@", at) for at in (0, 1))
    assert opened(signing, first) is LinkProblemKind.VOIDED
    assert opened(signing, second) == "taro@yamada.example.jp"
    assert signing.letters(to="taro@", subject="依頼")[1].subject.startswith("【再送】")


def test_the_step_of_another_contract_is_refused_whoever_asks_for_it(signing: Town) -> None:
    first_case = signing.case_id
    with looking(OFFICER) as act:
        foreign = signing.asked_step(act).id
    signing.award(number="R8-002")
    signing.file()
    signing.accept()
    signing.draft()
    signing.send()

    def answer(act: Act) -> None:
        step = act.session.get_one(type(signing.asked_step(act)), foreign)
        give_consent(act, signing.contract(act), step, PRESSED)

    with acting(CONTRACTOR) as act, refused("step_of_other_contract"):
        answer(act)
    with acting(OFFICER) as act, refused("unknown_step"):
        resend_request(act, signing.contract(act), foreign)
    signing.case_id = first_case
    assert opened(signing, link_of(signing, "taro@", 0)) == "taro@yamada.example.jp"


def test_after_the_deadline_the_city_signs_only_once_an_officer_allowed_it(signing: Town) -> None:
    signing.consent()
    signing.seal()
    signing.go_to(START.replace(day=13))  # due on the 12th, five days from the day after the award
    with refused("conclusion_deadline_passed") as told:
        signing.consent()
    assert told.value.source
    assert signing.stage is ContractStage.CITY_SIGNING
    allow_late(signing)
    signing.consent()
    signing.seal()
    assert signing.concluded_on == date(2026, 5, 13)
    assert "contract:late:allow" in signing.tags()


def test_until_the_last_second_of_the_deadline_the_city_may_sign(signing: Town) -> None:
    signing.consent()
    signing.seal()
    signing.go_to(START.replace(day=12, hour=23, minute=59, second=30))
    signing.consent()
    signing.seal()
    assert signing.concluded_on == date(2026, 5, 12)


def test_after_the_deadline_the_contractor_is_held_as_well(signing: Town) -> None:
    signing.go_to(START.replace(day=13))
    with pytest.raises(RuleViolation):
        signing.consent()


def test_a_late_conclusion_needs_a_reason_and_a_missed_deadline(signing: Town) -> None:
    with refused("deadline_not_passed"):
        allow_late(signing)
    signing.go_to(START.replace(day=13))
    with refused("reason_missing"):
        allow_late(signing, " ")
    allow_late(signing)
    with refused("late_conclusion_allowed_already") as told:
        allow_late(signing, "別の理由")
    assert "市側の決裁が遅れたため" in told.value.text, "the reason that was recorded stays"


def test_only_the_city_s_signatories_are_asked_for_it(signing: Town) -> None:
    with looking(OFFICER) as act:
        assert [a.mail_address for a in city_signatories(act, "tosu")] == ["mayor@tosu.example.jp"]
