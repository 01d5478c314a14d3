"""Advance payments (前払金) in the office: the city's list by state, the payments of a case, and each decision."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from flask import abort, request, url_for

from forms.advance_payments import PaidDayForm
from portal.acting import looking
from portal.office import blueprint
from portal.office.access import Page, show, the_case
from portal.office.decisions import Decision, pressed
from portal.office.listings import list_page
from portal.office.payment_lists import payment_counts, payments_query
from portal.payment_views import OPEN, STATUS_KINDS, payment_facts, payment_view, turn_of
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.advance_payments import conditions_now, payments_of
from portal.workflows.decide_advance_payment import (
    approve_advance_payment,
    recognise_advance_payment,
    record_payment,
    return_advance_payment,
)
from procurement.advance_payments import AdvancePayment, PaymentStatus
from procurement.errors import RuleViolation
from procurement.payment_conditions import refusal_of_approval, refusal_of_request

COLUMNS = (
    {"label": "案件"},
    {"label": "種類", "kind": "nowrap"},
    {"label": "額（円）", "kind": "number"},
    {"label": "申請", "kind": "nowrap"},
    {"label": "状態", "kind": "nowrap"},
    {"label": "次にすること"},
    {"label": "事業者"},
)


STEPS: Mapping[str, Decision[AdvancePayment]] = {
    "recognition": Decision(
        title="中間前払金の要件を認定する",
        text="工期の2分の1までに行うことになっている作業が行われ、出来高が請負代金の2分の1以上であることを、工程表と工事履行報告書で確かめて認定します。",
        label="認定の理由（受注者に伝わります）",
        hint="例：工事履行報告書と現場で、工程表のとおり作業が行われていることを確認したため。",
        button="要件を認定する",
        done="要件を認定しました。受注者にメールで知らせました。",
        work=recognise_advance_payment,
    ),
    "approval": Decision(
        title="支払を承認する",
        text="下の要件がいますべて満たされているときに承認できます。「職員が判断」の項目があるときは、よいと判断した理由を記録します。",
        label="判断の理由",
        hint="「職員が判断」の項目がないときは、空欄のままで承認できます。",
        button="支払を承認する",
        done="支払を承認しました。受注者にメールで知らせました。",
        work=approve_advance_payment,
        is_required=False,
    ),
    "return": Decision(
        title="申請を差し戻す",
        text="この申請を終わりにして、受注者に理由を知らせます。受注者は、もう一度申請できます。",
        label="差戻しの理由（受注者に伝わります）",
        hint="例：振込先の口座名義が、受注者の名義と違います。",
        button="申請を差し戻す",
        done="申請を差し戻しました。受注者にメールで知らせました。",
        work=return_advance_payment,
        kind="danger",
    ),
}
OPEN_AT: Mapping[str, Collection[PaymentStatus]] = {
    "recognition": (PaymentStatus.REQUESTED,),
    "approval": (PaymentStatus.CLAIMED,),
    "return": OPEN,
}
"""At which states of a payment each of them can be taken."""


@blueprint.get("/advance-payments")
@requires(Permission.OFFICE_READ)
def show_advance_payments() -> Page:
    """The payments of the city, 25 a page, those that wait for the office first; a state in the address filters."""
    wanted = request.args.get("status", "")
    wanted = wanted if wanted in set(PaymentStatus) else ""
    with looking() as act:
        counts = payment_counts(act)
        return show(
            "advance_payments/index",
            act,
            listing=list_page(act.session, payments_query(wanted)),
            total=sum(counts.values()),
            wanted=wanted,
            columns=COLUMNS,
            kinds=STATUS_KINDS,
            turn_of=turn_of,
            choices=[("", "すべて"), *((s.value, f"{s.label}（{counts[s]}）") for s in PaymentStatus)],
        )


@blueprint.get("/cases/<case_id>/advance-payments")
@requires(Permission.OFFICE_READ)
def show_case_advance_payments(case_id: str) -> Page:
    """The payments of a case, newest first: facts, conditions as they stand now, what can be done."""
    with looking() as act:
        case = the_case(act, case_id)
        payments = [
            (payment_view(act, payment, for_office=True), _facts(payment), open_steps(payment))
            for payment in reversed(payments_of(act.session, case.id))
        ]
        return show("advance_payments/case", act, case=case, payments=payments)


@blueprint.get("/cases/<case_id>/advance-payments/<payment_id>/steps/<name>")
@requires(Permission.OFFICE_APPROVE_PAYMENT)
def show_payment_step(case_id: str, payment_id: str, name: str) -> Page:
    """What the decision means, the conditions as they stand now, and the question for the reason."""
    return _step_page(case_id, payment_id, name)


@blueprint.post("/cases/<case_id>/advance-payments/<payment_id>/steps/<name>")
@requires(Permission.OFFICE_APPROVE_PAYMENT)
def submit_payment_step(case_id: str, payment_id: str, name: str) -> Page:
    """Do it; a refusal comes back with what was typed."""
    step = STEPS.get(name) or abort(404)

    def work(act: Act) -> str:
        step.decide(act, _payment(act, case_id, payment_id))
        return _payments_of(case_id)

    return pressed(work, partial(_step_page, case_id, payment_id, name), step.done)


@blueprint.get("/cases/<case_id>/advance-payments/<payment_id>/paid")
@requires(Permission.OFFICE_APPROVE_PAYMENT)
def show_paid_day(case_id: str, payment_id: str) -> Page:
    """The question for the day on which the city paid."""
    return _paid_page(case_id, payment_id, PaidDayForm())


@blueprint.post("/cases/<case_id>/advance-payments/<payment_id>/paid")
@requires(Permission.OFFICE_APPROVE_PAYMENT)
def submit_paid_day(case_id: str, payment_id: str) -> Page:
    """Record that day."""
    form = PaidDayForm(request.form)
    if not form.validate():
        return _paid_page(case_id, payment_id, form), 422

    def work(act: Act) -> str:
        record_payment(act, _payment(act, case_id, payment_id), form.day())
        return _payments_of(case_id)

    page = partial(_paid_page, case_id, payment_id, form)
    return pressed(work, page, "支払日を記録しました。受注者にメールで知らせました。")


def open_steps(payment: AdvancePayment) -> list[dict[str, str]]:
    """The decisions that are open at this state, the one that moves it on first."""
    place: dict[str, Any] = {"case_id": payment.case_id, "payment_id": payment.id}
    found = [
        {
            "text": step.title,
            "href": url_for("office.show_payment_step", name=name, **place),
            "kind": step.kind,
        }
        for name, step in STEPS.items()
        if payment.status in OPEN_AT[name] and (payment.is_interim or name != "recognition")
    ]
    if payment.status is PaymentStatus.APPROVED:
        paid = {
            "text": "支払日を記録する",
            "href": url_for("office.show_paid_day", **place),
            "kind": "primary",
        }
        found.insert(0, paid)
    return found


def _payment(act: Act, case_id: str, payment_id: str) -> AdvancePayment:
    """The payment of this id under this case; the right id under another one is not found."""
    case = the_case(act, case_id)
    return next((p for p in payments_of(act.session, case.id) if p.id == payment_id), None) or abort(404)


def _payments_of(case_id: str) -> str:
    return url_for(".show_case_advance_payments", case_id=case_id)


def _facts(payment: AdvancePayment) -> list[tuple[str, str]]:
    return payment_facts(payment) + (payment.account.lines() if payment.account else [])


def _step_page(case_id: str, payment_id: str, name: str, **values: Any) -> str:
    step = STEPS.get(name) or abort(404)
    with looking() as act:
        payment = _payment(act, case_id, payment_id)
        return show(
            "advance_payments/step",
            act,
            case=payment.case,
            view=payment_view(act, payment, for_office=True),
            facts=_facts(payment),
            step=step,
            is_open=payment.status in OPEN_AT[name],
            shows_conditions=name != "return",
            closed=_closed(act, payment, name),
            reason=request.form.get("reason", ""),
            **values,
        )


def _closed(act: Act, payment: AdvancePayment, name: str) -> RuleViolation | None:
    """Why the decision is not open now, whatever the reason; None where it is."""
    conditions = conditions_now(act, payment)
    if name == "approval":
        return refusal_of_approval(conditions, "-")
    return refusal_of_request(conditions) if name == "recognition" else None


def _paid_page(case_id: str, payment_id: str, form: PaidDayForm, **values: Any) -> str:
    with looking() as act:
        payment = _payment(act, case_id, payment_id)
        view = payment_view(act, payment, for_office=True)
        return show(
            "advance_payments/paid",
            act,
            case=payment.case,
            view=view,
            facts=_facts(payment),
            form=form,
            **values,
        )
