"""First page of a surety company (保証会社): which city accepts which electronic guarantee, from when, and how."""

from flask import Blueprint, render_template

from portal.acting import house
from portal.permissions import Permission, requires

blueprint = Blueprint("surety", __name__, url_prefix="/surety")


@blueprint.get("/")
@requires(Permission.SURETY_DESK)
def show_home() -> str:
    """The cities' handling of electronic guarantees, as their files say it. (CITY-28 to CITY-31, CITY-71 to CITY-73)"""
    accepting = [rules for rules in house().cities.values() if rules.guarantees.electronic]
    silent = [rules for rules in house().cities.values() if not rules.guarantees.electronic]
    return render_template("surety/home.html", accepting=accepting, silent=silent)
