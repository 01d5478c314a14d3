"""Forms of a case (案件の様式): which definition is in force, and what is known before anything is typed."""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from forms.build import build_form, prefilled_values
from forms.definitions import parse_forms
from forms.facts import FormFacts
from forms.model import FormDefinition, form_in_force
from portal.workflows.act import Act, cities_of
from procurement.cases import ProcurementCase
from procurement.errors import RuleViolation
from procurement.filings import FilingVersion
from procurement.rules import CityRules
from procurement.wareki import jst_date


def form_of(act: Act, case: ProcurementCase, code: str, on: date | None = None) -> FormDefinition:
    """The form of a city by its code, in the version that is in force on a day, or today."""
    day = on or jst_date(act.now)
    found = form_in_force(definitions_of(act.city(case.city).at(day)), code, day)
    if found is None:
        raise RuleViolation("unknown_form", "この市には、その様式はありません。")
    return found


def form_of_version(act: Act, version: FilingVersion) -> FormDefinition:
    """The form on which a version was handed in: a later form does not change what was filed."""
    filing = version.filing
    on = jst_date(version.submitted_at) if version.submitted_at else None
    return form_of(act, filing.case, filing.form_code, on)


def accepted_form(session: Session, version: FilingVersion) -> FormDefinition | None:
    """The same for a version that was handed in, where only the session of an act is at hand; None for a lost form."""
    assert version.submitted_at is not None
    on = jst_date(version.submitted_at)
    rules = cities_of(session)[version.city].at(on)
    return form_in_force(definitions_of(rules), version.filing.form_code, on)


def usage_form_of(act: Act, case: ProcurementCase) -> FormDefinition:
    """The city's own usage application form (電子契約利用申出書・申請書・承諾書)."""
    return form_of(act, case, act.rules(case.city).usage_application.form)


def usage_form_title(act: Act, case: ProcurementCase) -> str:
    """What the city calls its usage application; a general name where its file holds no such form."""
    rules = act.rules(case.city)
    found = form_in_force(definitions_of(rules), rules.usage_application.form, jst_date(act.now))
    return found.title if found else "電子契約の利用申請書"


def definitions_of(rules: CityRules) -> tuple[FormDefinition, ...]:
    """All forms of a city file, parsed once."""
    return _parsed(_Tables(rules.slug, rules.forms))


def prefilled_form(form: FormDefinition, facts: FormFacts, data: dict[str, Any] | None = None) -> Any:
    """A form object with what is known, for reading `errors` and `warnings` outside of a page."""
    return build_form(form, facts)(data=prefilled_values(form, facts) | (data or {}))


class _Tables:
    """The raw form tables of a city as a key of the cache: the same file content is the same object."""

    def __init__(self, slug: str, tables: tuple[dict[str, Any], ...]) -> None:
        self.slug, self.tables = slug, tables

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Tables) and other.slug == self.slug and other.tables is self.tables

    def __hash__(self) -> int:
        return hash((self.slug, id(self.tables)))


@cache
def _parsed(tables: _Tables) -> tuple[FormDefinition, ...]:
    return parse_forms(tables.tables)
