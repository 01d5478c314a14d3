"""Asking for an id (利用申込み) at a desk: open to everybody; who has an id goes straight on. (GUAR-13)"""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from forms.desk_customers import DeskCustomerForm
from guarantees.errors import GuaranteeRefused
from guarantees.issuers import issuers
from portal import clock
from portal.accounts.identity import client_address
from portal.acting import acting
from portal.permissions import Permission, requires
from portal.public.rates import Rate
from portal.surety import blueprint
from portal.surety.access import REFUSED, Page
from portal.workflows.admit_desk_customer import Particulars, ask_for_id

DESKS = {issuer.code: f"{issuer.name}（{issuer.desk}）" for issuer in issuers()}
rate = Rate(most=10, within=timedelta(hours=1))
"""Applications that one address may hand in: each waits for a person of the company."""


@blueprint.get("/join")
@requires(Permission.PUBLIC)
def show_join() -> str:
    """The application for an id, free of charge."""
    return _page(DeskCustomerForm(DESKS))


@blueprint.post("/join")
@requires(Permission.PUBLIC)
def submit_join() -> Page:
    """Hand it in; the company's officer answers by mail."""
    form = DeskCustomerForm(DESKS, request.form)
    if not form.validate():
        return _page(form), 422
    wait = rate.seconds_to_wait(client_address(), clock.now())
    if wait:
        return _page(form, refusal=_too_often(wait)), 429, {"Retry-After": str(wait)}
    try:
        with acting() as act:
            ask_for_id(act, form.issuer.data, particulars_of(form))
    except REFUSED as refusal:
        return _page(form, refusal=refusal), 422
    flash(
        "利用申込みを送信しました。登録が終わると、IDと初回のパスワードをメールでお知らせします。", "success"
    )
    return redirect(url_for(".show_join"))


def particulars_of(form: DeskCustomerForm, name: str = "") -> Particulars:
    """What a valid form says."""
    words: dict[str, Any] = {
        field: str(form[field].data or "") for field in ("address", "representative", "mail_address", "phone")
    }
    number = form["corporate_number"].data if "corporate_number" in form else None
    return Particulars(name=name or str(form["name"].data), corporate_number=number or None, **words)


def _too_often(wait: int) -> GuaranteeRefused:
    return GuaranteeRefused(
        "customer.too_often",
        f"同じ接続元から送信できる利用申込みは、1時間に{rate.most}件までです。",
        remedy=f"あと{-(-wait // 60)}分ほど待ってから、もう一度送信してください。",
    )


def _page(form: DeskCustomerForm, **values: Any) -> str:
    return render_template("surety/join.html", form=form, **values)
