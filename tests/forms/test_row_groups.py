"""Tables of rows: cells that behave like fields, on the page, in storage, in differences and on paper."""

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.build import TypedAnswers, build_form, values_for_storage
from forms.definitions import FormFileErrors, parse_form
from forms.facts import FormFacts
from forms.model import FormDefinition, RowStarted
from forms.official.paper import render_paper
from forms.row_groups import blank_cells, filled_rows, without_row
from forms.typed import ValuesUnreadable, read_values
from forms.values import diff_values, display_values, restored
from tests.forms.examples import NOW, TODAY, pdf_text, squeezed

RAW: dict[str, Any] = {
    "code": "schedule",
    "title": "工程表",
    "addressee": "見本市長　様",
    "effective_from": date(2026, 4, 1),
    "source": "見本",
    "checks": [{"rule": "in_order", "fields": ["works.starts_on", "works.ends_on"]}],
    "sections": [
        {
            "heading": "工程",
            "rows": [
                {
                    "key": "works",
                    "label": "工程",
                    "row_label": "工程{n}",
                    "min_rows": 1,
                    "max_rows": 6,
                    "printed_rows": 4,
                    "chart": {"label": "kind", "start": "starts_on", "end": "ends_on"},
                    "columns": [
                        {"key": "kind", "label": "工種", "type": "text", "required": True},
                        {"key": "starts_on", "label": "着手日", "type": "date", "required": True},
                        {"key": "ends_on", "label": "完了日", "type": "date"},
                    ],
                }
            ],
        }
    ],
}


def form(**changes: Any) -> FormDefinition:
    raw = copy.deepcopy(RAW)
    raw["sections"][0]["rows"][0].update(changes)
    return parse_form(raw, "")


def errors_of(typed: dict[str, str]) -> dict[str, list[str]]:
    made = build_form(form(), FormFacts(today=TODAY))(TypedAnswers(typed))
    made.validate()
    return {name: list(errors) for name, errors in made.errors.items()}


def test_a_cell_is_a_field_of_its_section() -> None:
    keys = [field.key for field in form().fields()]
    assert keys[:4] == ["works_1_kind", "works_1_starts_on", "works_1_ends_on", "works_2_kind"]
    assert len(keys) == 18
    assert form().field("works_2_kind").label == "工程2の工種"


def test_what_a_row_needs_is_needed_when_it_was_begun() -> None:
    assert form().field("works_1_kind").required
    assert form().field("works_2_kind").required_when == RowStarted(("works_2_starts_on", "works_2_ends_on"))
    assert set(errors_of({})) == {"works_1_kind", "works_1_starts_on"}
    first = {"works_1_kind": "土工", "works_1_starts_on": "R8.6.1"}
    assert errors_of(first) == {}
    assert errors_of(first | {"works_3_ends_on": "R8.7.1"}).keys() == {"works_3_kind", "works_3_starts_on"}


def test_a_check_on_columns_looks_at_each_row() -> None:
    typed = {"works_1_kind": "土工", "works_1_starts_on": "R8.6.1", "works_1_ends_on": "R8.5.1"}
    assert list(errors_of(typed)) == ["works_1_ends_on"]
    assert "工程1の着手日より前" in errors_of(typed)["works_1_ends_on"][0]


def test_rows_without_a_word_are_not_shown() -> None:
    values = {"works_1_kind": "土工", "works_3_kind": "舗装工"}
    definition = form()
    assert filled_rows(definition.sections[0].groups[0], values) == [1, 3]
    assert "works_2_kind" in blank_cells(definition, values)
    shown = [row.label for row in display_values(definition, values)[0].rows]
    assert shown == [f"工程{n}の{column}" for n in (1, 3) for column in ("工種", "着手日", "完了日")]


def test_a_row_taken_out_lets_those_below_move_up() -> None:
    typed = {"works_1_kind": "い", "works_2_kind": "ろ", "works_3_kind": "は", "other": "x"}
    left = without_row(form(), typed, "clear-row:works:2")
    assert left == {"works_1_kind": "い", "works_2_kind": "は", "other": "x"}
    assert without_row(form(), typed, "clear-row:unknown:2") == typed
    assert without_row(form(), typed, "next") == typed


def test_differences_name_the_row() -> None:
    before, after = {"works_1_kind": "土工"}, {"works_1_kind": "土工", "works_2_kind": "舗装工"}
    assert [(d.label, d.before, d.after) for d in diff_values(form(), before, after)] == [
        ("工程2の工種", "", "舗装工")
    ]


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"columns": []}, "columns", "一つ以上"),
        ({"min_rows": 9}, "min_rows", "0"),
        ({"chart": {"label": "kind", "start": "kind", "end": "ends_on"}}, "chart", "date の列ではありません"),
        (
            {"chart": {"label": "nothing", "start": "starts_on", "end": "ends_on"}},
            "chart",
            "という列はありません",
        ),
        ({"colour": "red"}, "colour", ""),
    ],
)
def test_mistakes_are_named(change: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(FormFileErrors) as refused:
        form(**change)
    assert any(problem.key.endswith(key) and words in problem.expected for problem in refused.value.problems)


def test_a_column_has_no_meaning_of_its_own() -> None:
    columns = [{"key": "kind", "label": "工種", "type": "text", "means": "case.title"}]
    with pytest.raises(FormFileErrors) as refused:
        form(columns=columns, chart={"label": "kind", "start": "kind", "end": "kind"})
    assert any("means は書けません" in problem.expected for problem in refused.value.problems)


def test_the_paper_has_the_rows_the_blank_lines_and_the_bars(tmp_path: Path) -> None:
    definition = form()
    values = read_values(
        definition, {"works": [{"kind": "土工", "starts_on": "R8.6.1", "ends_on": "令和9年1月20日"}]}
    )
    words = squeezed(pdf_text(render_paper(definition, values, NOW), tmp_path))
    assert words.count("土工") == 2  # in the table and beside its bar
    assert "令和8年6月1日" in words
    assert "12月" in words
    assert "令和9年" in words
    assert "土工" not in pdf_text(render_paper(definition, {}, NOW), tmp_path)


def test_values_of_a_file_are_read_with_every_mistake() -> None:
    with pytest.raises(ValuesUnreadable) as unreadable:
        read_values(
            form(), {"works": [{"kind": "土工", "starts_on": "いつか"}], "work": 1, "works_2_kind": [1]}
        )
    assert [key for key, _ in unreadable.value.problems] == ["works_1_starts_on", "work", "works_2_kind"]
    with pytest.raises(ValuesUnreadable, match="6行まで"):
        read_values(form(), {"works": [{"kind": "土工"}] * 7})


@given(
    rows=st.lists(
        st.tuples(
            st.text(alphabet="土工舗装ア ー髙0", min_size=1, max_size=12).filter(str.strip),
            st.dates(date(2020, 1, 1), date(2040, 12, 31)),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_typed_is_what_is_stored_and_shown(rows: list[tuple[str, date]]) -> None:
    definition = form()
    typed = {}
    for number, (kind, day) in enumerate(rows, start=1):
        typed |= {f"works_{number}_kind": kind, f"works_{number}_starts_on": day.isoformat()}
    made = build_form(definition, FormFacts(today=TODAY))(TypedAnswers(typed))
    assert made.validate(), made.errors
    kept = restored(definition, values_for_storage(made))
    assert [kept[f"works_{n}_starts_on"] for n in range(1, len(rows) + 1)] == [day for _, day in rows]
    shown = [row.text for row in display_values(definition, values_for_storage(made))[0].rows]
    assert len(shown) == 3 * len(rows)
