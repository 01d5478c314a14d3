"""Home (最初の画面): what this is for contractors and for city staff, and the ways on."""

from dataclasses import dataclass

from flask import render_template

from forms.model import form_in_force
from portal import clock
from portal.acting import house
from portal.permissions import Permission, requires
from portal.public.door import blueprint
from portal.workflows.usage_forms import definitions_of
from procurement.rules import CityRules


@dataclass(frozen=True)
class CityEntry:
    """A city (市) in the list, with the name of the paper by which a contractor chooses the electronic way."""

    rules: CityRules
    form_title: str


@blueprint.get("/")
@requires(Permission.PUBLIC)
def show_home() -> str:
    return render_template("public/home.html", cities=city_entries())


def city_entries() -> list[CityEntry]:
    """Every city of this portal by the rules in force today, in the order of their names."""
    today = clock.today()
    current = (rules.at(today) for rules in house().cities.values())
    return sorted((_entry(rules) for rules in current), key=lambda entry: entry.rules.slug)


def _entry(rules: CityRules) -> CityEntry:
    form = form_in_force(definitions_of(rules), rules.usage_application.form, clock.today())
    return CityEntry(rules, form.title if form else "")
