"""Guarantees (保証) of a case at the contractor's door: what is needed by when and why, and lodging it. (GUAR-67, CITY-29)"""

from typing import Any

from flask import abort, flash, redirect, request, url_for

from forms.guarantees import KeyForm, OtherMeansForm
from guarantees.errors import GuaranteeRefused
from guarantees.keys import MASKED
from guarantees.lodged import Means
from portal.acting import acting, looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, show
from portal.contractor.guarantee_standings import guarantee_views, means_open, obligation_view
from portal.guarantee_lodging import (
    KeptNotice,
    hints_of,
    kept_notice,
    lodge_notice,
    lodge_other,
    lodge_typed,
    notice_taken_in,
    word_of,
)
from portal.intake import ATTACHMENT_BYTES
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.workflows.notice_fit import NEUTRAL_REMEDY, NEUTRAL_WARNING, LodgingRefused, seems_foreign
from portal.workflows.tell_of_lodging import tell_of_refusal
from procurement.cities.kinds import Channel, GuaranteeKind
from procurement.errors import RuleViolation

REFUSALS = (RuleViolation, GuaranteeRefused)
BASE = "/contractor/cases/<case_id>/guarantees"
TAKEN = "保証を受け付けました。市が内容を確認します。"


@blueprint.get(BASE)
@requires(Permission.CONTRACTOR_CASES)
def show_guarantees(case_id: str) -> Page:
    """What is needed, what was lodged and how far it is, and the ways to lodge."""
    with looking() as act:
        case = my_case(act, case_id)
        return show("guarantees/index", act, case, obligations=guarantee_views(act, case))


@blueprint.get(f"{BASE}/<obligation>/notice")
@requires(Permission.CONTRACTOR_CASES)
def show_guarantee_notice(case_id: str, obligation: str) -> Page:
    """Choose the PDF of the key notice, from a phone as well."""
    return _page("notice", case_id, obligation)


@blueprint.post(f"{BASE}/<obligation>/notice")
@requires(Permission.CONTRACTOR_CASES)
@takes_upload(setting=ATTACHMENT_BYTES)
def submit_guarantee_notice(case_id: str, obligation: str) -> Page:
    """Read it and show what was read; nothing is lodged yet."""
    kind = _kind(obligation)
    with looking() as act:
        my_case(act, case_id)
    try:
        kept = notice_taken_in(request.files.get("notice"), kind)
    except REFUSALS as refusal:
        return _page("notice", case_id, obligation, refusal=refusal), 422
    return _check_page(case_id, obligation, kept)


@blueprint.post(f"{BASE}/<obligation>/notice/confirmed")
@requires(Permission.CONTRACTOR_CASES)
def submit_guarantee_confirmation(case_id: str, obligation: str) -> Page:
    """Lodge what was read."""
    kind = _kind(obligation)
    with looking() as act:
        my_case(act, case_id)
    try:
        kept = kept_notice(request.form.get("kept", ""), case_id, kind)
    except REFUSALS as refusal:
        return _page("notice", case_id, obligation, refusal=refusal), 422
    try:
        with acting() as act:
            lodge_notice(act, my_case(act, case_id, to_write=True), kind, kept, channel=Channel.WEB)
    except REFUSALS as refusal:
        _tell_the_office(case_id, kind, refusal)
        return _check_page(case_id, obligation, kept, refusal=refusal), 422
    return _taken(case_id)


@blueprint.get(f"{BASE}/<obligation>/key")
@requires(Permission.CONTRACTOR_CASES)
def show_guarantee_key(case_id: str, obligation: str) -> Page:
    """Type number and key."""
    return _page("key", case_id, obligation, form=KeyForm())


@blueprint.post(f"{BASE}/<obligation>/key")
@requires(Permission.CONTRACTOR_CASES)
def submit_guarantee_key(case_id: str, obligation: str) -> Page:
    """Lodge them; what looks misread is asked about once. The key is never written into the page again."""
    form, kind = KeyForm(request.form), _kind(obligation)
    if not form.validate():
        return _page("key", case_id, obligation, form=form, has_errors=True), 422
    hints = hints_of(form)
    if hints:
        return _page("key", case_id, obligation, form=form, hints=hints), 422
    try:
        with acting() as act:
            lodge_typed(act, my_case(act, case_id, to_write=True), kind, form, channel=Channel.WEB)
    except REFUSALS as refusal:
        _tell_the_office(case_id, kind, refusal)
        return _page("key", case_id, obligation, form=form, refusal=refusal), 422
    return _taken(case_id)


@blueprint.get(f"{BASE}/<obligation>/means")
@requires(Permission.CONTRACTOR_CASES)
def show_guarantee_means(case_id: str, obligation: str) -> Page:
    """Announce another means: bank, insurance, bond, cash, government bonds."""
    means = _means(_kind(obligation))
    return _page("means", case_id, obligation, form=OtherMeansForm(means=means), means=means)


@blueprint.post(f"{BASE}/<obligation>/means")
@requires(Permission.CONTRACTOR_CASES)
def submit_guarantee_means(case_id: str, obligation: str) -> Page:
    """Lodge what was told of it; the original follows on paper."""
    kind = _kind(obligation)
    means = _means(kind)
    form = OtherMeansForm(request.form, means=means)
    if not form.validate():
        return _page("means", case_id, obligation, form=form, means=means, has_errors=True), 422
    try:
        with acting() as act:
            case = my_case(act, case_id, to_write=True)
            lodge_other(act, case, kind, means, form.said(), channel=Channel.WEB)
    except REFUSALS as refusal:
        _tell_the_office(case_id, kind, refusal)
        return _page("means", case_id, obligation, form=form, means=means, refusal=refusal), 422
    return _taken(case_id)


def _tell_the_office(case_id: str, kind: GuaranteeKind, refusal: Exception) -> None:
    """What the contractor is told neutrally (a number of another contract) the officers hear in full."""
    if isinstance(refusal, LodgingRefused):
        with acting() as act:
            tell_of_refusal(act, my_case(act, case_id), kind, refusal)


def _kind(word: str) -> GuaranteeKind:
    return GuaranteeKind(word) if word in set(GuaranteeKind) else abort(404)


def _means(kind: GuaranteeKind) -> Means:
    """The means that the address names, of those that can secure this obligation."""
    found = means_open(kind)
    return next((means for means in found if means == request.args.get("means", "")), found[0])


def _taken(case_id: str) -> Any:
    flash(TAKEN, "success")
    return redirect(url_for("contractor.show_guarantees", case_id=case_id))


def _page(template: str, case_id: str, obligation: str, **values: Any) -> Page:
    kind = _kind(obligation)
    with looking() as act:
        case = my_case(act, case_id)
        view = obligation_view(act, case, kind)
        choices = [(means.value, means.label) for means in means_open(kind)]
        return show(f"guarantees/{template}", act, case, view=view, means_choices=choices, **values)


def _check_page(case_id: str, obligation: str, kept: KeptNotice, **values: Any) -> Page:
    with looking() as act:
        is_foreign = seems_foreign(act, my_case(act, case_id), kept.notice)
    return _page(
        "check",
        case_id,
        obligation,
        notice=kept.notice,
        name=kept.name,
        kept=word_of(kept, case_id),
        hints=kept.hints,
        masked=MASKED,
        doubt=f"{NEUTRAL_WARNING}{NEUTRAL_REMEDY}" if is_foreign else "",
        **values,
    )
