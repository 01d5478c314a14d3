"""Applying for a change (保証契約締結後の変更): number, key and form stay. (GUAR-05, GUAR-51)"""

from collections.abc import Mapping

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from forms.desk_changes import DeskChangeForm
from guarantees.desk.companies import desk_of
from guarantees.desk.form_choice import refuse_mixing
from guarantees.desk.histories import differences, newest_contents
from guarantees.desk.orm import ApplicationKind, DeskApplication, DeskGuarantee
from portal.acting import acting, looking
from portal.permissions import Permission, requires
from portal.surety import desk
from portal.surety.access import REFUSED, Page, my, own_customer, show
from portal.workflows.act import Act
from portal.workflows.apply_for_guarantee import (
    begin_application,
    save_application,
    submit_application,
    typed_of,
)

FIELDS = tuple(field for field in DeskChangeForm()._fields)


@desk.get("/changes")
@requires(Permission.DESK_CUSTOMER)
def show_changeable() -> str:
    """The guarantees in force, each with the way to apply for its change."""
    with looking() as act:
        rows = act.session.scalars(
            select(DeskGuarantee)
            .where(DeskGuarantee.customer_id == own_customer(act).id, DeskGuarantee.cancelled_at.is_(None))
            .order_by(DeskGuarantee.issued_at.desc())
        ).all()
        return show("changeable", act, rows=[(row, newest_contents(row)) for row in rows])


@desk.get("/guarantees/<guarantee_id>/change")
@requires(Permission.DESK_CUSTOMER)
def show_change(guarantee_id: str) -> Page:
    """What holds now, to be changed."""
    with looking() as act:
        guarantee = my(act, DeskGuarantee, guarantee_id)
        typed = DeskChangeForm.typed_from(
            newest_contents(guarantee), guarantee.form, own_customer(act).mail_address
        )
        return _form_page(act, guarantee, DeskChangeForm(typed))


@desk.post("/guarantees/<guarantee_id>/change")
@requires(Permission.DESK_CUSTOMER)
def submit_change(guarantee_id: str) -> Page:
    """Begin the application for a change, and go on to its check page."""
    form = DeskChangeForm(request.form)
    with looking() as act:
        guarantee = my(act, DeskGuarantee, guarantee_id)
        if not _is_sound(form, guarantee):
            return _form_page(act, guarantee, form), 422
    try:
        with acting() as act:
            guarantee = my(act, DeskGuarantee, guarantee_id)
            application = begin_application(
                act, own_customer(act), ApplicationKind.CHANGE, _typed(request.form), guarantee=guarantee
            )
            application_id = application.id
    except REFUSED as refusal:
        with looking() as act:
            return _form_page(act, my(act, DeskGuarantee, guarantee_id), form, refusal=refusal), 422
    return redirect(url_for(".show_change_check", application_id=application_id))


@desk.get("/changes/<application_id>")
@requires(Permission.DESK_CUSTOMER)
def show_change_draft(application_id: str) -> Page:
    """The draft of a change, or what was sent."""
    with looking() as act:
        application = my(act, DeskApplication, application_id)
        guarantee = my(act, DeskGuarantee, application.guarantee_id or "")
        if not application.is_open_to_customer:
            return show("change_sent", act, application=application, **_comparison(application, guarantee))
        form = DeskChangeForm(typed_of(application))
        return _form_page(act, guarantee, form, application=application)


@desk.post("/changes/<application_id>")
@requires(Permission.DESK_CUSTOMER)
def submit_change_draft(application_id: str) -> Page:
    """Write the draft again, and go on to its check page."""
    form = DeskChangeForm(request.form)
    with looking() as act:
        application = my(act, DeskApplication, application_id)
        guarantee = my(act, DeskGuarantee, application.guarantee_id or "")
        if not _is_sound(form, guarantee):
            return _form_page(act, guarantee, form, application=application), 422
    try:
        with acting() as act:
            save_application(act, my(act, DeskApplication, application_id), _typed(request.form))
    except REFUSED as refusal:
        flash(refusal.sentence(), "error")
    return redirect(url_for(".show_change_check", application_id=application_id))


@desk.get("/changes/<application_id>/check")
@requires(Permission.DESK_CUSTOMER)
def show_change_check(application_id: str) -> Page:
    """Before and after, side by side."""
    with looking() as act:
        application = my(act, DeskApplication, application_id)
        guarantee = my(act, DeskGuarantee, application.guarantee_id or "")
        form = DeskChangeForm(typed_of(application))
        if not application.is_open_to_customer or not _is_sound(form, guarantee):
            return redirect(url_for(".show_change_draft", application_id=application_id))
        return show("change_check", act, application=application, **_comparison(application, guarantee))


@desk.post("/changes/<application_id>/check")
@requires(Permission.DESK_CUSTOMER)
def submit_change_check(application_id: str) -> Page:
    """Send the application for the change to the company."""
    try:
        with acting() as act:
            application = my(act, DeskApplication, application_id)
            form = DeskChangeForm(typed_of(application))
            if not form.validate():
                return redirect(url_for(".show_change_draft", application_id=application_id))
            submit_application(act, application, form.asked())
    except REFUSED as refusal:
        flash(refusal.sentence(), "error")
        return redirect(url_for(".show_change_draft", application_id=application_id))
    return redirect(url_for(".show_sent", application_id=application_id))


def _is_sound(form: DeskChangeForm, guarantee: DeskGuarantee) -> bool:
    """Whether the form is complete and keeps the form of the first certificate. (GUAR-05)"""
    if not form.validate():
        return False
    try:
        refuse_mixing(guarantee.form, form.asked().form)
    except REFUSED as refusal:
        form["form"].errors = [refusal.sentence()]
        return False
    return True


def _comparison(application: DeskApplication, guarantee: DeskGuarantee) -> dict[str, object]:
    form = DeskChangeForm(typed_of(application))
    form.validate()
    before = newest_contents(guarantee)
    after = form.asked().applied_to(before)
    lines = [line.partition("：")[::2] for line in differences(before, after).splitlines()]
    return {"guarantee": guarantee, "contents": before, "lines": lines, "asked": form.asked()}


def _typed(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in FIELDS if given.get(name)}


def _form_page(act: Act, guarantee: DeskGuarantee, form: DeskChangeForm, **values: object) -> str:
    values = {"application": None, "notes": desk_of(guarantee.issuer).notes} | values
    return show("change", act, guarantee=guarantee, contents=newest_contents(guarantee), form=form, **values)
