"""Conditions of advance payments: every edge of every condition, what refuses when, the steps of a payment."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.advance_payments import AdvancePayment, PaymentStatus
from procurement.bank_accounts import BankAccount
from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation
from procurement.payment_conditions import (
    Condition,
    Judgement,
    PaymentFacts,
    half_passed_on,
    judge,
    largest,
    refusal_of_approval,
    refusal_of_request,
)
from procurement.rules import ProcurementCategory
from tests.procurement.test_guarantee_limits import limits, rule

ADVANCE, INTERIM = GuaranteeKind.ADVANCE_PAYMENT, GuaranteeKind.INTERIM_ADVANCE_PAYMENT
MET, LOOK, UNMET = Judgement
NOW = datetime(2026, 5, 7, 1, 0, tzinfo=UTC)
USUAL = PaymentFacts(
    kind=ADVANCE,
    amount=4_000_000,
    on=date(2026, 7, 1),
    limits=limits(),
    contract_price=10_000_000,
    is_concluded=True,
    starts_on=date(2026, 5, 1),
    ends_on=date(2026, 8, 30),
    guaranteed_amount=4_000_000,
)
SECOND = replace(
    USUAL,
    kind=INTERIM,
    amount=2_000_000,
    advance=4_000_000,
    advance_paid=True,
    progress_percent=50,
    recognised="工程表のとおり",
    election="interim_advance_payment",
    guaranteed_amount=2_000_000,
)


def by_code(facts: PaymentFacts) -> dict[str, Condition]:
    return {condition.code: condition for condition in judge(facts)}


def result(facts: PaymentFacts, code: str) -> Judgement:
    return by_code(facts)[code].result


@pytest.mark.parametrize("facts", [USUAL, SECOND], ids=["advance", "interim"])
def test_a_usual_payment_meets_every_condition_and_each_says_where_it_stands(facts: PaymentFacts) -> None:
    conditions = judge(facts)
    assert {condition.result for condition in conditions} == {MET}
    assert all(condition.words and condition.source for condition in conditions)
    assert refusal_of_request(conditions) is None
    assert refusal_of_approval(conditions, "") is None


@pytest.mark.parametrize(
    ("change", "code", "expected"),
    [
        ({"amount": 4_000_000}, "cap", MET),
        ({"amount": 4_000_001}, "cap", UNMET),
        ({"amount": 0}, "cap", UNMET),
        ({"amount": -1}, "cap", UNMET),
        ({"amount": 3_950_000}, "rounding", LOOK),
        ({"guaranteed_amount": 3_999_999}, "guarantee", UNMET),
        ({"guaranteed_amount": None}, "guarantee", UNMET),
        ({"guaranteed_amount": 0}, "guarantee", UNMET),
        ({"is_concluded": False}, "concluded", UNMET),
        ({"others": 1}, "cap", UNMET),
        ({"others": 1_000_000, "amount": 3_000_000}, "cap", MET),
        ({"others": 1_000_000, "amount": 3_000_000, "guaranteed_amount": 3_999_999}, "guarantee", UNMET),
        ({"limits": limits(rule(advance_price_at_least=10_000_000))}, "price", MET),
        ({"limits": limits(rule(advance_price_at_least=10_000_001))}, "price", UNMET),
        ({"limits": limits(rule(advance_percent=0))}, "kind", UNMET),
        ({"limits": limits(category=ProcurementCategory.GOODS)}, "kind", UNMET),
    ],
)
def test_the_edges_of_an_advance_payment(change: dict[str, Any], code: str, expected: Judgement) -> None:
    assert result(replace(USUAL, **change), code) is expected


@pytest.mark.parametrize(
    ("change", "code", "expected"),
    [
        ({"on": date(2026, 7, 1)}, "half_period", MET),
        ({"on": date(2026, 6, 30)}, "half_period", UNMET),
        ({"starts_on": None}, "half_period", LOOK),
        ({"ends_on": None}, "half_period", LOOK),
        ({"progress_percent": 49}, "half_done", UNMET),
        ({"progress_percent": 50}, "half_done", MET),
        ({"progress_percent": None}, "half_done", LOOK),
        ({"recognised": ""}, "scheduled", UNMET),
        ({"election": "partial_payment"}, "election", UNMET),
        ({"election": None}, "election", LOOK),
        ({"advance_paid": False}, "advance_first", UNMET),
        ({"advance_paid": None}, "advance_first", LOOK),
        ({"amount": 2_000_001}, "cap", UNMET),
        ({"advance": 4_000_001}, "cap", UNMET),
        ({"advance": 4_000_001, "amount": 1_900_000}, "cap", MET),
        ({"guaranteed_amount": 1_999_999}, "guarantee", UNMET),
        ({"limits": limits(category=ProcurementCategory.SERVICES)}, "kind", UNMET),
        ({"limits": limits(rule(interim_price_at_least=10_000_001))}, "price", UNMET),
    ],
)
def test_the_edges_of_an_interim_payment(change: dict[str, Any], code: str, expected: Judgement) -> None:
    assert result(replace(SECOND, **change), code) is expected


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "half"),
    [
        (date(2026, 5, 1), date(2026, 5, 10), date(2026, 5, 6)),  # ten days: five have passed
        (date(2026, 5, 1), date(2026, 5, 11), date(2026, 5, 7)),  # eleven: six
        (date(2026, 5, 1), date(2026, 5, 1), date(2026, 5, 2)),
        (date(2026, 4, 1), date(2027, 3, 31), date(2026, 10, 1)),  # 365 days: 183
    ],
)
def test_the_day_on_which_half_has_passed(starts_on: date, ends_on: date, half: date) -> None:
    assert half_passed_on(starts_on, ends_on) == half


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 2_000))
def test_on_that_day_half_the_days_are_over_and_the_day_before_not(starts_on: date, more: int) -> None:
    ends_on, total = starts_on + timedelta(days=more), more + 1
    passed = (half_passed_on(starts_on, ends_on) - starts_on).days
    assert 2 * passed >= total
    assert 2 * (passed - 1) < total


@given(st.integers(1, 10**10), st.integers(1, 10**10), st.integers(0, 10**10), st.integers(0, 10**10))
def test_whatever_meets_its_cap_is_within_the_shares(
    price: int, amount: int, others: int, advance: int
) -> None:
    facts = replace(USUAL, contract_price=price, amount=amount, others=others)
    if result(facts, "cap") is MET:
        assert (amount + others) * 100 <= price * 40
    facts = replace(SECOND, contract_price=price, amount=amount, others=others, advance=advance)
    if result(facts, "cap") is MET:
        assert (amount + others) * 100 <= price * 20
        assert (amount + others + advance) * 100 <= price * 60


def test_the_guarantee_and_the_recognition_may_come_after_the_request() -> None:
    conditions = judge(replace(SECOND, guaranteed_amount=None, recognised=""))
    assert refusal_of_request(conditions) is None
    refusal = refusal_of_approval(conditions, "よい")
    assert refusal is not None
    assert (refusal.code, bool(refusal.remedy)) == ("payment_scheduled", True)
    assert "ほかに1件（中間前払金の保証）" in refusal.text


def test_a_request_is_refused_with_the_way_out() -> None:
    refusal = refusal_of_request(judge(replace(SECOND, on=date(2026, 6, 1))))
    assert refusal is not None
    assert (refusal.code, refusal.remedy) == ("payment_half_period", "令和8年7月1日から申請できます。")
    assert refusal.source == "地方自治法施行規則附則第3条"


def test_what_is_to_be_decided_wants_a_reason() -> None:
    conditions = judge(replace(USUAL, amount=3_950_000))
    refusal = refusal_of_approval(conditions, " ")
    assert refusal is not None
    assert refusal.code == "payment_reason_missing"
    assert refusal_of_approval(conditions, "市長が特に認めた額のため") is None


def test_what_is_left_says_how_it_came_about() -> None:
    left = largest(replace(USUAL, others=1_500_000))
    assert left.amount == 2_500_000
    assert "申請済みの1,500,000円を除く額" in left.words


def payment(kind: GuaranteeKind = ADVANCE, **facts: Any) -> AdvancePayment:
    return AdvancePayment(kind=kind, amount=4_000_000, requested_at=NOW, **facts)


ACCOUNT = BankAccount("見本銀行", "本店", "普通", "1234567", "ヤマダケンセツ")
STEPS = {
    "recognise": lambda p: p.recognise(now=NOW, by="担当", reason="工程表のとおり"),
    "claim": lambda p: p.claim(now=NOW, by="受注者", account=ACCOUNT),
    "approve": lambda p: p.approve(now=NOW, by="担当", reason="", conditions=judge(USUAL)),
    "pay": lambda p: p.record_paid(on=date(2026, 5, 7), today=date(2026, 5, 7), by="担当"),
    "return": lambda p: p.send_back(now=NOW, by="担当", because="口座が違うため"),
}
OPEN = {
    (ADVANCE, PaymentStatus.REQUESTED): {"claim", "return"},
    (ADVANCE, PaymentStatus.CLAIMED): {"approve", "return"},
    (ADVANCE, PaymentStatus.APPROVED): {"pay", "return"},
    (ADVANCE, PaymentStatus.PAID): set[str](),
    (ADVANCE, PaymentStatus.RETURNED): set[str](),
    (INTERIM, PaymentStatus.REQUESTED): {"recognise", "return"},
    (INTERIM, PaymentStatus.RECOGNISED): {"claim", "return"},
    (INTERIM, PaymentStatus.CLAIMED): {"approve", "return"},
}
FACTS: dict[PaymentStatus, dict[str, Any]] = {
    PaymentStatus.REQUESTED: {},
    PaymentStatus.RECOGNISED: {"recognised_at": NOW},
    PaymentStatus.CLAIMED: {"claimed_at": NOW},
    PaymentStatus.APPROVED: {"claimed_at": NOW, "approved_at": NOW},
    PaymentStatus.PAID: {"approved_at": NOW, "paid_on": date(2026, 5, 7)},
    PaymentStatus.RETURNED: {"returned_at": NOW},
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("kind", "status"), OPEN)
def test_each_step_is_open_at_its_place_alone(kind: GuaranteeKind, status: PaymentStatus, step: str) -> None:
    row = payment(kind, **FACTS[status])
    assert row.status is status
    if step in OPEN[kind, status]:
        STEPS[step](row)
        assert row.status is not status
        return
    with pytest.raises(RuleViolation) as told:
        STEPS[step](row)
    assert told.value.code in ("payment_not_in_step", "payment_without_recognition")
    assert row.status is status


def test_an_approval_keeps_what_was_judged_and_a_refused_one_changes_nothing() -> None:
    row = payment(claimed_at=NOW)
    with pytest.raises(RuleViolation):
        row.approve(now=NOW, by="担当", reason="", conditions=judge(replace(USUAL, guaranteed_amount=None)))
    assert row.status is PaymentStatus.CLAIMED
    row.approve(now=NOW, by="担当", reason="", conditions=judge(USUAL))
    assert row.approval_conditions is not None
    assert {condition["result"] for condition in row.approval_conditions} == {"met"}


@pytest.mark.parametrize(
    ("day", "is_taken"),
    [
        (date(2026, 5, 6), False),
        (date(2026, 5, 7), True),
        (date(2026, 5, 9), True),
        (date(2026, 5, 10), False),
    ],
)
def test_the_paid_day_lies_between_approval_and_today(day: date, is_taken: bool) -> None:
    row = payment(claimed_at=NOW, approved_at=NOW)
    if is_taken:
        row.record_paid(on=day, today=date(2026, 5, 9), by="担当")
        assert row.paid_on == day
        return
    with pytest.raises(RuleViolation):
        row.record_paid(on=day, today=date(2026, 5, 9), by="担当")
    assert row.paid_on is None


TYPED = {
    "bank": "見本銀行",
    "branch": "本店",
    "kind": "普通",
    "number": "１２３-４５６７",
    "holder": "ヤマダ",
}


def test_an_account_is_read_as_people_type_it() -> None:
    account = BankAccount.of(TYPED)
    assert account.number == "1234567"
    assert BankAccount.from_json(account.to_json()) == account


@pytest.mark.parametrize(
    ("key", "typed", "code"),
    [
        ("number", "12a4", "bank_account_unreadable"),
        ("number", "123456789", "bank_account_unreadable"),
        ("bank", "あ" * 41, "bank_account_unreadable"),
        ("branch", " ", "bank_account_incomplete"),
        ("number", "", "bank_account_incomplete"),
    ],
)
def test_what_is_no_account_is_refused(key: str, typed: str, code: str) -> None:
    with pytest.raises(RuleViolation) as told:
        BankAccount.of({**TYPED, key: typed})
    assert told.value.code == code
    assert told.value.remedy
