"""Entrances (入口): the link of a mail opens the case without an account. (ACCT-13)"""

from flask import redirect, render_template, url_for

from portal.accounts import identity
from portal.contractor import blueprint
from portal.contractor.access import Page
from portal.permissions import Permission, requires
from procurement.errors import RuleViolation


@blueprint.get("/enter/<token>")
@requires(Permission.PUBLIC)
def enter(token: str) -> Page:
    """Sign in by the link of one case. Opening it changes nothing, so a mail scanner may do it too."""
    try:
        link = identity.enter_by_case_link(token)
    except RuleViolation as refusal:
        return render_template("contractor/entrances/dead.html", refusal=refusal), 422
    return redirect(url_for("contractor.show_case", case_id=link.case_id))
