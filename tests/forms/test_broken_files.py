"""Whatever a form file holds, the check reads it or names mistakes; it never fails by itself."""

import contextlib
import copy
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.build import build_form
from forms.definitions import FormFileErrors, parse_form
from forms.facts import FormFacts
from forms.files import read_form_file
from forms.model import FormDefinition
from forms.official.paper import render_paper
from procurement.cities.loader import CityFileErrors, load_cities
from tests.forms.examples import NOW, TODAY

CITIES = load_cities()
WRITTEN = Path(__file__).parent / "written"
TABLES = [
    {"addressee": "見本市長　様", "source": "見本"} | tomllib.loads(path.read_text("utf-8"))
    for path in sorted(WRITTEN.glob("*.toml"))
]
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**13), st.floats(), st.text(max_size=12), st.just(date.max),
    st.sampled_from(["date", "choice", "applicant", "works", "a", "applied_on", "in_order", "選択", "process"]),
    st.lists(st.one_of(st.text(max_size=3), st.integers()), max_size=3),
    st.dictionaries(st.sampled_from(["field", "equals", "key", "value", "label"]), st.text(max_size=4), max_size=3),
)  # fmt: skip


def places(table: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a table that can be changed."""
    found = [path] if path else []
    items = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in items:
        found += places(value, (*path, key))
    return found


def checked(table: dict[str, Any]) -> tuple[FormDefinition | None, list[str]]:
    """The form, or what is said about each mistake."""
    try:
        return parse_form(table, ""), []
    except FormFileErrors as errors:
        return None, [problem.expected for problem in errors.problems]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_changed_file_is_read_or_its_mistakes_are_named(data: st.DataObject) -> None:
    table: Any = copy.deepcopy(data.draw(st.sampled_from(TABLES)))
    table.pop("city")
    for _ in range(data.draw(st.integers(1, 4))):
        *way, last = data.draw(st.sampled_from(places(table)))
        parent = table
        for key in way:
            parent = parent[key]
        match data.draw(st.sampled_from(["change", "drop", "twice", "new"])):
            case "change":
                parent[last] = data.draw(ODD)
            case "drop" if isinstance(parent, dict):
                del parent[last]
            case "twice" if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[last]))
            case _ if isinstance(parent, dict):
                parent[data.draw(st.text(max_size=6))] = data.draw(ODD)
    form, words = checked(table)
    assert form is not None or all(words)
    if form is None:
        return
    build_form(form, FormFacts(today=TODAY))().validate()
    if len(list(form.fields())) < 60:
        assert render_paper(form, {}, NOW).startswith(b"%PDF")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_file_of_changed_characters_never_fails(data: st.DataObject, tmp_path_factory: Any) -> None:
    text = data.draw(st.sampled_from(sorted(WRITTEN.glob("*.toml")))).read_bytes()
    at = data.draw(st.integers(0, len(text)))
    much = data.draw(st.integers(0, 60))
    path = tmp_path_factory.getbasetemp() / "changed.toml"
    path.write_bytes(text[:at] + data.draw(st.binary(max_size=20)) + text[at + much :])
    with contextlib.suppress(CityFileErrors):
        read_form_file(path, CITIES)


@pytest.mark.parametrize(
    "content", [b"", b"[" * 5000, b"a=" + b"[" * 5000, b"\x00", b"forms = 1", b"forms = []"]
)
def test_what_is_no_form_at_all_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(CityFileErrors):
        read_form_file(path, CITIES)


def test_all_mistakes_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(
        """city = "tosu"
code = "x"
title = "届"
effective_from = 2026-01-01
body = ["本文"]
[layout]
blocks = ["title", "table"]
colour = "red"
[[sections]]
heading = "い"
[[sections.fields]]
key = "a"
label = "日"
type = "text"
means = "applied_on"
checks = ["not_in_future"]
[[sections.fields]]
key = "b"
label = "B"
type = "text"
required_when = { field = "c", equals = "x" }
[[sections.fields]]
key = "c"
label = "C"
type = "yen"
min_value = 9
max_value = 1
required_when = { field = "b", equals = "x" }
[[checks]]
rule = "in_order"
fields = ["a", "z"]
[[checks]]
rule = "full_time_required"
fields = ["a", "b"]
""",
        "utf-8",
    )
    with pytest.raises(CityFileErrors) as refused:
        read_form_file(path, CITIES)
    named = {(problem.line, problem.key) for problem in refused.value.problems}
    assert named >= {
        (7, "layout.blocks"),
        (8, "layout.colour"),
        (14, "sections[0].fields[0].type"),
        (16, "sections[0].fields[0].checks"),
        (21, "sections[0].fields[1].required_when"),
        (27, "sections[0].fields[2].max_value"),
        (28, "sections[0].fields[2].required_when"),
        (31, "checks[0].fields"),
        (34, "checks[1].fields"),
    }
