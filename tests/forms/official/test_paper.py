"""The official paper: what the page says is what the paper says; PDF/A, fonts inside, one page."""

from pathlib import Path

import pytest

from forms.build import TypedAnswers, build_form, values_for_storage
from forms.definitions import parse_form
from forms.meanings import CaseFlag
from forms.model import FormDefinition
from forms.official.paper import render_paper
from forms.pdf import pdfa_violations
from forms.values import display_values
from tests.forms.examples import (
    CITIES,
    NOW,
    answers,
    city_form,
    facts,
    pdf_text,
    pdf_tool,
    raw_form,
    squeezed,
)

GIVEN = facts(flags=frozenset({CaseFlag.CONTRACT_GUARANTEE_REQUIRED}))
MORE = {"guarantee_method": "other", "guarantee_method_other": "国債の提供", "contact_title": "係長"}


def filled_values(city: str) -> dict[str, str | int | bool]:
    form = build_form(city_form(city), GIVEN)(TypedAnswers(answers(city, **MORE)))
    assert form.validate(), form.errors
    return values_for_storage(form)


def printed_texts(form: FormDefinition) -> list[str]:
    texts = [form.number, form.title, form.addressee, *form.body, form.notes_heading, *form.notes]
    for section in form.sections:
        texts += section.notes
        texts += [field.paper_label for field in section.fields if not field.choices and not field.beside]
        texts += [choice.label for field in section.fields for choice in field.choices]
    return [squeezed(text) for text in texts if text]


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("filled", [False, True])
def test_paper_is_one_page_of_pdfa_with_its_fonts_inside(city: str, filled: bool, tmp_path: Path) -> None:
    pdf = render_paper(city_form(city), filled_values(city) if filled else {}, NOW)
    assert pdfa_violations(pdf) == ()
    fonts = pdf_tool("pdffonts", pdf, tmp_path).splitlines()[2:]
    assert fonts
    assert all("BIZUDMincho" in line and line.split()[3:6] == ["yes", "yes", "yes"] for line in fonts)
    information = pdf_tool("pdfinfo", pdf, tmp_path)
    assert "Pages:           1" in information
    assert "A4" in information
    assert city_form(city).title in information


@pytest.mark.parametrize("city", CITIES)
def test_paper_prints_every_word_of_the_form(city: str, tmp_path: Path) -> None:
    form = city_form(city)
    text = pdf_text(render_paper(form, {}, NOW), tmp_path)
    # Broken cells interleave in the extraction; a long text is looked for by its pieces.
    missing = [t for t in printed_texts(form) if t not in text and not set(t) <= set(text)]
    assert missing == []


@pytest.mark.parametrize("city", CITIES)
def test_paper_prints_every_answer(city: str, tmp_path: Path) -> None:
    form, values = city_form(city), filled_values(city)
    text = pdf_text(render_paper(form, values, NOW), tmp_path)
    for section in display_values(form, values):
        for row in section.rows:
            if row.text and form.field(row.key).type != "checkbox":
                assert squeezed(row.text) in text, row


def test_the_chosen_answer_gets_a_circle_and_no_other(tmp_path: Path) -> None:
    form = city_form("iwaki")
    text = pdf_text(render_paper(form, {"guarantee_method": "bank"}, NOW), tmp_path)
    assert "銀行等金融機関の保証○" in text
    assert text.count("○") == 2  # the other one stands in the printed note


def test_an_empty_paper_has_room_for_the_date(tmp_path: Path) -> None:
    assert "年月日" in pdf_text(render_paper(city_form("tosu"), {}, NOW), tmp_path)


def test_the_same_answers_give_the_same_bytes() -> None:
    form = city_form("tosu")
    assert render_paper(form, {}, NOW) == render_paper(form, {}, NOW)


def test_a_very_long_answer_runs_over_to_a_second_page(tmp_path: Path) -> None:
    table = raw_form("tosu")
    table["sections"][1]["fields"].append(
        {"key": "remarks", "label": "備考", "type": "multiline", "max_length": 4000}
    )
    form = parse_form(table, "forms[0]")
    lines = "\n".join(f"{number:03}行目のながい説明です。" for number in range(150))
    pdf = render_paper(form, {"remarks": lines}, NOW)
    assert pdfa_violations(pdf) == ()
    text = pdf_text(pdf, tmp_path)
    assert all(f"{number:03}行目のながい説明です。" in text for number in range(150))


def test_a_character_outside_the_font_does_not_break_the_paper(tmp_path: Path) -> None:
    pdf = render_paper(city_form("tosu"), {"company_name": "𠮷田🚧組"}, NOW)
    assert pdfa_violations(pdf) == ()
    assert "𠮷田〓組" in pdf_text(pdf, tmp_path)
