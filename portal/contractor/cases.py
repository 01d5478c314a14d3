"""Cases (案件) of a contractor: the list over all cities, and the page of one case."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, url_for

from portal.accounts.identity import current_principal
from portal.acting import looking
from portal.contractor import blueprint
from portal.contractor.access import Page, filing_of, my_case, my_cases, show
from portal.contractor.advance_payments import payment_tasks
from portal.contractor.guarantee_standings import guarantee_tasks
from portal.contractor.remarks import word_of_city
from portal.contractor.stages import line_of
from portal.contractor.standings import Standing, standing_of
from portal.contractor.tasks import tasks_of
from portal.deadline_views import DeadlineView, deadline_views, pressing_deadline
from portal.filing_views import Remark, remarks_of
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.usage_forms import form_of_version
from procurement.cases import ProcurementCase
from procurement.filings import Filing, FilingMessage


@dataclass(frozen=True)
class CaseLine:
    """One line of the list: the case, its city's name, where it stands, and its next deadline."""

    case: ProcurementCase
    city_name: str
    standing: Standing
    deadline: DeadlineView | None


@blueprint.get("/contractor/")
@requires(Permission.CONTRACTOR_CASES)
def list_cases() -> Page:
    """My cases in all cities, those that wait for me first."""
    only_case = current_principal().case_id
    if only_case is not None:
        return redirect(url_for("contractor.show_case", case_id=only_case))
    with looking() as act:
        cases = my_cases(act)
        lines = [_line(act, case) for case in cases if case.city in act.cities]
        waiting = [line for line in lines if line.standing.is_mine]
        others = [line for line in lines if not line.standing.is_mine]
        closed = [case for case in cases if case.city not in act.cities]  # a broken city file closes no other
        return render_template("contractor/cases/list.html", waiting=waiting, others=others, closed=closed)


@blueprint.get("/contractor/cases/<case_id>")
@requires(Permission.CONTRACTOR_CASES)
def show_case(case_id: str) -> Page:
    """One case: what the city wants and by when, where it stands, the one next step."""
    with looking() as act:
        case = my_case(act, case_id)
        return show("cases/case", act, case, **_case_values(act, case))


def _line(act: Act, case: ProcurementCase) -> CaseLine:
    rules = act.rules(case.city)
    filing = filing_of(case, rules.usage_application.form)
    standing = standing_of(case, filing, rules, act.now)
    return CaseLine(case, rules.name, standing, pressing_deadline(case, act.now))


def _case_values(act: Act, case: ProcurementCase) -> dict[str, Any]:
    rules = act.rules(case.city)
    filing = filing_of(case, rules.usage_application.form)
    contract = case.contracts[-1]
    return {
        "standing": standing_of(case, filing, rules, act.now),
        "filing": filing,
        "sent_back": _sent_back(act, case),
        "contract": contract,
        "line": line_of(case, contract, filing, rules.name),
        "deadlines": deadline_views(case, act.now),
        "pressing": pressing_deadline(case, act.now),
        "eligibility": _eligibility(case),
        "tasks": tasks_of(act, case),
        "guarantees": guarantee_tasks(act, case),
        "payments": payment_tasks(act, case),
        "usage_form": rules.usage_application.form,
    }


@dataclass(frozen=True)
class SentBack:
    """A paper that the city sent back or rejected, with its words, while that is still to be answered."""

    filing: Filing
    message: FilingMessage
    remarks: list[Remark]


def _sent_back(act: Act, case: ProcurementCase) -> list[SentBack]:
    found = []
    for filing in case.filings:
        message = word_of_city(filing)
        if message is not None:
            form = form_of_version(act, filing.versions[message.version_number - 1])
            found.append(SentBack(filing, message, remarks_of(message, form)))
    return found


def _eligibility(case: ProcurementCase) -> list[dict[str, Any]]:
    """What the city's rules said at the award, each rule with its source."""
    award = case.award
    if award is None:
        return []
    return [{"met": award.is_eligible, **reason} for reason in award.eligibility["reasons"]]
