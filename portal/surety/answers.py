"""What was asked, in words (申込みの内容の表示): the rows of the check page, of what was sent, and of the officer's page."""

from typing import Any, NamedTuple

from wtforms import BooleanField, RadioField, SelectField

from forms.desk_applications import DeskApplicationForm
from forms.desk_checks import needed
from forms.desk_fields import CompactDateField, labels_of
from forms.fields import IntegerField, TypedField, YenField
from forms.values import text_of
from procurement.numbers import format_yen


class AnswerGroup(NamedTuple):
    """One tab of the application: its key and heading, and its answers as (label, text)."""

    key: str
    heading: str
    rows: list[tuple[str, str]]


def asked_rows(form: DeskApplicationForm) -> list[AnswerGroup]:
    """Every answer in the order of the tabs; what was left empty and need not be there is left out."""
    if not form.errors:
        form.validate()
    required = needed(form)
    groups = []
    for section in form.sections:
        rows = [(_label(form[name]), answer_text(form[name])) for name in section.fields() if name in form]
        names = [name for name in section.fields() if name in form]
        kept = [row for name, row in zip(names, rows, strict=True) if row[1] or name in required]
        groups.append(AnswerGroup(section.key, section.label, kept))
    return groups


def answer_text(field: Any) -> str:
    """One answer in words; a day of eight digits in the western and the era form. (GUAR-35)"""
    if isinstance(field, BooleanField):
        return "はい" if field.data else ""
    if isinstance(field, RadioField | SelectField):
        return labels_of(field).get(field.data, "") if field.data else ""
    if isinstance(field, CompactDateField):
        return str(field.in_words)
    if isinstance(field, YenField) and isinstance(field.data, int):
        return format_yen(field.data)
    if isinstance(field, IntegerField) and isinstance(field.data, int):
        return f"{field.data:,}{(field.render_kw or {}).get('suffix', '')}"
    if isinstance(field, TypedField):
        return text_of(field.definition, field.data)
    return str(field.data or "")


def _label(field: Any) -> str:
    return str(field.label.text)
