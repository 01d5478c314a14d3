"""Amendments (変更契約): begun from a concluded electronic contract; a paper original is refused with the rule."""

from typing import Any

from flask import flash, redirect, request, url_for

from forms.amendments import AmendmentForm
from portal.acting import acting, looking
from portal.office import blueprint
from portal.office.access import REFUSED, Page, own_rules, show, the_contract
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.amend_contract import NewAmendment, amend_contract, refuse_unless_amendable
from portal.workflows.changed_certificates import asked_changes
from portal.workflows.guarantee_needs import time_of
from portal.workflows.guarantee_standings import ObligationStanding, standings
from portal.workflows.review_filing import request_in_force
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from procurement.numbers import format_yen
from procurement.wareki import format_wareki


@blueprint.get("/contracts/<contract_id>/amendments/new")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
def show_amendment(contract_id: str) -> Page:
    """The values that hold now, to be changed; or the city's refusal, with nothing to press."""
    with looking() as act:
        return _page(act, the_contract(act, contract_id))


@blueprint.post("/contracts/<contract_id>/amendments/new")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
def submit_amendment(contract_id: str) -> Page:
    """Begin the amendment; its documents come next."""
    form = AmendmentForm(request.form)
    if not form.validate():
        with looking() as act:
            return _page(act, the_contract(act, contract_id), form), 422
    try:
        with acting() as act:
            amendment = amend_contract(act, the_contract(act, contract_id), _new(form))
            amendment_id = amendment.id
            asked = [each.needed.words for each in asked_changes(act, amendment)]
    except REFUSED as refusal:
        with looking() as act:
            return _page(act, the_contract(act, contract_id), form, refusal=refusal), 422
    flash("変更契約を作成しました。変更契約書を用意します。", "success")
    for words in asked:
        flash(f"{words}受注者にメールで知らせました。", "warning")
    return redirect(url_for(".show_documents", contract_id=amendment_id))


def _new(form: AmendmentForm) -> NewAmendment:
    price, tax = form.amounts()
    starts_on, ends_on = form.period()
    return NewAmendment(price, tax, form.reason.data, starts_on, ends_on)


def _page(act: Act, original: Contract, form: AmendmentForm | None = None, **values: Any) -> str:
    newest = original.case.contracts[-1]
    present = {
        name: getattr(newest, name) for name in ("contract_price", "consumption_tax", "starts_on", "ends_on")
    }
    return show(
        "amendments/new",
        act,
        original=original,
        newest=newest,
        case=original.case,
        closed=_refusal(act, original),
        rules=own_rules(act),
        addresses=request_in_force(act, original.case_id),
        guarantees=[_secured(standing) for standing in standings(act, original.case) if standing.in_force],
        form=form or AmendmentForm(data=present),
        **values,
    )


def _secured(standing: ObligationStanding) -> tuple[str, str]:
    """What is in force now, as a fact beside the form: the change may ask for another certificate."""
    ends = [end for _, end in map(time_of, standing.in_force) if end is not None]
    until = f"、{format_wareki(min(ends))}まで" if ends else ""
    return standing.obligation.label, f"{format_yen(standing.secured_amount)}{until}"


def _refusal(act: Act, original: Contract) -> RuleViolation | None:
    try:
        refuse_unless_amendable(act, original)
    except RuleViolation as refusal:
        return refusal
    return None
