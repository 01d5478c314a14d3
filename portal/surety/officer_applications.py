"""The officer's queue (申込みの一覧): read, send back, issue product by product, make a change. (GUAR-70)"""

from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from guarantees.desk.histories import differences, newest_contents
from guarantees.desk.orm import ApplicationKind, DeskApplication, DeskGuarantee
from guarantees.desk.premiums import quote
from guarantees.desk.states import ApplicationStatus
from guarantees.products import Product
from portal.acting import acting, house, looking
from portal.desk_publishing import publish_guarantee
from portal.permissions import Permission, requires
from portal.surety import blueprint
from portal.surety.access import REFUSED, Page, ours, own_issuer, show_officer
from portal.surety.answers import asked_rows
from portal.surety.desk_drafts import form_of
from portal.workflows.act import Act
from portal.workflows.apply_for_guarantee import asked_change_of, asked_of
from portal.workflows.issue_guarantee import issue_product, make_asked_change, send_back_application
from procurement.errors import RuleViolation
from procurement.wareki import jst_date, parse_date

ARRIVED = "発行し、保証確認サービスに登録しました。"
NOT_ARRIVED = (
    "発行しました。保証確認サービスにはまだ登録されていません。自動で登録をやり直します。"
    "認証キーのお知らせは、登録のあとに表示できます。"
)
ON_PAPER = "証書（紙）の保証を発行しました。"


@blueprint.get("/applications")
@requires(Permission.SURETY_DESK)
def show_applications() -> str:
    """Every application that was sent, the waiting ones first."""
    with looking() as act:
        rows = act.session.scalars(
            select(DeskApplication)
            .where(DeskApplication.issuer == own_issuer().code, DeskApplication.submitted_at.is_not(None))
            .order_by(DeskApplication.submitted_at.desc())
        ).all()
        waiting = [row for row in rows if row.status is ApplicationStatus.WAITING]
        others = [row for row in rows if row.status is not ApplicationStatus.WAITING]
        return show_officer("applications", act, waiting=waiting, others=others)


@blueprint.get("/applications/<application_id>")
@requires(Permission.SURETY_DESK)
def show_application(application_id: str) -> str:
    """What was asked, and what can be done with it."""
    with looking() as act:
        return _page(act, ours(act, DeskApplication, application_id))


@blueprint.post("/applications/<application_id>/send-back")
@requires(Permission.SURETY_DESK)
def submit_send_back(application_id: str) -> Page:
    """Give it back to the customer with a reason."""
    reason = request.form.get("reason", "")
    try:
        with acting() as act:
            send_back_application(act, ours(act, DeskApplication, application_id), reason)
    except REFUSED as refusal:
        return _refused(application_id, refusal, reason=reason)
    flash("申込みを差し戻しました。お客様にメールでお知らせします。", "success")
    return redirect(url_for(".show_applications"))


@blueprint.post("/applications/<application_id>/issue")
@requires(Permission.SURETY_DESK)
def submit_issue(application_id: str) -> Page:
    """Issue one product; an electronic one goes to the registry at once, outside of the transaction."""
    try:
        period = parse_date(request.form.get("starts_on", "")), parse_date(request.form.get("ends_on", ""))
        product = Product(request.form.get("product", ""))
        with acting() as act:
            application = ours(act, DeskApplication, application_id)
            made = issue_product(act, application, product, house().desk_secrets, period)
            guarantee_id, electronic = made.id, made.is_electronic
    except REFUSED as refusal:
        return _refused(application_id, refusal)
    except ValueError:
        return _refused(application_id, RuleViolation("product.unknown", "発行する保証が選ばれていません。"))
    tell_arrival(guarantee_id, electronic)
    return redirect(url_for(".show_guarantee", guarantee_id=guarantee_id))


@blueprint.post("/applications/<application_id>/change")
@requires(Permission.SURETY_DESK)
def submit_asked_change(application_id: str) -> Page:
    """Issue the changed certificate that the customer applied for."""
    try:
        with acting() as act:
            application = ours(act, DeskApplication, application_id)
            made = make_asked_change(act, application, house().desk_secrets)
            guarantee_id, electronic = made.id, made.is_electronic
    except REFUSED as refusal:
        return _refused(application_id, refusal)
    tell_arrival(guarantee_id, electronic)
    return redirect(url_for(".show_guarantee", guarantee_id=guarantee_id))


def tell_arrival(guarantee_id: str, is_electronic: bool) -> None:
    """Send what waits to the registry, and say how that went."""
    if not is_electronic:
        flash(ON_PAPER, "success")
    elif publish_guarantee(guarantee_id):
        flash(ARRIVED, "success")
    else:
        flash(NOT_ARRIVED, "warning")


def _refused(application_id: str, refusal: Any, **values: Any) -> Page:
    with looking() as act:
        return _page(act, ours(act, DeskApplication, application_id), refusal=refusal, **values), 422


def _page(act: Act, application: DeskApplication, **values: Any) -> str:
    if application.kind is ApplicationKind.CHANGE:
        return show_officer(
            "change_application", act, application=application, **_change(act, application), **values
        )
    groups = asked_rows(form_of(act, application)) if application.submitted_at else []
    lines = [_line(application, product, jst_date(act.now)) for product in _asked(application)]
    return show_officer("application", act, application=application, groups=groups, lines=lines, **values)


def _asked(application: DeskApplication) -> list[Product]:
    return [asked.product for asked in asked_of(application).products] if application.submitted_at else []


def _line(application: DeskApplication, product: Product, today: date) -> dict[str, Any]:
    """One product: what the certificate will say, its price, and the guarantee once there is one."""
    asked = asked_of(application)
    wanted = asked.product(product)
    assert wanted is not None
    assert application.submitted_at is not None
    issued = next((one for one in application.guarantees if one.product is product), None)
    on: date = jst_date(application.submitted_at)
    return {
        "asked": wanted,
        "contents": asked.contents(wanted, application.customer.name, today),
        "quote": quote(application.issuer, product, wanted.amount, on),
        "issued": issued,
    }


def _change(act: Act, application: DeskApplication) -> dict[str, Any]:
    guarantee = act.session.get_one(DeskGuarantee, application.guarantee_id)
    asked = asked_change_of(application)
    before = newest_contents(guarantee)
    lines = [line.partition("：")[::2] for line in differences(before, asked.applied_to(before)).splitlines()]
    return {"guarantee": guarantee, "asked": asked, "contents": before, "lines": lines}
