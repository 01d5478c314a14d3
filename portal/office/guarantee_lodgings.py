"""Guarantees that came by mail, at the counter or by post (届いた保証): the officer registers them. (CITY-30, CITY-72)"""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for

from forms.guarantees import AT_THE_OFFICE, KeyForm, OtherMeansForm
from forms.receptions import ReceptionForm
from guarantees.errors import GuaranteeRefused
from guarantees.keys import MASKED
from guarantees.lodged import LodgedGuarantee, Means
from portal.acting import acting, looking
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
from portal.office import blueprint
from portal.office.access import REFUSED, Page, show, the_case
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.workflows.act import Act
from portal.workflows.decide_guarantee import record_original
from portal.workflows.notice_fit import LodgingRefused
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation
from procurement.wareki import jst_date

REFUSALS = (*REFUSED, GuaranteeRefused)


@blueprint.get("/cases/<case_id>/guarantees/new")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def show_lodging(case_id: str) -> Page:
    """The questions about one means for one obligation."""
    with looking() as act:
        return _page(act, the_case(act, case_id), _form(None), ReceptionForm(now=act.now))


@blueprint.post("/cases/<case_id>/guarantees/new")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_lodging(case_id: str) -> Page:
    """Register it; what is refused comes back as it was typed, keys excepted."""
    form = _form(request.form)
    with looking() as act:
        reception = ReceptionForm(request.form, now=act.now)
        case = the_case(act, case_id)
        if not all([form.validate(), reception.validate()]):
            return _page(act, case, form, reception, has_errors=True), 422
        hints = hints_of(form) if isinstance(form, KeyForm) else []
        if hints:
            return _page(act, case, form, reception, hints=hints), 422
    try:
        with acting() as act:
            lodged_id = _lodged(act, the_case(act, case_id), form, reception).id
    except REFUSALS as refusal:
        with looking() as act:
            return _page(act, the_case(act, case_id), form, reception, refusal=_in_full(refusal)), 422
    return _registered(lodged_id)


@blueprint.post("/cases/<case_id>/guarantees/notice")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
@takes_upload(setting=ATTACHMENT_BYTES)
def submit_notice(case_id: str) -> Page:
    """Read an uploaded notice and show what was read; nothing is registered yet."""
    with looking() as act:
        the_case(act, case_id)
    try:
        kept = notice_taken_in(request.files.get("notice"), _obligation())
    except REFUSALS as refusal:
        with looking() as act:
            case = the_case(act, case_id)
            return _page(act, case, KeyForm(), ReceptionForm(now=act.now), refusal=_in_full(refusal)), 422
    with looking() as act:
        return _notice_page(act, the_case(act, case_id), kept, ReceptionForm(now=act.now))


@blueprint.post("/cases/<case_id>/guarantees/notice/confirmed")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_notice_confirmation(case_id: str) -> Page:
    """Register what was read."""
    with looking() as act:
        the_case(act, case_id)
        reception = ReceptionForm(request.form, now=act.now)
    try:
        kept = kept_notice(request.form.get("kept", ""), case_id, _obligation())
    except REFUSALS as refusal:
        with looking() as act:
            return _page(act, the_case(act, case_id), KeyForm(), reception, refusal=_in_full(refusal)), 422
    try:
        if not reception.validate():
            with looking() as act:
                return _notice_page(act, the_case(act, case_id), kept, reception, has_errors=True), 422
        with acting() as act:
            how = _how(reception)
            lodged_id = lodge_notice(act, the_case(act, case_id), _obligation(), kept, **how).id
    except REFUSALS as refusal:
        with looking() as act:
            return _notice_page(act, the_case(act, case_id), kept, reception, refusal=_in_full(refusal)), 422
    return _registered(lodged_id)


def _lodged(
    act: Act, case: ProcurementCase, form: KeyForm | OtherMeansForm, reception: ReceptionForm
) -> LodgedGuarantee:
    how = _how(reception)
    if isinstance(form, KeyForm):
        return lodge_typed(act, case, _obligation(), form, **how)
    lodged = lodge_other(act, case, _obligation(), _means(), form.said(), **how)
    if lodged.means.has_original and request.form.get("original_here"):
        channel, received_on = reception.chosen_channel(), jst_date(reception.received_at())
        record_original(act, lodged, channel=channel, received_on=received_on)
    return lodged


def _how(reception: ReceptionForm) -> dict[str, Any]:
    return {
        "channel": reception.chosen_channel(),
        "received_at": reception.received_at(),
        "confirmed_because": request.form.get("confirmed_because", ""),
    }


def _registered(lodged_id: str) -> Any:
    flash("届いた保証を登録しました。内容を確認して、受理するか差し戻します。", "success")
    return redirect(url_for("office.show_guarantee", lodged_id=lodged_id))


def _form(typed: Mapping[str, str] | None) -> KeyForm | OtherMeansForm:
    means = _means()
    return KeyForm(typed) if means is Means.ELECTRONIC_SURETY else OtherMeansForm(typed, means=means)


def _means() -> Means:
    word = request.args.get("means", "")
    return Means(word) if word in set(Means) else Means.ELECTRONIC_SURETY


def _obligation() -> GuaranteeKind:
    word = request.args.get("obligation", "")
    return GuaranteeKind(word) if word in set(GuaranteeKind) else GuaranteeKind.CONTRACT


def _in_full(refusal: Exception) -> Exception:
    """What the contractor hears neutrally, the office hears in full."""
    if isinstance(refusal, LodgingRefused):
        return RuleViolation(refusal.code, refusal.for_office)
    return refusal


def _page(
    act: Act,
    case: ProcurementCase,
    form: KeyForm | OtherMeansForm,
    reception: ReceptionForm,
    **values: Any,
) -> str:
    means = _means()
    is_electronic = means is Means.ELECTRONIC_SURETY
    return show(
        "guarantees/new",
        act,
        case=case,
        form=form,
        reception=reception,
        means=means,
        obligation=_obligation(),
        is_electronic=is_electronic,
        confirmed_because=request.form.get("confirmed_because", ""),
        original_here=bool(request.form.get("original_here")),
        means_choices=[(each.value, each.label) for each in AT_THE_OFFICE],
        obligation_choices=[(kind.value, kind.label) for kind in GuaranteeKind],
        **values,
    )


def _notice_page(
    act: Act, case: ProcurementCase, kept: KeptNotice, reception: ReceptionForm, **values: Any
) -> str:
    return show(
        "guarantees/notice",
        act,
        case=case,
        notice=kept.notice,
        name=kept.name,
        kept=word_of(kept, case.id),
        hints=kept.hints,
        masked=MASKED,
        obligation=_obligation(),
        reception=reception,
        confirmed_because=request.form.get("confirmed_because", ""),
        **values,
    )
