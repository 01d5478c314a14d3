"""Progress of a filing that is being written (記入の進み具合): each page's state, and where to go on."""

from typing import Any

from flask import url_for

from portal.contractor.answers import Answers
from portal.contractor.questions import QuestionPage
from portal.contractor.remarks import unanswered_marks
from portal.contractor.tasks import Task
from portal.workflows.review_filing import attachment_key
from procurement.cases import ProcurementCase


def page_tasks(case: ProcurementCase, answers: Answers) -> list[Task]:
    """The pages of questions, the attachments and the check page as a list of tasks."""
    place: dict[str, Any] = {"case_id": case.id, "form_code": answers.form.code}
    tasks = [
        _task(page.heading, *page_state(answers, page), url_for(".show_section", number=page.number, **place))
        for page in answers.pages
    ]
    if answers.form.attachments:
        href = url_for(".show_attachments", **place)
        tasks.append(_task("添付書類", *attachment_state(answers), href))
    ready = ("提出できます", "sent") if answers.is_complete else ("これから", "todo")
    return [*tasks, _task("内容を確認して提出する", *ready, url_for(".show_check", **place))]


def next_page(case: ProcurementCase, answers: Answers) -> str:
    """The address of the first page that is not finished; of the check page when all are."""
    place: dict[str, Any] = {"case_id": case.id, "form_code": answers.form.code}
    for page in answers.pages:
        if page_state(answers, page)[0] in ("未着手", "入力中", "要修正"):
            return url_for(".show_section", number=page.number, **place)
    if answers.form.attachments and attachment_state(answers)[0] in ("未着手", "入力中", "要修正"):
        return url_for(".show_attachments", **place)
    return url_for(".show_check", **place)


def page_state(answers: Answers, page: QuestionPage) -> tuple[str, str]:
    """State of a page of questions: its word and its kind of tag."""
    kept = answers.version.values if answers.version else {}
    if not any(field.key in kept for field in page.fields):
        return ("任意", "neutral") if page.is_optional else ("未着手", "todo")
    if unanswered_marks(answers) & {field.key for field in page.fields}:
        return "要修正", "returned"
    if page.errors(answers.web_form):
        return "入力中", "started"
    return "記入済み", "done"


def attachment_state(answers: Answers) -> tuple[str, str]:
    """State of the attachments: its word and its kind of tag."""
    if answers.missing_attachments:
        return ("入力中", "started") if answers.attachments else ("未着手", "todo")
    if unanswered_marks(answers) & {attachment_key(wanted.code) for wanted in answers.form.attachments}:
        return "要修正", "returned"
    return ("添付済み", "done") if answers.attachments else ("任意", "neutral")


def _task(name: str, word: str, kind: str, href: str) -> Task:
    return Task(name, word, href, kind=kind)
