"""The check page (確認画面): every answer in words with a link to change it, and what is still wrong."""

from collections.abc import Callable
from typing import NamedTuple

from flask import url_for

from forms.model import Field
from forms.row_groups import blank_cells
from forms.values import text_of
from portal.contractor.answers import Answers
from portal.contractor.questions import page_of_field
from portal.filing_views import Remark
from portal.workflows.review_filing import attachment_key
from procurement.cases import ProcurementCase


class CheckRow(NamedTuple):
    """One answer: the label, its words, and where it is changed (empty for what the case says)."""

    label: str
    value: str
    href: str = ""
    change: str = "直す"


class CheckGroup(NamedTuple):
    """The answers under one heading."""

    heading: str
    rows: list[CheckRow]

    @property
    def rows_as_maps(self) -> list[dict[str, str]]:
        """The rows as the summary list of the pages takes them."""
        return [row._asdict() for row in self.rows]


class Problem(NamedTuple):
    """Something that keeps the paper from being handed in, and where it is put right."""

    text: str
    href: str


def check_rows(case: ProcurementCase, answers: Answers) -> list[CheckGroup]:
    """Every answer of the form in its order, each with the place where it is changed."""
    return answered_rows(answers, lambda key: _place_of(case, answers, key))


def answered_rows(answers: Answers, place_of: Callable[[str], str]) -> list[CheckGroup]:
    """Every answer of the form in its order. Questions that this case does not ask are left out."""
    blank = blank_cells(answers.form, answers.typed)
    groups = [
        CheckGroup(
            section.heading,
            [
                row
                for field in section.fields
                if field.key not in blank and (row := _row(answers, field, place_of))
            ],
        )
        for section in answers.form.sections
    ]
    return [group for group in groups if group.rows]


def open_problems(case: ProcurementCase, answers: Answers) -> list[Problem]:
    """Every error of the form and every missing attachment, each with its place."""
    errors = [
        Problem(error, _place_of(case, answers, field.key))
        for field in answers.form.fields()
        for error in answers.web_form[field.key].errors
    ]
    attachments = url_for(".show_attachments", case_id=case.id, form_code=answers.form.code)
    missing = [
        Problem(f"「{label}」が添付されていません。", f"{attachments}#attachments")
        for label in answers.missing_attachments
    ]
    return errors + missing


def mark_places(case: ProcurementCase, answers: Answers, remarks: list[Remark]) -> dict[str, str]:
    """Where each marked place is put right, while the paper can be written."""
    if not answers.is_writable:
        return {}
    attachments = url_for(".show_attachments", case_id=case.id, form_code=answers.form.code)
    keys = {attachment_key(wanted.code) for wanted in answers.form.attachments}
    return {
        remark.key: attachments if remark.key in keys else _place_of(case, answers, remark.key)
        for remark in remarks
        if remark.key in keys or page_of_field(answers.pages, remark.key) is not None
    }


def _row(answers: Answers, field: Field, place_of: Callable[[str], str]) -> CheckRow | None:
    web_field = answers.web_form[field.key]
    words = text_of(field, web_field.data)
    if web_field.errors and web_field.data in (None, False):
        words = answers.typed.get(field.key, "")
    if page_of_field(answers.pages, field.key) is None:
        return CheckRow(field.label, words) if words else None
    return CheckRow(field.label, words, place_of(field.key))


def _place_of(case: ProcurementCase, answers: Answers, key: str) -> str:
    """The question's own address; the page comes back to the check page afterwards."""
    page = page_of_field(answers.pages, key)
    if page is None:
        return url_for(".show_filing", case_id=case.id, form_code=answers.form.code)
    section = url_for(
        ".show_section", case_id=case.id, form_code=answers.form.code, number=page.number, check=1
    )
    return f"{section}#{key}"
