"""Applying (保証の申込み): 申込作成 → 申込確認 → 送信完了, with drafts that are kept. (GUAR-20 to GUAR-50)"""

from collections.abc import Mapping

from flask import abort, flash, redirect, request, url_for
from sqlalchemy import select

from forms.desk_applications import DeskApplicationForm
from guarantees.desk.orm import ApplicationKind, DeskApplication, DeskRecommendation
from guarantees.desk.premiums import Quote, quote
from portal.acting import acting, looking
from portal.permissions import Permission, requires
from portal.surety import desk
from portal.surety.access import REFUSED, Page, my, own_customer, show
from portal.surety.answers import asked_rows
from portal.surety.desk_drafts import begun_with, form_for, form_of, with_base
from portal.workflows.act import Act
from portal.workflows.apply_for_guarantee import (
    asked_of,
    begin_application,
    save_application,
    submit_application,
    typed_of,
    withdraw_application,
)
from procurement.wareki import jst_date


@desk.get("/applications")
@requires(Permission.DESK_CUSTOMER)
def show_applications() -> str:
    """保存中・手続き中 一覧."""
    with looking() as act:
        rows = act.session.scalars(
            select(DeskApplication)
            .where(
                DeskApplication.customer_id == own_customer(act).id, DeskApplication.withdrawn_at.is_(None)
            )
            .order_by(DeskApplication.saved_at.desc())
        ).all()
        return show("applications", act, applications=rows)


@desk.get("/applications/new/<kind>")
@requires(Permission.DESK_CUSTOMER)
def show_new(kind: str) -> Page:
    """An empty application, or one with a recommended work filled in."""
    with looking() as act:
        customer, offer = own_customer(act), _offer(act)
        typed = with_base(act, customer, begun_with(customer, offer))
        form = form_for(act, customer, _kind(kind), typed, offer)
        return show("application", act, form=form, kind=_kind(kind), offer=offer, application=None)


@desk.post("/applications/new/<kind>")
@requires(Permission.DESK_CUSTOMER)
def submit_new(kind: str) -> Page:
    """Keep what was typed as a draft, and go on with it."""
    with acting() as act:
        application = begin_application(act, own_customer(act), _kind(kind), {}, recommendation=_offer(act))
        application_id = application.id
    return _go_on(application_id)


@desk.get("/applications/<application_id>")
@requires(Permission.DESK_CUSTOMER)
def show_application(application_id: str) -> Page:
    """The draft, to be written on; or what was sent, with how far the company is."""
    with looking() as act:
        application = my(act, DeskApplication, application_id)
        if application.kind is ApplicationKind.CHANGE:
            return redirect(url_for(".show_change_draft", application_id=application_id))
        if application.is_open_to_customer:
            return _form_page(act, application, form_of(act, application))
        rows = asked_rows(form_of(act, application))
        return show("sent", act, application=application, groups=rows, quotes=_quotes(application))


@desk.post("/applications/<application_id>")
@requires(Permission.DESK_CUSTOMER)
def submit_draft(application_id: str) -> Page:
    """Save, clear a tab, or go on to the check page."""
    return _go_on(application_id)


@desk.get("/applications/<application_id>/check")
@requires(Permission.DESK_CUSTOMER)
def show_check(application_id: str) -> Page:
    """申込確認: everything that was typed, and what it will cost."""
    with looking() as act:
        application = my(act, DeskApplication, application_id)
        if not application.is_open_to_customer:
            return redirect(url_for(".show_application", application_id=application_id))
        form = form_of(act, application)
        if not form.validate():
            return _form_page(act, application, form), 422
        return _check_page(act, application, form)


@desk.post("/applications/<application_id>/check")
@requires(Permission.DESK_CUSTOMER)
def submit_application_form(application_id: str) -> Page:
    """Send the application to the company."""
    try:
        with acting() as act:
            application = my(act, DeskApplication, application_id)
            form = form_of(act, application)
            if not form.validate():
                return _form_page(act, application, form), 422
            submit_application(act, application, form.asked())
    except REFUSED as refusal:
        flash(refusal.sentence(), "error")
        return redirect(url_for(".show_application", application_id=application_id))
    return redirect(url_for(".show_sent", application_id=application_id))


@desk.get("/applications/<application_id>/sent")
@requires(Permission.DESK_CUSTOMER)
def show_sent(application_id: str) -> Page:
    """送信完了."""
    with looking() as act:
        application = my(act, DeskApplication, application_id)
        return show("complete", act, application=application)


@desk.post("/applications/<application_id>/withdraw")
@requires(Permission.DESK_CUSTOMER)
def submit_withdrawal(application_id: str) -> Page:
    """Take the application back, or throw the draft away."""
    try:
        with acting() as act:
            withdraw_application(act, my(act, DeskApplication, application_id))
    except REFUSED as refusal:
        flash(refusal.sentence(), "error")
        return redirect(url_for(".show_application", application_id=application_id))
    flash("申込みを取り下げました。", "success")
    return redirect(url_for(".show_applications"))


def _go_on(application_id: str) -> Page:
    action = request.form.get("action", "save")
    try:
        with acting() as act:
            application = my(act, DeskApplication, application_id)
            typed = _typed(form_of(act, application), request.form)
            cleared = action.removeprefix("clear:") if action.startswith("clear:") else ""
            if cleared:
                typed = _without(form_of(act, application), typed, cleared)
            save_application(act, application, with_base(act, own_customer(act), typed))
    except REFUSED as refusal:
        flash(refusal.sentence(), "error")
        return redirect(url_for(".show_application", application_id=application_id))
    if action == "check":
        return redirect(url_for(".show_check", application_id=application_id))
    flash("入力した内容をクリアしました。" if cleared else "申込みを保存しました。", "success")
    return redirect(url_for(".show_application", application_id=application_id, _anchor=cleared or None))


def _typed(form: DeskApplicationForm, given: Mapping[str, str]) -> dict[str, str]:
    """What was posted into the fields of this form, as typed; unknown names are left out."""
    return {field.name: given[field.name] for field in form if given.get(field.name)}


def _without(form: DeskApplicationForm, typed: dict[str, str], section_key: str) -> dict[str, str]:
    """What remains when one tab is cleared (クリア)."""
    names = {name for section in form.sections if section.key == section_key for name in section.fields()}
    return {name: value for name, value in typed.items() if name not in names}


def _form_page(act: Act, application: DeskApplication, form: DeskApplicationForm) -> str:
    if not form.errors and application.sent_back_at:
        form.validate()  # what the company sent back shows at once what is still missing
    return show("application", act, form=form, kind=application.kind, offer=None, application=application)


def _check_page(act: Act, application: DeskApplication, form: DeskApplicationForm) -> str:
    on = jst_date(act.now)
    quotes = [quote(application.issuer, p.product, p.amount, on) for p in form.asked().products]
    return show("check", act, application=application, groups=asked_rows(form), quotes=quotes)


def _quotes(application: DeskApplication) -> list[Quote]:
    if application.submitted_at is None or not typed_of(application):
        return []
    on = jst_date(application.submitted_at)
    return [quote(application.issuer, p.product, p.amount, on) for p in asked_of(application).products]


def _kind(value: str) -> ApplicationKind:
    try:
        kind = ApplicationKind(value)
    except ValueError:
        abort(404)
    return kind if kind is not ApplicationKind.CHANGE else abort(404)


def _offer(act: Act) -> DeskRecommendation | None:
    offer_id = request.args.get("recommendation")
    return my(act, DeskRecommendation, offer_id) if offer_id else None
