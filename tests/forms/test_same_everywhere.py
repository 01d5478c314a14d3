"""What is typed is what is stored, shown and printed, for any text that the font can print."""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.build import TypedAnswers, build_form, values_for_storage
from forms.glyphs import unprintable
from forms.official.paper import render_paper
from forms.texts import one_line
from forms.values import display_values, restored
from procurement.wareki import format_wareki
from tests.forms.examples import NOW, TODAY, answers, city_form, facts, pdf_text, squeezed

LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0xFFDC, exclude_categories=("C", "M", "Zl", "Zp"))
TEXTS = st.text(LETTERS, min_size=1, max_size=30).filter(
    lambda text: bool(one_line(text)) and not unprintable(one_line(text))
)
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=TODAY)


@settings(max_examples=200, deadline=None)
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


@settings(max_examples=12, deadline=None)
@given(name=st.text(st.sampled_from("山田髙﨑ａＢ1２ー－～・（）㈱①　 &<>\"'%"), min_size=1, max_size=16))
def test_what_is_shown_is_what_is_printed(name: str) -> None:
    text = one_line(name)
    pdf = render_paper(city_form("tosu"), {"signatory_company": text}, NOW)
    with tempfile.TemporaryDirectory() as folder:
        assert squeezed(text) in pdf_text(pdf, Path(folder))
