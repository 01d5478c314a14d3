"""Awards (落札の登録) by hand: typed, checked against the city's rules on a page of its own, then registered."""

from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from forms.awards import AwardForm
from portal.acting import acting, looking
from portal.office import blueprint
from portal.office.access import REFUSED, Page, own_city, own_rules, show
from portal.office.award_checks import award_check
from portal.office.company_search import CompanySearch, company_fields, find_registration, search_companies
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.decide_award import NewAward, NewCompany, check_award, decide_award
from procurement.cases import ProcurementCase
from procurement.errors import RuleViolation
from procurement.rules import ProcurementCategory, ProcurementMethod


@blueprint.get("/awards/new")
@requires(Permission.OFFICE_REGISTER_AWARD)
def show_award() -> Page:
    """An empty form."""
    with looking() as act:
        return _form_page(act, AwardForm())


@blueprint.post("/awards/new")
@requires(Permission.OFFICE_REGISTER_AWARD)
def submit_award() -> Page:
    """Search the register, go back to the form, or go on to what the city's rules say."""
    with looking() as act:
        match request.form.get("action", "check"):
            case "search":
                return _form_page(act, AwardForm(request.form), search=search_companies(act, _search_word()))
            case "edit":
                return _form_page(act, AwardForm(request.form))
            case choice if choice.startswith("company:"):
                return _with_company(act, choice.removeprefix("company:"))
            case _:
                return _check_page(act, AwardForm(request.form))


@blueprint.post("/awards")
@requires(Permission.OFFICE_REGISTER_AWARD)
def submit_registration() -> Page:
    """Register what was checked; pressed twice, the second press leads to the same case."""
    form = AwardForm(request.form)
    if not form.validate():
        with looking() as act:
            return _form_page(act, form, has_errors=True), 422
    try:
        with acting() as act:
            case_id = _registered(act, form) or decide_award(act, new_award(form)).id
    except REFUSED as refusal:
        with looking() as act:
            return _form_page(act, form, refusal=refusal), 422
    flash("落札を登録しました。", "success")
    return redirect(url_for(".show_case", case_id=case_id))


def new_award(form: AwardForm) -> NewAward:
    """What was typed, as the workflow takes it."""
    return NewAward(
        city=own_city(),
        number=_text(form.number),
        title=_text(form.title),
        category=ProcurementCategory(form.category.data),
        method=ProcurementMethod(form.method.data),
        awarded_at=form.awarded_at(),
        contract_price=form.contract_price.data,
        consumption_tax=form.consumption_tax.data or 0,
        place=_text(form.place),
        section=_text(form.section),
        noticed_on=form.noticed_on.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        is_trial=form.is_trial.data,
        requires_council_approval=form.requires_council_approval.data,
        requires_contract_guarantee=form.requires_contract_guarantee.data,
        allows_electronic_guarantee=form.allows_electronic_guarantee.data,
        note=_text(form.note),
        company=_company(form),
    )


def _company(form: AwardForm) -> NewCompany:
    return NewCompany(
        name=_text(form.company_name),
        mail_address=_text(form.mail_address),
        address=_text(form.company_address),
        representative_title=_text(form.representative_title),
        representative_name=_text(form.representative_name),
        phone=_text(form.phone),
        registration_number=_text(form.registration_number),
        corporate_number=_text(form.corporate_number),
    )


def _check_page(act: Act, form: AwardForm) -> Page:
    """What the city's rules say of this award, before anything is written."""
    if not form.validate():
        return _form_page(act, form, has_errors=True), 422
    new = new_award(form)
    try:
        check_award(act, new)
    except RuleViolation as refusal:
        return _form_page(act, form, refusal=refusal), 422
    typed = [(key, value) for key, value in request.form.items(multi=True) if key in form._fields]
    registered = find_registration(act, new.company.registration_number)
    check = award_check(act.city(new.city), new, registered)
    return show("awards/check", act, form_values=typed, new=new, check=check)


def _with_company(act: Act, registration_number: str) -> Page:
    """The form again, its company taken from the register."""
    registration = find_registration(act, registration_number)
    typed: MultiDict[str, str] = MultiDict(request.form)
    if registration is not None:
        for key, value in company_fields(registration).items():
            typed[key] = value
    return _form_page(act, AwardForm(typed))


def _form_page(act: Act, form: AwardForm, search: CompanySearch | None = None, **values: Any) -> str:
    sections = [section.name for section in own_rules(act).sections]
    return show("awards/new", act, form=form, sections=sections, search=search, **values)


def _registered(act: Act, form: AwardForm) -> str | None:
    """The case of this number and title, if a press before this one has registered it."""
    same = (ProcurementCase.number == _text(form.number), ProcurementCase.title == _text(form.title))
    return act.session.scalar(select(ProcurementCase.id).where(ProcurementCase.city == own_city(), *same))


def _search_word() -> str:
    return request.form.get("company_search", "").strip()


def _text(field: Any) -> str:
    return field.data or ""
