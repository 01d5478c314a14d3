"""The page and the paper say the same (画面と様式): labels, notes, body and choices of every bundled form."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from forms.files import with_form_files
from forms.model import FormDefinition, forms_in_force
from forms.official.paper import render_paper
from portal import clock
from portal.workflows.usage_forms import definitions_of
from procurement.cities.loader import load_cities
from procurement.rules import ProcurementCategory
from procurement.wareki import jst_date
from tests.conftest import NOON
from tests.forms.examples import pdf_text, squeezed
from tests.portal.contractor.desk import Desk, text_of

CITIES, _ = with_form_files(load_cities())
FORMS = [
    (city, form)
    for city in ("ashikaga", "iwaki", "tosu")
    for form in forms_in_force(definitions_of(CITIES[city]), jst_date(NOON))
]


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """What the pages say does not depend on the database."""
    path = tmp_path / "portal.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


def pages_of(desk: Desk, form: FormDefinition) -> str:
    """What a contractor reads of a form: its first page, every page of questions, the check page."""
    client, base = desk.browser(), f"{desk.base}/filings/{form.code}"
    texts = [client.get(base).text, client.get(f"{base}/check").text]
    for number in range(1, len(form.sections) + 1):
        answer = client.get(f"{base}/sections/{number}")
        if answer.status_code == 200:
            texts.append(answer.text)
    return squeezed("".join(text_of(text) for text in texts))


def said_on_both(form: FormDefinition) -> list[str]:
    """What must stand on the page and on the paper alike."""
    said = [form.title, form.number, form.addressee, *form.body, *form.notes]
    for section in form.sections:
        said += section.notes
        said += [field.printed_note for field in section.plain_fields]
        said += [choice.label for field in section.plain_fields for choice in field.choices]
        said += [
            column.label for group in section.groups for column in group.columns if not column.printed_label
        ]
    return [squeezed(words) for words in said if words]


def stands_on(paper: str, words: str) -> bool:
    """Whether the words are printed, be it over several lines beside those of another column."""
    if words in paper:
        return True
    return any(words[:end] in paper and stands_on(paper, words[end:]) for end in range(len(words) - 1, 2, -1))


@pytest.mark.parametrize(
    ("city", "form"), FORMS, ids=lambda value: value if isinstance(value, str) else value.code
)
def test_page_and_paper_say_the_same(app: Flask, tmp_path: Path, city: str, form: FormDefinition) -> None:
    """FORM-C01: title, number, notes, body and choices word for word, and every question on both."""
    offered = next((c for c in ProcurementCategory if form.offer_for(c)), ProcurementCategory.GOODS)
    page = pages_of(Desk(app, city, category=offered, requires_contract_guarantee=True), form)
    paper = pdf_text(render_paper(form, {}, clock.now()), tmp_path)
    for words in said_on_both(form):
        assert words in page, words
        assert stands_on(paper, words), words
    for field in (field for section in form.sections for field in section.plain_fields):
        if not field.fixed:
            assert squeezed(field.label) in page, field.label
