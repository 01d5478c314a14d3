"""Orderers that take electronic guarantees (対象の発注者): which city accepts what, from when, and how; open to all."""

from flask import render_template

from portal.acting import house
from portal.permissions import Permission, requires
from portal.surety import blueprint


@blueprint.get("/orderers")
@requires(Permission.PUBLIC)
def show_orderers() -> str:
    """The cities' handling of electronic guarantees, as their files say it. (CITY-28 to CITY-31, CITY-71 to CITY-73)"""
    accepting = [rules for rules in house().cities.values() if rules.guarantees.electronic]
    silent = [rules for rules in house().cities.values() if not rules.guarantees.electronic]
    return render_template("surety/orderers.html", accepting=accepting, silent=silent)
