"""Advance payments from the request to the paid day: what is refused when, what is kept, who is told."""

from datetime import timedelta

import pytest

from forms.meanings import Meaning
from guarantees.lodged import LodgedGuarantee
from portal import clock
from portal.acting import acting, looking
from portal.workflows.advance_payments import (
    conditions_now,
    refuse_interim_when_partial,
)
from portal.workflows.decide_advance_payment import return_advance_payment
from procurement.advance_payments import PaymentStatus
from procurement.payment_conditions import Judgement
from tests.workflows.databases import on_sqlite
from tests.workflows.payments import (
    ACCOUNT,
    ADVANCE,
    ANSWERS,
    INTERIM,
    accept_paper,
    approve,
    ask,
    claim,
    conclude,
    file_paper,
    only,
    pay,
    payment,
    recognise,
    secure,
    statuses,
)
from tests.workflows.town import OFFICER, START, Town, refused

CLAIM_FORM, ELECTION_FORM = "advance_payment", "interim_or_partial"


@pytest.fixture
def case(town: Town) -> Town:
    return conclude(town)


@pytest.fixture
def case_with_papers(town: Town) -> Town:
    """A case of the city whose papers are all known."""
    town.city = "ashikaga"
    town.open_office()
    return conclude(town)


def test_an_advance_payment_from_request_to_paid_day(case: Town) -> None:
    found = ask(case)
    claim(found)
    with refused("payment_guarantee") as told:
        approve(found)
    assert "前払金保証が、市でまだ受理されていません。" in told.value.text
    assert told.value.remedy
    assert statuses(case) == [PaymentStatus.CLAIMED]
    secure(case, ADVANCE, 4_400_000)
    approve(found)
    case.go_on(days=3)
    pay(found)
    row = only(case)
    assert (row.status, row.paid_on) == (PaymentStatus.PAID, (START + timedelta(days=3)).date())
    assert row.account == ACCOUNT
    asked = {each["code"]: each["result"] for each in row.conditions}
    approved = {each["code"]: each["result"] for each in row.approval_conditions or []}
    assert (asked["guarantee"], approved["guarantee"]) == ("unmet", "met")
    assert [tag for tag in case.tags() if tag.startswith("payment:")] == [
        "payment:request",
        "payment:claim",
        "payment:approve",
        "payment:pay",
    ]
    office = [letter.subject for letter in case.letters(to="officer@") if "前払金" in letter.subject]
    assert [subject.split(" ")[0] for subject in office] == ["【前払金】R8-001"] * 2
    company = [letter.subject for letter in case.letters(to="keiyaku@") if "前払金" in letter.subject]
    assert [subject.split("】")[1] for subject in company] == [
        "前払金の支払を承認しました",
        "前払金を支払いました",
    ]


@on_sqlite
@pytest.mark.parametrize(
    ("amount", "code"), [(4_400_001, "payment_cap"), (4_500_000, "payment_cap"), (0, "payment_cap")]
)
def test_more_than_the_share_cannot_be_asked_for(case: Town, amount: int, code: str) -> None:
    with refused(code) as told:
        ask(case, amount=amount)
    assert "4,400,000円" in told.value.text + told.value.remedy
    assert statuses(case) == []


@on_sqlite
def test_nothing_is_asked_for_before_the_contract_and_nothing_twice(town: Town) -> None:
    town.award()
    with refused("payment_concluded"):
        ask(town)
    conclude(town, number="R8-002")
    first = ask(town, amount=4_000_000)
    with refused("payment_open"):
        ask(town, amount=400_000)
    with acting(OFFICER) as act:
        return_advance_payment(act, payment(act, first), "額を確認してください。")
    assert "額を確認してください。" in town.letters(subject="差し戻しました")[-1].body
    town.go_on(minutes=1)
    second = ask(town, amount=4_000_000)
    secure(town, ADVANCE, 4_400_000)
    claim(second)
    approve(second)
    pay(second)
    with refused("payment_cap"):
        ask(town, amount=500_000)
    town.go_on(minutes=1)
    ask(town, amount=400_000)
    assert statuses(town) == [PaymentStatus.RETURNED, PaymentStatus.PAID, PaymentStatus.REQUESTED]


@on_sqlite
def test_what_is_to_be_decided_is_approved_with_a_reason_alone(case: Town) -> None:
    found = ask(case, amount=4_350_000)
    claim(found)
    secure(case, ADVANCE, 4_400_000)
    with refused("payment_reason_missing"):
        approve(found)
    approve(found, "設計変更の見込みにより、市長が認めた額のため")
    assert only(case).approval_reason.startswith("設計変更")


def paid_advance(town: Town) -> None:
    secure(town, ADVANCE, 4_400_000)
    found = ask(town)
    claim(found)
    approve(found)
    pay(found)


def test_an_interim_payment_from_half_of_the_period_on(case: Town) -> None:
    paid_advance(case)
    half = START + timedelta(days=50)
    case.go_to(half - timedelta(days=1))
    with refused("payment_half_period") as told:
        ask(case, INTERIM, 2_200_000, 50)
    assert told.value.remedy == "令和8年6月26日から申請できます。"
    case.go_to(half)
    with refused("payment_half_done"):
        ask(case, INTERIM, 2_200_000, 49)
    with refused("payment_cap"):
        ask(case, INTERIM, 2_300_000, 50)
    found = ask(case, INTERIM, 2_200_000, 50)
    with refused("payment_not_in_step"):
        claim(found)
    with refused("reason_missing"):
        recognise(found, " ")
    recognise(found)
    claim(found)
    secure(case, INTERIM, 2_200_000)
    with refused("payment_reason_missing") as told:
        approve(found)
    assert "部分払との選択" in told.value.text
    approve(found, "この市に届出の様式がないため")
    pay(found)
    assert statuses(case) == [PaymentStatus.PAID] * 2
    assert case.letters(to="keiyaku@", subject="中間前払金の要件を認定しました")


@on_sqlite
def test_an_interim_payment_comes_after_the_advance(case: Town) -> None:
    found = ask(case)
    case.go_on(days=60)
    with refused("payment_advance_first"):
        ask(case, INTERIM, 2_200_000, 60)
    claim(found)


def test_the_accepted_paper_is_request_and_claim_and_its_later_version_corrects_it(
    case_with_papers: Town,
) -> None:
    town = case_with_papers
    number = file_paper(town, CLAIM_FORM, ANSWERS | {Meaning.ADVANCE_AMOUNT: "4400000"})
    assert statuses(town) == []
    accept_paper(town, CLAIM_FORM, number)
    first = only(town)
    assert (first.status, first.amount, first.account) == (PaymentStatus.CLAIMED, 4_400_000, ACCOUNT)
    assert first.requested_by == "山田　太郎"
    number = file_paper(town, CLAIM_FORM, ANSWERS | {Meaning.ADVANCE_AMOUNT: "4000000"})
    accept_paper(town, CLAIM_FORM, number)
    second = only(town)
    assert (second.id, second.status, second.amount) == (first.id, PaymentStatus.CLAIMED, 4_000_000)
    secure(town, ADVANCE, 4_000_000)
    approve(second.id)
    number = file_paper(town, CLAIM_FORM, ANSWERS | {Meaning.ADVANCE_AMOUNT: "3000000"})
    with refused("payment_settled"):
        accept_paper(town, CLAIM_FORM, number)
    assert only(town).amount == 4_000_000


@on_sqlite
def test_whoever_elected_partial_payment_asks_for_no_interim_one(case_with_papers: Town) -> None:
    town = case_with_papers
    paid_advance(town)
    accept_paper(town, ELECTION_FORM, file_paper(town, ELECTION_FORM, {}, election="partial"))
    town.go_on(days=60)
    with refused("payment_election"):
        ask(town, INTERIM, 2_200_000, 60)
    with looking(OFFICER) as act, refused("interim_after_partial_election"):
        refuse_interim_when_partial(act.session, town.case_id)


@on_sqlite
def test_whoever_asked_for_an_interim_payment_elects_no_partial_one(case_with_papers: Town) -> None:
    town = case_with_papers
    paid_advance(town)
    accept_paper(town, ELECTION_FORM, file_paper(town, ELECTION_FORM, {}, election="interim"))
    number = file_paper(town, ELECTION_FORM, {}, election="partial")
    town.go_on(days=60)
    found = ask(town, INTERIM, 2_200_000, 60)
    with refused("partial_election_after_interim") as told:
        accept_paper(town, ELECTION_FORM, number)
    assert "中間前払金が申請されている" in told.value.text
    with acting(OFFICER) as act:
        return_advance_payment(act, payment(act, found), "部分払に改めるため")
    lodged = secure(town, INTERIM, 2_200_000)
    with refused("partial_election_after_interim"):
        accept_paper(town, ELECTION_FORM, number)
    with acting(OFFICER) as act:
        act.session.get_one(LodgedGuarantee, lodged).released_at = act.now
    accept_paper(town, ELECTION_FORM, number)


@on_sqlite
def test_what_stopped_holding_since_is_seen_before_the_payment(case: Town) -> None:
    lodged = secure(case, ADVANCE, 4_400_000)
    found = ask(case)
    claim(found)
    approve(found)
    with acting(OFFICER) as act:
        row = act.session.get_one(LodgedGuarantee, lodged)
        row.alarmed_at, row.alarm = act.now, "解約されました。"
    with looking(OFFICER) as act:
        now = {each.code: each.result for each in conditions_now(act, payment(act, found))}
    assert now["guarantee"] is Judgement.UNMET
    assert clock.today() == START.date()
