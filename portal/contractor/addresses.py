"""Confirmation of an address (アドレスの確認): the page behind the one-time link of the mail. (FORM-C06)"""

from flask import flash, redirect, render_template, url_for

from portal.acting import acting, looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, my_filing
from portal.permissions import Permission, requires
from portal.scoping import Scope
from portal.workflows.act import Act
from portal.workflows.confirm_address import confirm_address, find_address_to_confirm
from portal.workflows.mail_address_again import mail_address_again
from procurement.errors import RuleViolation
from procurement.filings import FilingVersion


@blueprint.get("/confirm-address/<token>")
@requires(Permission.PUBLIC)
def show_address(token: str) -> Page:
    """Say what is confirmed; looking changes nothing, so a mail scanner confirms nothing."""
    with looking(scope=Scope()) as act:
        try:
            version = find_address_to_confirm(act, token)
        except RuleViolation as refusal:
            return render_template("contractor/addresses/dead.html", refusal=refusal), 422
        return _page(act, version)


@blueprint.post("/confirm-address/<token>")
@requires(Permission.PUBLIC)
def submit_address(token: str) -> Page:
    """The holder of the mailbox says that mail arrives."""
    try:
        with acting(scope=Scope()) as act:
            return _page(act, confirm_address(act, token))
    except RuleViolation as refusal:
        return render_template("contractor/addresses/dead.html", refusal=refusal), 422


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/address-mail")
@requires(Permission.CONTRACTOR_CASES)
def submit_address_mail(case_id: str, form_code: str) -> Page:
    """Send the mail once more; the page of the paper says where it went, or when it can be sent again."""
    try:
        with acting() as act:
            address = mail_address_again(act, my_filing(my_case(act, case_id, to_write=True), form_code))
        flash(
            f"{address} へ確認のメールを送り直しました。前のメールのリンクは使えなくなりました。", "success"
        )
    except RuleViolation as refusal:
        flash(refusal.sentence(), "error")
    return redirect(url_for(".show_filing", case_id=case_id, form_code=form_code))


def _page(act: Act, version: FilingVersion) -> str:
    filing = version.filing
    return render_template(
        "contractor/addresses/confirm.html",
        version=version,
        filing=filing,
        case=filing.case,
        city=act.rules(filing.city),
    )
