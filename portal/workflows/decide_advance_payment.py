"""Decide about an advance payment (前払金の認定・承認・支払日・差戻し): what an officer does, and who is told."""

from datetime import date
from typing import Any

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.advance_payments import conditions_now, facts_of_payment
from portal.workflows.locks import lock_case
from portal.workflows.recipients import notify_contractor
from portal.workflows.texts import fitting, required_reason
from procurement.advance_payments import AdvancePayment
from procurement.payment_conditions import judge, refusal_of_request
from procurement.wareki import jst_date


def recognise_advance_payment(act: Act, payment: AdvancePayment, reason: str) -> None:
    """Recognise that the work goes as scheduled and half of it is done (中間前払金の認定), with the reason.

    Refused while another condition of the request is not met.
    """
    reason = required_reason(reason, AdvancePayment.recognition_reason, "認定の理由")
    lock_case(act, payment.case_id)
    if refusal := refusal_of_request(judge(facts_of_payment(act, payment))):
        raise refusal
    payment.recognise(now=act.now, by=act.actor.name, reason=reason)
    _note(act, payment, Tag.PAYMENT_RECOGNISED, reason=reason)
    _tell(act, payment, "payment_recognised", reason=reason)


def approve_advance_payment(act: Act, payment: AdvancePayment, reason: str) -> None:
    """Approve the payment (支払の承認); refused in words until each condition holds now."""
    reason = fitting(reason, AdvancePayment.approval_reason, "承認の理由")
    lock_case(act, payment.case_id)
    conditions = conditions_now(act, payment)
    payment.approve(now=act.now, by=act.actor.name, reason=reason, conditions=conditions)
    _note(act, payment, Tag.PAYMENT_APPROVED, reason=reason)
    _tell(act, payment, "payment_approved")


def record_payment(act: Act, payment: AdvancePayment, on: date) -> None:
    """Record the day on which the city paid (支払日)."""
    lock_case(act, payment.case_id)
    payment.record_paid(on=on, today=jst_date(act.now), by=act.actor.name)
    _note(act, payment, Tag.PAYMENT_PAID, on=on.isoformat())
    _tell(act, payment, "payment_paid")


def return_advance_payment(act: Act, payment: AdvancePayment, reason: str) -> None:
    """Send it back (差戻し) with the reason; the contractor may ask again."""
    reason = required_reason(reason, AdvancePayment.returned_because, "差戻しの理由")
    lock_case(act, payment.case_id)
    payment.send_back(now=act.now, by=act.actor.name, because=reason)
    _note(act, payment, Tag.PAYMENT_RETURNED, reason=reason)
    _tell(act, payment, "payment_returned", reason=reason)


def _note(act: Act, payment: AdvancePayment, tag: Tag, **details: Any) -> None:
    act.audit(tag, city=payment.city, subject=("payment", payment.id), **details)


def _tell(act: Act, payment: AdvancePayment, template: str, **values: Any) -> None:
    key = f"{template.replace('_', '-')}:{payment.id}"
    notify_contractor(act, payment.case, template, key=key, payment=payment, **values)
