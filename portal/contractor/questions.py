"""Question pages (入力画面): a form cut into pages of a few questions each, and how far each page is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from forms.build import known_value
from forms.facts import FormFacts
from forms.meanings import CaseFlag
from forms.model import Condition, Field, FieldEquals, FormDefinition, RowGroup, RowStarted, Section
from forms.row_groups import filled_rows
from forms.validators import is_required


@dataclass(frozen=True)
class QuestionPage:
    """One page of questions: sections with the fields that are asked in this case. Numbers begin with 1."""

    number: int
    sections: tuple[Section, ...]

    @property
    def heading(self) -> str:
        """The heading of the page."""
        return "、".join(section.heading for section in self.sections)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field of the page."""
        return tuple(field for section in self.sections for field in section.fields)

    @property
    def is_optional(self) -> bool:
        """Whether nothing on the page must be filled in."""
        return all(_is_optional(field) for field in self.fields)

    def as_section(self) -> Section:
        """All fields of the page as one section, for merging answers."""
        return replace(self.sections[0], fields=self.fields)

    def errors(self, web_form: Any) -> list[tuple[str, str]]:
        """The errors of a validated form that belong to this page, as (control, sentence)."""
        return [(field.key, error) for field in self.fields for error in web_form[field.key].errors]

    def warnings(self, web_form: Any) -> list[str]:
        """The warnings of a validated form that belong to this page."""
        keys = {field.key for field in self.fields}
        return [finding.text for finding in web_form.warnings if finding.key in keys]


def question_pages(form: FormDefinition, facts: FormFacts) -> list[QuestionPage]:
    """The pages of a form in this case: what needs no answer is left out, optional neighbours share a page."""
    groups: list[list[Section]] = []
    for section in _asked_sections(form, facts):
        optional = all(_is_optional(field) for field in section.fields)
        if groups and optional and all(_is_optional(f) for s in groups[-1] for f in s.fields):
            groups[-1].append(section)
        else:
            groups.append([section])
    return [QuestionPage(number, tuple(group)) for number, group in enumerate(groups, start=1)]


def rows_shown(group: RowGroup, typed: Mapping[str, str], wanted: int) -> range:
    """Rows of a table that the page shows: those written in and one to go on with, or as many as wanted."""
    last = max(filled_rows(group, typed), default=0)
    return range(1, min(group.max_rows, max(last, group.min_rows, wanted, 1)) + 1)


def page_of_field(pages: list[QuestionPage], key: str) -> QuestionPage | None:
    """The page on which a field is asked."""
    return next((page for page in pages if any(field.key == key for field in page.fields)), None)


def needs_answer(field: Field, facts: FormFacts) -> bool | None:
    """Whether a field must be filled in; None when that depends on another answer of the form."""
    if isinstance(field.required_when, FieldEquals | RowStarted):
        return None
    return is_required(field, {}, facts)


def condition_words(form: FormDefinition, field: Field) -> str:
    """When a field that depends on another answer is to be filled in."""
    condition = field.required_when
    if not isinstance(condition, FieldEquals):
        return ""
    other = form.field(condition.field)
    answers = "か".join(f"「{other.choice_label(answer)}」" for answer in condition.answers)
    return f"{other.label}で{answers}を選んだときだけ書きます。"


def _asked_sections(form: FormDefinition, facts: FormFacts) -> Iterator[Section]:
    for section in form.sections:
        asked = tuple(field for field in section.fields if _is_asked(form, field, facts))
        if asked:
            yield replace(section, fields=asked)


def _is_asked(form: FormDefinition, field: Field, facts: FormFacts) -> bool:
    if field.fixed and known_value(field, facts) is not None:
        return False
    return _may_hold(form, field.required_when, facts)


def _may_hold(form: FormDefinition, condition: Condition | None, facts: FormFacts) -> bool:
    """Whether the condition can come true in this case: a fact of the case that is not so never does."""
    if isinstance(condition, CaseFlag):
        return condition in facts.flags
    if isinstance(condition, FieldEquals):
        return _may_hold(form, form.field(condition.field).required_when, facts)
    return True


def _is_optional(field: Field) -> bool:
    return not field.required and (field.required_when is None or isinstance(field.required_when, RowStarted))
