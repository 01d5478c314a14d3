"""Answers (記入内容) of a filing that is being written: what is known, what was typed, what is still wrong."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from forms.build import (
    TypedAnswers,
    build_form,
    merged_answers,
    prefilled_values,
    values_for_storage,
    values_of,
)
from forms.facts import FormFacts
from forms.model import Attachment, Field, FieldType, FormDefinition
from forms.validators import is_required, missing_attachments
from forms.values import text_of
from portal.contractor.access import filing_of
from portal.contractor.questions import QuestionPage, question_pages
from portal.workflows.act import Act
from portal.workflows.case_facts import facts_for
from portal.workflows.file_application import refuse_where_settled
from procurement.cases import ProcurementCase
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingAttachment, FilingStatus, FilingVersion

WRITABLE = (None, FilingStatus.DRAFT, FilingStatus.SENT_BACK, FilingStatus.WITHDRAWN)
"""A filing in one of these states is being written; an accepted one is opened by asking for a change."""


@dataclass(frozen=True)
class Answers:
    """Everything about a filing in the making: form, facts, filing if begun, and texts by key."""

    form: FormDefinition
    facts: FormFacts
    filing: Filing | None
    typed: Mapping[str, str]
    closed: RuleViolation | None = None
    """Why nothing can be filed for this case any more, if that is so."""

    @cached_property
    def web_form(self) -> Any:
        """The form filled with the answers and checked: `errors` and `warnings` are there."""
        made = build_form(self.form, self.facts)(TypedAnswers(self.typed))
        made.validate()
        return made

    @cached_property
    def pages(self) -> list[QuestionPage]:
        """The pages of questions in this case."""
        return question_pages(self.form, self.facts)

    @property
    def version(self) -> FilingVersion | None:
        """The newest version, being written or not."""
        return self.filing.current if self.filing and self.filing.versions else None

    @property
    def is_writable(self) -> bool:
        """Whether the contractor may write now."""
        status = self.filing.status if self.filing and self.version else None
        return self.closed is None and status in WRITABLE

    @property
    def attachments(self) -> list[FilingAttachment]:
        """The files that go with it."""
        return self.version.attachments if self.version else []

    @property
    def missing_attachments(self) -> list[str]:
        """Labels of required attachments that are not there yet. (CITY-41)"""
        present = {attachment.code for attachment in self.attachments}
        values = values_of(self.web_form)
        return [a.label for a in missing_attachments(self.form, values, self.facts, present)]

    def needs(self, wanted: Attachment) -> bool:
        """Whether a paper must go with what has been answered so far."""
        return is_required(wanted, values_of(self.web_form), self.facts)

    @property
    def is_complete(self) -> bool:
        """Whether it could be handed in."""
        return not self.web_form.errors and not self.missing_attachments

    def merged(self, page: QuestionPage, posted: Mapping[str, str]) -> dict[str, str]:
        """The answers after one page of questions was sent."""
        return merged_answers(dict(self.typed), page.as_section(), posted)

    def with_typed(self, typed: Mapping[str, str]) -> "Answers":
        """The same filing with other answers."""
        return Answers(self.form, self.facts, self.filing, typed, self.closed)

    def stored_values(self) -> dict[str, str | int | bool]:
        """The answers as a submitted version keeps them; the form must be valid."""
        return values_for_storage(self.web_form)

    def fingerprint(self) -> str:
        """Names exactly these answers and files: what is submitted is what the check page showed."""
        files = [(attachment.code, attachment.name, attachment.sha256) for attachment in self.attachments]
        content = json.dumps([self.stored_values(), files], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def answers_for(act: Act, case: ProcurementCase, form: FormDefinition) -> Answers:
    """What is known and was typed for this form of this case."""
    facts, filing = facts_for(act, case), filing_of(case, form.code)
    known = as_typed(form, prefilled_values(form, facts))
    kept = filing.current.values if filing and filing.versions else {}
    return Answers(form, facts, filing, known | as_typed(form, kept), _closed(act, case, form))


def _closed(act: Act, case: ProcurementCase, form: FormDefinition) -> RuleViolation | None:
    try:
        refuse_where_settled(act, case, form.code)
    except RuleViolation as refusal:
        return refusal
    return None


def as_typed(form: FormDefinition, kept: Mapping[str, object]) -> dict[str, str]:
    """Values, kept or known, as a person would type them."""
    return {
        field.key: _typed_text(field, kept[field.key])
        for field in form.fields()
        if kept.get(field.key) not in (None, False)
    }


def _typed_text(field: Field, value: object) -> str:
    if value is True:
        return "y"
    if field.type is FieldType.DATE:
        return text_of(field, value if isinstance(value, date) else _iso_date(str(value)))
    return str(value)


def _iso_date(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
