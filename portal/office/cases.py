"""Cases (案件): the list with its filters, and everything about one case on one page."""

from flask import request

from portal.acting import looking
from portal.office import blueprint
from portal.office.access import Page, show, the_case
from portal.office.case_lists import COLUMNS, DEFAULT_SORT, CaseFilter, cases_query, sections_of
from portal.office.case_pages import case_page
from portal.office.case_rows import case_row
from portal.office.listings import list_page, sort_columns
from portal.office.queues import QUEUES
from portal.permissions import Permission, requires
from procurement.rules import ProcurementCategory


@blueprint.get("/cases")
@requires(Permission.OFFICE_READ)
def show_cases() -> Page:
    """The cases that the address asks for, 25 a page."""
    wanted, sort = CaseFilter.of_request(), request.args.get("sort", DEFAULT_SORT)
    with looking() as act:
        listing = list_page(act.session, cases_query(wanted, sort, act.now))
        return show(
            "cases/index",
            act,
            listing=listing,
            rows=[case_row(case, act.now) for case in listing.rows],
            columns=sort_columns(COLUMNS, DEFAULT_SORT),
            wanted=wanted,
            queue=QUEUES.get(wanted.stage),
            stage_choices=[("", "すべて"), *((queue.key, queue.title) for queue in QUEUES.values())],
            category_choices=[("", "すべて"), *((c.value, c.label) for c in ProcurementCategory)],
            section_choices=[("", "すべて"), *((name, name) for name in sections_of(act))],
        )


@blueprint.get("/cases/<case_id>")
@requires(Permission.OFFICE_READ)
def show_case(case_id: str) -> Page:
    """Everything about one case: stages, facts, rules, filings, documents, people, deadlines, history."""
    with looking() as act:
        case = the_case(act, case_id)
        return show("cases/show", act, case=case, **case_page(act, case))
