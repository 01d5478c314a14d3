"""Confirmation of an address (アドレスの確認): the page behind the one-time link of the mail. (FORM-C06)"""

from flask import render_template

from portal.acting import acting, looking
from portal.contractor import blueprint
from portal.contractor.access import Page
from portal.permissions import Permission, requires
from portal.scoping import Scope
from portal.workflows.act import Act
from portal.workflows.confirm_address import confirm_address, find_address_to_confirm
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


def _page(act: Act, version: FilingVersion) -> str:
    filing = version.filing
    return render_template(
        "contractor/addresses/confirm.html",
        version=version,
        filing=filing,
        case=filing.case,
        city=act.rules(filing.city),
    )
