"""Advance payments (前払金) of a contractor: what can be asked for, the request, the claim with the account."""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request, url_for

from forms.advance_payments import BankAccountForm, InterimRequestForm, PaymentRequestForm
from portal.acting import acting, looking
from portal.case_papers import Paper, papers_of
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, show
from portal.payment_views import PaymentView, condition_rows, payment_facts, payment_view
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.advance_payments import KINDS, facts_of_request, guaranteed_amount, payments_of
from portal.workflows.guarantee_needs import limits_of
from portal.workflows.request_advance_payment import (
    NewPayment,
    claim_advance_payment,
    payment_kind,
    refuse_request,
    request_advance_payment,
)
from procurement.advance_payments import AdvancePayment, PaymentStatus
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation
from procurement.guarantee_limits import Limit
from procurement.payment_conditions import PAYMENT_WORDS, is_known, judge, largest

OF_WHAT_IS_TYPED = ("cap", "rounding", "half_done")
"""Conditions that say nothing before an amount and the progress were typed."""


@dataclass(frozen=True)
class Offer:
    """One kind of payment as the page offers it: what was asked for, how much is left, the paper or why not."""

    kind: GuaranteeKind
    name: str
    payments: list[PaymentView]
    most: Limit
    paper: Paper | None
    refusal: RuleViolation | None


@blueprint.get("/contractor/cases/<case_id>/advance-payments")
@requires(Permission.CONTRACTOR_CASES)
def show_advance_payments(case_id: str) -> Page:
    """Both kinds of payment: what was asked for and how it stands, and what can be asked for now."""
    with looking() as act:
        case = my_case(act, case_id)
        return show("advance_payments/index", act, case, offers=[_offer(act, case, kind) for kind in KINDS])


@blueprint.get("/contractor/cases/<case_id>/advance-payments/new/<kind>")
@requires(Permission.CONTRACTOR_CASES)
def show_payment_request(case_id: str, kind: str) -> Page:
    """How much, and of an interim payment how much work is done; or why it cannot be asked for."""
    return _request_page(case_id, _kind(kind))


@blueprint.post("/contractor/cases/<case_id>/advance-payments/new/<kind>")
@requires(Permission.CONTRACTOR_CASES)
def submit_payment_request(case_id: str, kind: str) -> Page:
    """Ask for it; a refusal comes back with what was typed."""
    wanted = _kind(kind)
    form = _form(wanted)(request.form)
    if not form.validate():
        return _request_page(case_id, wanted, form), 422
    try:
        with acting() as act:
            case = my_case(act, case_id, to_write=True)
            new = NewPayment(wanted, form.yen(), form.progress())
            payment = request_advance_payment(act, case, new)
            payment_id, is_interim = payment.id, payment.is_interim
    except RuleViolation as refusal:
        return _request_page(case_id, wanted, form, refusal=refusal), 422
    if is_interim:
        flash("中間前払金を申請しました。市が認定すると、メールでお知らせします。", "success")
        return redirect(url_for(".show_advance_payment", case_id=case_id, payment_id=payment_id))
    flash("前払金を申請しました。続けて、振込先を入力して請求します。", "success")
    return redirect(url_for(".show_payment_claim", case_id=case_id, payment_id=payment_id))


@blueprint.get("/contractor/cases/<case_id>/advance-payments/<payment_id>")
@requires(Permission.CONTRACTOR_CASES)
def show_advance_payment(case_id: str, payment_id: str) -> Page:
    """One payment: how it stands, what it waits for, its conditions."""
    with looking() as act:
        case = my_case(act, case_id)
        payment = _payment(act, case, payment_id)
        return show(
            "advance_payments/show",
            act,
            case,
            view=payment_view(act, payment, for_office=False),
            facts=payment_facts(payment),
            can_claim=_can_claim(payment),
            is_secured=guaranteed_amount(act, case, payment.kind) is not None,
        )


@blueprint.get("/contractor/cases/<case_id>/advance-payments/<payment_id>/claim")
@requires(Permission.CONTRACTOR_CASES)
def show_payment_claim(case_id: str, payment_id: str) -> Page:
    """The question for the account."""
    return _claim_page(case_id, payment_id)


@blueprint.post("/contractor/cases/<case_id>/advance-payments/<payment_id>/claim")
@requires(Permission.CONTRACTOR_CASES)
def submit_payment_claim(case_id: str, payment_id: str) -> Page:
    """Claim the payment; a refusal comes back with what was typed."""
    form = BankAccountForm(request.form)
    if not form.validate():
        return _claim_page(case_id, payment_id, form), 422
    try:
        with acting() as act:
            payment = _payment(act, my_case(act, case_id, to_write=True), payment_id)
            claim_advance_payment(act, payment, form.account())
            name = payment.name
    except RuleViolation as refusal:
        return _claim_page(case_id, payment_id, form, refusal=refusal), 422
    flash(f"{name}を請求しました。市が支払を承認すると、メールでお知らせします。", "success")
    return redirect(url_for(".show_advance_payment", case_id=case_id, payment_id=payment_id))


def payment_tasks(act: Act, case: ProcurementCase) -> list[dict[str, Any]]:
    """One line for the page of the case, once the contract is concluded or a payment was asked for."""
    payments = payments_of(act.session, case.id)
    limits = limits_of(act, case)
    if not payments and not (
        case.contracts[0].is_concluded and any(is_known(limits, kind) for kind in KINDS)
    ):
        return []
    newest = payments[-1] if payments else None
    hint = f"{newest.name} {newest.amount:,}円" if newest else "申請・請求と、市の承認の状況"
    return [
        {
            "name": "前払金・中間前払金",
            "status": newest.status.label if newest else "未申請",
            "kind": payment_view(act, newest, for_office=False).kind if newest else "todo",
            "href": url_for("contractor.show_advance_payments", case_id=case.id),
            "hint": hint,
        }
    ]


def _offer(act: Act, case: ProcurementCase, kind: GuaranteeKind) -> Offer:
    asked = [p for p in payments_of(act.session, case.id) if p.kind is kind]
    most = largest(facts_of_request(act, case, kind, 1, 100))
    papers = [paper for paper in papers_of(act, case) if payment_kind(paper.form) is kind]
    return Offer(
        kind,
        PAYMENT_WORDS[kind],
        [payment_view(act, payment, for_office=False) for payment in asked],
        most,
        next(iter(papers), None),
        _refusal(act, case, kind, most.amount),
    )


def _refusal(act: Act, case: ProcurementCase, kind: GuaranteeKind, amount: int) -> RuleViolation | None:
    """Why nothing can be asked for now, whatever the amount and the progress."""
    progress = 100 if kind is GuaranteeKind.INTERIM_ADVANCE_PAYMENT else None
    try:
        refuse_request(act, case, NewPayment(kind, amount, progress))
    except RuleViolation as refusal:
        return refusal
    return None


def _kind(text: str) -> GuaranteeKind:
    return next((kind for kind in KINDS if kind.value == text), None) or abort(404)


def _form(kind: GuaranteeKind) -> type[PaymentRequestForm]:
    return InterimRequestForm if kind is GuaranteeKind.INTERIM_ADVANCE_PAYMENT else PaymentRequestForm


def _payment(act: Act, case: ProcurementCase, payment_id: str) -> AdvancePayment:
    """The payment of this id under this case; the right id under another one is not found."""
    return next((p for p in payments_of(act.session, case.id) if p.id == payment_id), None) or abort(404)


def _can_claim(payment: AdvancePayment) -> bool:
    before = PaymentStatus.RECOGNISED if payment.is_interim else PaymentStatus.REQUESTED
    return payment.status is before


def _request_page(
    case_id: str, kind: GuaranteeKind, form: PaymentRequestForm | None = None, **values: Any
) -> Page:
    with looking() as act:
        case = my_case(act, case_id)
        facts = facts_of_request(act, case, kind, 1, 100)
        most = largest(facts)
        return show(
            "advance_payments/new",
            act,
            case,
            kind=kind,
            name=PAYMENT_WORDS[kind],
            most=most,
            closed=_refusal(act, case, kind, most.amount),
            conditions=condition_rows(
                (c for c in judge(facts) if c.code not in OF_WHAT_IS_TYPED), with_remedy=False
            ),
            form=form or _form(kind)(),
            **values,
        )


def _claim_page(case_id: str, payment_id: str, form: BankAccountForm | None = None, **values: Any) -> Page:
    with looking() as act:
        case = my_case(act, case_id)
        payment = _payment(act, case, payment_id)
        return show(
            "advance_payments/claim",
            act,
            case,
            payment=payment,
            can_claim=_can_claim(payment),
            form=form or BankAccountForm(),
            **values,
        )
