"""Writing a filing (書類の記入): overview, one page of questions at a time, everything kept as it is typed."""

from typing import Any

from flask import flash, redirect, request, url_for

from forms.row_groups import without_row
from portal.acting import acting, looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, my_form, show
from portal.contractor.answers import Answers, answers_for
from portal.contractor.checks import mark_places
from portal.contractor.progress import next_page, page_tasks
from portal.contractor.questions import QuestionPage, condition_words, needs_answer, rows_shown
from portal.contractor.remarks import differences, field_remarks, word_of_city
from portal.deadline_views import paper_due_words, pressing_deadline
from portal.filing_views import remarks_of
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.file_application import save_draft
from portal.workflows.mail_address_again import address_awaited
from portal.workflows.paper_dues import missed_due, paper_due
from procurement.cases import ProcurementCase
from procurement.wareki import JST


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>")
@requires(Permission.CONTRACTOR_CASES)
def show_filing(case_id: str, form_code: str) -> Page:
    """What the paper is, how far it is, where to go on; after submission, what became of it."""
    with looking() as act:
        case = my_case(act, case_id)
        answers = answers_for(act, case, my_form(act, case, form_code))
        values = {
            "tasks": page_tasks(case, answers),
            "go_on": next_page(case, answers),
            "differences": differences(answers),
            "due_words": paper_due_words(paper_due(act, case, answers.form), act.now),
            "awaits_address": answers.filing is not None and address_awaited(answers.filing) is not None,
        }
        return show("filings/overview", act, case, **_common(act, case, answers), **values)


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/sections/<int:number>")
@requires(Permission.CONTRACTOR_CASES)
def show_section(case_id: str, form_code: str, number: int) -> Page:
    """A page of questions, with what is known and what was typed before."""
    with looking() as act:
        case = my_case(act, case_id)
        answers = answers_for(act, case, my_form(act, case, form_code))
        page = _page(answers, number)
        if page is None or not answers.is_writable:
            return redirect(url_for(".show_filing", case_id=case_id, form_code=form_code))
        return _section(act, case, answers, page, with_errors="check" in request.args)


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/sections/<int:number>")
@requires(Permission.CONTRACTOR_CASES)
def submit_section(case_id: str, form_code: str, number: int) -> Page:
    """Keep what was typed, right or wrong; then go on, or say what is wrong on this page."""
    with acting() as act:
        answers, page = _kept(act, my_case(act, case_id, to_write=True), form_code, number)
    place: dict[str, Any] = {"case_id": case_id, "form_code": form_code}
    action = request.form.get("action", "next")
    if page is not None and action.startswith(("add-row:", "clear-row:")):
        return redirect(_row_address(answers, page, action, place))
    if page is None or action == "draft":
        flash("下書きを保存しました。続きはいつでも書けます。", "success")
        return redirect(url_for(".show_filing", **place))
    if page.errors(answers.web_form):
        return _section_with_errors(case_id, form_code, page), 422
    if "check" in request.args:
        return redirect(url_for(".show_check", **place))
    return redirect(_after(answers, page, place))


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/sections/<int:number>/autosave")
@requires(Permission.CONTRACTOR_CASES)
def autosave_section(case_id: str, form_code: str, number: int) -> Page:
    """The same keeping, called by the page itself while somebody types."""
    with acting() as act:
        _kept(act, my_case(act, case_id, to_write=True), form_code, number)
        return {"saved_at": f"{act.now.astimezone(JST):%H:%M}"}


def _kept(
    act: Act, case: ProcurementCase, form_code: str, number: int
) -> tuple[Answers, QuestionPage | None]:
    form = my_form(act, case, form_code)
    answers = answers_for(act, case, form)
    page = _page(answers, number)
    if page is not None:
        typed = without_row(answers.form, answers.merged(page, request.form), request.form.get("action", ""))
        save_draft(act, case, form, typed)
        answers = answers.with_typed(typed)
    return answers, page


def _row_address(answers: Answers, page: QuestionPage, action: str, place: dict[str, Any]) -> str:
    """The same page again with one row more, or without what was in one, at the table in question."""
    name = action.split(":")[1]
    query: dict[str, Any] = {"check": 1} if "check" in request.args else {}
    group = next((g for section in page.sections for g in section.groups if g.key == name), None)
    if group is not None and action.startswith("add-row:"):
        query[f"rows_{name}"] = len(rows_shown(group, answers.typed, _wanted_rows(name))) + 1
    return url_for(".show_section", number=page.number, _anchor=f"rows-{name}", **place, **query)


def _page(answers: Answers, number: int) -> QuestionPage | None:
    return next((page for page in answers.pages if page.number == number), None)


def _after(answers: Answers, page: QuestionPage, place: dict[str, Any]) -> str:
    if page.number < len(answers.pages):
        return url_for(".show_section", number=page.number + 1, **place)
    return url_for(".show_attachments" if answers.form.attachments else ".show_check", **place)


def _section_with_errors(case_id: str, form_code: str, page: QuestionPage) -> str:
    with looking() as act:
        case = my_case(act, case_id)
        answers = answers_for(act, case, my_form(act, case, form_code))
        return _section(act, case, answers, page, with_errors=True)


def _section(
    act: Act, case: ProcurementCase, answers: Answers, page: QuestionPage, *, with_errors: bool
) -> str:
    values: dict[str, Any] = {
        "page": page,
        "web_form": answers.web_form,
        "problems": page.errors(answers.web_form) if with_errors else [],
        "page_warnings": page.warnings(answers.web_form),
        "marked": field_remarks(answers.filing),
        "needs_answer": needs_answer,
        "condition_words": condition_words,
        "rows_shown": lambda group: rows_shown(group, answers.typed, _wanted_rows(group.key)),
        "has_errors": with_errors and bool(page.errors(answers.web_form)),
    }
    return show("filings/section", act, case, **_common(act, case, answers), **values)


def _wanted_rows(group: str) -> int:
    """How many rows the reader asked for, by the button or as shown before an error."""
    return request.form.get(f"shown_{group}", 0, int) or request.args.get(f"rows_{group}", 0, int)


def _common(act: Act, case: ProcurementCase, answers: Answers) -> dict[str, Any]:
    message = word_of_city(answers.filing)
    remarks = remarks_of(message, answers.form) if message else []
    return {
        "answers": answers,
        "form_definition": answers.form,
        "filing": answers.filing,
        "word_of_city": message,
        "remarks": remarks,
        "mark_places": mark_places(case, answers, remarks),
        "pressing": pressing_deadline(case, act.now),
        "is_usage": answers.form.code == act.rules(case.city).usage_application.form,
        "late_due": missed_due(act, case, answers.form),
    }
