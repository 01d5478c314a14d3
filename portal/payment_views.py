"""Advance payments on pages (前払金の表示): conditions as lists, states as tags, what comes next and whose turn it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.filters import instant, seireki_date, yen
from portal.workflows.act import Act
from portal.workflows.advance_payments import conditions_now
from procurement.advance_payments import AdvancePayment, PaymentStatus
from procurement.payment_conditions import Condition, Judgement

STATUS_KINDS: Mapping[PaymentStatus, str] = {
    PaymentStatus.REQUESTED: "sent",
    PaymentStatus.RECOGNISED: "accepted",
    PaymentStatus.CLAIMED: "waiting",
    PaymentStatus.APPROVED: "accepted",
    PaymentStatus.PAID: "done",
    PaymentStatus.RETURNED: "returned",
}
MET = {Judgement.MET.value: True, Judgement.UNMET.value: False, Judgement.LOOK.value: None}
OPEN = (
    PaymentStatus.REQUESTED,
    PaymentStatus.RECOGNISED,
    PaymentStatus.CLAIMED,
    PaymentStatus.APPROVED,
)


@dataclass(frozen=True)
class PaymentView:
    """One payment: its tag, what it waits for and on whose side, its conditions now where they still matter."""

    payment: AdvancePayment
    kind: str
    waits_for: str
    is_office_turn: bool
    conditions: list[dict[str, Any]]
    has_problem: bool


def payment_view(act: Act, payment: AdvancePayment, *, for_office: bool) -> PaymentView:
    """The payment as it stands now; one that is over shows its conditions as they were kept.

    What an officer has to do about a condition is told to the office alone.
    """
    is_open = payment.status in OPEN
    now = conditions_now(act, payment) if is_open else ()
    kept = payment.approval_conditions or payment.conditions
    waits_for, is_office_turn = turn_of(payment)
    return PaymentView(
        payment,
        STATUS_KINDS[payment.status],
        waits_for,
        is_office_turn,
        condition_rows(now, with_remedy=for_office) if is_open else kept_rows(kept),
        any(condition.result is Judgement.UNMET for condition in now),
    )


def turn_of(payment: AdvancePayment) -> tuple[str, bool]:
    """What the payment waits for, and whether that is the office's turn."""
    return turn_at(payment.status, is_interim=payment.is_interim)


def turn_at(status: PaymentStatus, *, is_interim: bool) -> tuple[str, bool]:
    """The same of every payment of that kind at that state."""
    if status is PaymentStatus.REQUESTED:
        return ("市の認定", True) if is_interim else ("受注者の請求", False)
    waiting = {
        PaymentStatus.RECOGNISED: ("受注者の請求", False),
        PaymentStatus.CLAIMED: ("市の承認", True),
        PaymentStatus.APPROVED: ("支払日の記録", True),
    }
    return waiting.get(status, ("", False))


def condition_rows(conditions: Iterable[Condition], *, with_remedy: bool) -> list[dict[str, Any]]:
    """Conditions for the rule list, with the way out of those that are not met."""
    return [
        _row(c.label, c.words, c.source, c.result.value, c.remedy if with_remedy else "") for c in conditions
    ]


def kept_rows(kept: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same from what a payment kept; what was not met has no way out any more."""
    return [_row(c["label"], c["words"], c["source"], c["result"], "") for c in kept]


def _row(label: str, words: str, source: str, result: str, remedy: str) -> dict[str, Any]:
    way = remedy if MET[result] is False else ""
    return {"met": MET[result], "text": f"{label}：{words}{way}", "source": source}


def payment_facts(payment: AdvancePayment) -> list[tuple[str, str]]:
    """Label and value of what is known of a payment; steps that are still to come are left out."""
    facts = [("額", yen(payment.amount))]
    if payment.progress_percent is not None:
        facts.append(("出来高（申請）", f"{payment.progress_percent}％"))
    steps = (
        ("申請", payment.requested_at, payment.requested_by, ""),
        ("認定", payment.recognised_at, payment.recognised_by, payment.recognition_reason),
        ("請求", payment.claimed_at, payment.claimed_by, ""),
        ("承認", payment.approved_at, payment.approved_by, payment.approval_reason),
        ("差戻し", payment.returned_at, payment.returned_by, payment.returned_because),
    )
    for word, at, by, reason in steps:
        if at is not None:
            facts.append((word, "　".join(part for part in (instant(at), by, reason) if part)))
    if payment.paid_on is not None:
        facts.append(("支払日", seireki_date(payment.paid_on)))
    return facts
