"""The officer's customers (お客様の一覧): requests for an id, admitted or declined. (GUAR-13)"""

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from guarantees.desk.orm import DeskCustomer
from portal.accounts.models import Door
from portal.accounts.registration import create_account
from portal.acting import acting, looking
from portal.custody import letter_key
from portal.mail.hidden import hidden
from portal.permissions import Permission, Role, requires
from portal.scoping import Scope
from portal.surety import blueprint
from portal.surety.access import REFUSED, Page, ours, own_issuer, show_officer
from portal.workflows.act import Act
from portal.workflows.admit_desk_customer import FirstLetter, admit_customer, decline_customer


@blueprint.get("/customers")
@requires(Permission.SURETY_DESK)
def show_customers() -> str:
    """Who asks for an id, and who has one."""
    with looking() as act:
        rows = act.session.scalars(
            select(DeskCustomer)
            .where(DeskCustomer.issuer == own_issuer().code)
            .order_by(DeskCustomer.applied_at.desc())
        ).all()
        return show_officer(
            "customers",
            act,
            waiting=[row for row in rows if row.is_waiting],
            customers=[row for row in rows if row.admitted_at],
        )


@blueprint.post("/customers/<customer_id>/admit")
@requires(Permission.SURETY_DESK)
def submit_admission(customer_id: str) -> Page:
    """Give out the id; it goes to the customer by mail with a first password."""
    try:
        with acting(scope=Scope()) as act:  # the new account belongs to no company of the cities' contractors
            login_name = admit_customer(act, ours(act, DeskCustomer, customer_id), _open_account).login_name
    except REFUSED as refusal:
        flash(refusal.sentence(), "error")
        return redirect(url_for(".show_customers"))
    flash(
        f"登録しました。利用者ID「{login_name}」と初回のパスワードを、お客様へメールで送ります。", "success"
    )
    return redirect(url_for(".show_customers"))


@blueprint.post("/customers/<customer_id>/decline")
@requires(Permission.SURETY_DESK)
def submit_decline(customer_id: str) -> Page:
    """Decline with a reason."""
    try:
        with acting() as act:
            decline_customer(act, ours(act, DeskCustomer, customer_id), request.form.get("reason", ""))
    except REFUSED as refusal:
        flash(refusal.sentence(), "error")
        return redirect(url_for(".show_customers"))
    flash("利用申込みをお断りしました。理由をメールでお知らせします。", "success")
    return redirect(url_for(".show_customers"))


def _open_account(act: Act, customer: DeskCustomer) -> FirstLetter:
    account, password = create_account(
        act.session,
        login_name=f"{customer.issuer}-{customer.number}",
        name=customer.representative[:100] or customer.name[:100],
        title=customer.name[:100],
        mail_address=customer.mail_address,
        door=Door.SURETY,
        roles=[Role.DESK_CUSTOMER],
        actor=(act.actor.side, act.actor.id, act.actor.name),
        now=act.now,
        organisation=customer.issuer,
        desk_customer_id=customer.id,
    )
    return FirstLetter(account.login_name, hidden(password, letter_key()))
