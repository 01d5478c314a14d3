"""What is typed is what is stored, shown and printed, in every form of every city and for any text of its fonts."""

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.build import TypedAnswers, build_form, known_value, values_for_storage, values_of
from forms.definitions import parse_forms
from forms.facts import FormFacts
from forms.files import with_form_files
from forms.glyphs import unprintable
from forms.model import Field, FieldType, FormDefinition
from forms.official.paper import render_paper
from forms.texts import one_line
from forms.values import display_values, restored, text_of
from procurement.cities.loader import load_cities
from procurement.wareki import format_wareki
from tests.forms.examples import NOW, TODAY, answers, city_form, facts, pdf_words, squeezed
from tests.forms.typed_texts import Typed, typed_forms

LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0xFFDC, exclude_categories=("C", "M", "Zl", "Zp"))
TEXTS = st.text(LETTERS, min_size=1, max_size=30).filter(
    lambda text: bool(one_line(text)) and not unprintable(one_line(text))
)
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=TODAY)
NOTHING_KNOWN = FormFacts(today=TODAY, known={})
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def every_form() -> list[FormDefinition]:
    """All forms that come with the portal: those of the city files and those of files of their own."""
    cities, problems = with_form_files(load_cities())
    assert problems == []
    return [form for city in sorted(cities) for form in parse_forms(cities[city].forms)]


FORMS = [form for form in every_form() if not form.is_upload_only]


@settings(max_examples=100, deadline=None)
@given(name=TEXTS, title=TEXTS, day=DAYS)
def test_what_is_typed_is_what_is_stored_and_shown(name: str, title: str, day: date) -> None:
    definition = city_form("tosu")
    typed = answers("tosu", company_name=name, signatory_title=title, applied_on=format_wareki(day))
    form = build_form(definition, facts())(TypedAnswers(typed))
    assert form.validate(), form.errors
    kept = values_for_storage(form)
    assert (kept["company_name"], kept["signatory_title"]) == (one_line(name), one_line(title))
    assert restored(definition, kept)["applied_on"] == day
    shown = {row.key: row.text for section in display_values(definition, kept) for row in section.rows}
    assert shown["company_name"] == one_line(name)
    assert shown["applied_on"] == format_wareki(day)


def expected(field: Field, typed: dict[str, Typed]) -> object:
    """What must be kept: what was typed, but what the case says where a field is fixed."""
    known = known_value(field, NOTHING_KNOWN) if field.fixed else None
    return known if known is not None else typed[field.key].value


@pytest.mark.parametrize("definition", FORMS, ids=lambda form: f"{form.code}-{form.title}")
@settings(max_examples=3, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_every_field_of_every_form_is_stored_shown_and_printed(
    definition: FormDefinition, data: st.DataObject
) -> None:
    typed = data.draw(typed_forms(definition))
    form = build_form(definition, NOTHING_KNOWN)(TypedAnswers({key: one.text for key, one in typed.items()}))
    fields = [field for field in definition.fields() if field.key in typed]
    read, kept = values_of(form), values_for_storage(form)
    assert {f.key: read[f.key] for f in fields} == {f.key: expected(f, typed) for f in fields}
    assert {key: restored(definition, kept)[key] for key in typed} == {key: read[key] for key in typed}
    shown = {row.key: row.text for section in display_values(definition, kept) for row in section.rows}
    assert {key: shown[key] for key in typed} == {f.key: text_of(f, read[f.key]) for f in fields}
    with tempfile.TemporaryDirectory() as folder:
        printed = pdf_words(render_paper(definition, kept, NOW), Path(folder))
    missing = {f.label: shown[f.key] for f in fields if is_words(f) and squeezed(shown[f.key]) not in printed}
    assert missing == {}


def is_words(field: Field) -> bool:
    """Whether a field is printed as words; marks (○, ✓) are read by the tests of the papers."""
    return field.type not in (FieldType.CHOICE, FieldType.CHECKBOX)
