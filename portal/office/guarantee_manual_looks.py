"""Looks by hand (画面での確認): an officer types what the registry's own page showed. (japan.md 2.4)"""

from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for

from forms.guarantees import ManualLookForm
from guarantees.certificates import CertificateContents
from guarantees.products import Product
from portal.acting import acting, looking
from portal.office import blueprint
from portal.office.access import Page, show
from portal.office.guarantee_pages import REFUSALS, the_guarantee
from portal.permissions import Permission, requires
from portal.workflows.guarantee_needs import need_of
from portal.workflows.record_guarantee_look import record_manual_look


@blueprint.get("/guarantees/<lodged_id>/by-hand")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def show_manual_look(lodged_id: str) -> Page:
    """What the registry's own page shows, as an officer types it."""
    return _manual_page(lodged_id, ManualLookForm())


@blueprint.post("/guarantees/<lodged_id>/by-hand")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_manual_look(lodged_id: str) -> Page:
    """Keep and compare what was read there."""
    form = ManualLookForm(request.form)
    if not form.validate():
        return _manual_page(lodged_id, form), 422
    try:
        with acting() as act:
            lodged = the_guarantee(act, lodged_id)
            record_manual_look(act, lodged, _contents(form), cancelled_on=_cancelled_on(form))
    except REFUSALS as refusal:
        return _manual_page(lodged_id, form, refusal=refusal), 422
    flash("画面で確認した内容を記録し、契約と突き合わせました。", "success")
    return redirect(url_for(".show_guarantee", lodged_id=lodged_id))


def _contents(form: ManualLookForm) -> CertificateContents | None:
    if form.was_found.data == "not_found":
        return None
    said: dict[str, Any] = {
        name: field.data
        for name, field in form._fields.items()
        if name not in ("was_found", "cancelled_on") and field.data not in (None, "")
    }
    return CertificateContents(**said | {"product": Product(said["product"])})


def _cancelled_on(form: ManualLookForm) -> date | None:
    day = form.cancelled_on.data
    return day if form.was_found.data == "cancelled" and isinstance(day, date) else None


def _manual_page(lodged_id: str, form: ManualLookForm, **values: Any) -> Page:
    with looking() as act:
        lodged = the_guarantee(act, lodged_id)
        need = need_of(act, lodged.case, lodged.obligation, lodged)
        return show(
            "guarantees/by_hand",
            act,
            lodged=lodged,
            case=lodged.case,
            form=form,
            need=need,
            **values,
        )
