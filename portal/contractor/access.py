"""Access (閲覧範囲): the cases of the caller's company, or the one case of its link; anything else is not found."""

from typing import Any

from flask import abort, render_template
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from forms.model import FormDefinition
from portal.accounts.identity import current_principal
from portal.workflows.act import Act
from portal.workflows.usage_forms import form_of
from procurement.awards import Award
from procurement.cases import ProcurementCase
from procurement.errors import RuleViolation
from procurement.filings import Filing

Page = Any


def my_cases(act: Act) -> list[ProcurementCase]:
    """Every case awarded to the caller's company, of all cities, the newest award first."""
    company_id = current_principal().company_id
    query = select(ProcurementCase).join(Award).where(Award.company_id == company_id)
    whole = (
        selectinload(ProcurementCase.contracts),
        selectinload(ProcurementCase.deadlines),
        selectinload(ProcurementCase.filings).selectinload(Filing.versions),
    )
    return list(act.session.scalars(query.order_by(Award.awarded_at.desc()).options(*whole)))


def my_case(act: Act, case_id: str, *, to_write: bool = False) -> ProcurementCase:
    """The case of this id, if the caller may see it; `to_write` keeps other writers out until the commit."""
    principal = current_principal()
    query = select(ProcurementCase).join(Award).where(ProcurementCase.id == case_id)
    query = query.where(Award.company_id == principal.company_id)
    if to_write:
        query = query.with_for_update(of=ProcurementCase, key_share=True)
    case = act.session.scalar(query)
    if case is None or principal.case_id not in (None, case_id):
        abort(404)
    return case


def my_form(act: Act, case: ProcurementCase, form_code: str) -> FormDefinition:
    """The city's form of this code that is in force."""
    try:
        return form_of(act, case, form_code)
    except RuleViolation:
        abort(404)


def filing_of(case: ProcurementCase, form_code: str) -> Filing | None:
    """What was begun or filed for this form, or None."""
    return next((filing for filing in case.filings if filing.form_code == form_code), None)


def my_filing(case: ProcurementCase, form_code: str) -> Filing:
    """The filing for this form; not found when nothing was begun."""
    return filing_of(case, form_code) or abort(404)


def show(template: str, act: Act, case: ProcurementCase, **values: Any) -> str:
    """A page about one case, in its city's context, with the company's name and a way out at the top."""
    assert case.award is not None
    principal = current_principal()
    company = case.award.company
    if principal.case_id is not None:
        values["person"] = {"name": company.name, "organisation": ""}
    rules = act.rules(case.city)
    return render_template(
        f"contractor/{template}.html", case=case, company=company, rules=rules, city=rules, **values
    )
