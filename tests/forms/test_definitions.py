"""A form file is read whole, or refused with every mistake at once."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.definitions import FormFileErrors, parse_form, parse_forms
from forms.meanings import CaseFlag, Meaning
from forms.model import FieldEquals, FieldType, FileType, form_in_force
from tests.forms.examples import CITIES, city_form, raw_form

SMALLEST: dict[str, Any] = {
    "code": "notice",
    "title": "届出書",
    "addressee": "見本市長　様",
    "effective_from": date(2026, 4, 1),
    "source": "見本市要綱",
    "sections": [{"heading": "1　案件", "fields": [{"key": "case", "label": "案件名", "type": "text"}]}],
}


def changed(**changes: Any) -> dict[str, Any]:
    return SMALLEST | changes


def with_field(**field: Any) -> dict[str, Any]:
    whole = {"key": "case", "label": "案件名", "type": "text"} | field
    return changed(sections=[{"heading": "1　案件", "fields": [whole]}])


def problems_of(table: dict[str, Any]) -> list[str]:
    with pytest.raises(FormFileErrors) as refused:
        parse_form(table, "forms[0]")
    return [str(problem) for problem in refused.value.problems]


def test_the_smallest_form_is_read() -> None:
    form = parse_form(SMALLEST, "forms[0]")
    assert (form.code, form.title, form.number) == ("notice", "届出書", "")
    assert [field.key for field in form.fields()] == ["case"]


def test_every_mistake_is_named_at_once_with_its_place() -> None:
    table = changed(
        titel="届出書",
        code="Notice 1",
        effective_from="soon",
        sections=[
            {
                "heading": "1",
                "fields": [
                    {"key": "a", "label": "", "type": "textt", "checks": ["spelling"], "max_length": 0},
                    {"key": "b", "label": "B", "type": "choice", "required": "yes"},
                ],
            }
        ],
    )
    assert problems_of(table) == [
        'forms[0].code: 英小文字で始まる、英小文字・数字・_ の40文字以内の符号が要ります（いまは "Notice 1"）',
        "forms[0].sections[0].fields[0].type: 「text」ではありませんか。次のいずれかが要ります: "
        f'{FieldType.allowed()}（いまは "textt"）',
        'forms[0].sections[0].fields[0].label: 空でない文字列が要ります（いまは ""）',
        "forms[0].sections[0].fields[0].max_length: 1以上4000以下の整数が要ります（いまは 0）",
        "forms[0].sections[0].fields[0].checks: spelling という規則はありません。書ける規則:"
        " not_in_future, free_mail_warning, register_mismatch, same_as_case, same_as_contract, digits_only,"
        " named_elsewhere",
        'forms[0].sections[0].fields[1].required: 引用符のない true か false が要ります（いまは "yes"）',
        "forms[0].sections[0].fields[1].choices: type が choice の欄には、二つ以上の選択肢が要ります",
        'forms[0].effective_from: 2026-03-01 のような日付が要ります（いまは "soon"）',
        "forms[0].titel: 知らないキーです。「title」ではありませんか。書けるキー: addressee, attachments, body,"
        " checks, code, effective_from, layout, notes, notes_heading, number, offers, sections, source, title",
    ]


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({}, "forms[0].code"),
        (changed(sections=[]), "forms[0].sections"),
        (changed(sections="x"), "forms[0].sections[0]"),
        (changed(sections=["x"]), "forms[0].sections[0]"),
        (changed(body=[1]), "forms[0].body"),
        (changed(source=None), "forms[0].source"),
        (changed(checks=[{"rule": "sum", "fields": ["case", "case"]}]), "forms[0].checks[0].rule"),
        (changed(checks=[{"rule": "no_gap", "fields": ["case"]}]), "forms[0].checks[0].fields"),
        (changed(checks=[{"rule": "no_gap", "fields": ["case", "x"]}]), "forms[0].checks[0].fields"),
        (
            changed(attachments=[{"code": "a", "label": "A", "reads": "invoice"}]),
            "forms[0].attachments[0].reads",
        ),
        (
            changed(
                attachments=[{"code": "a", "label": "A", "types": ["jpeg"], "reads": "認証キーのお知らせ"}]
            ),
            "forms[0].attachments[0].reads",
        ),
        (
            changed(attachments=[{"code": "a", "label": "A", "types": ["exe"]}]),
            "forms[0].attachments[0].types[0]",
        ),
        (changed(layout={"blocks": ["title"]}), "forms[0].layout.blocks"),
        (changed(layout={"blocks": ["title", "tabel"]}), "forms[0].layout.blocks[1]"),
        (changed(layout={"blocks": ["title", "table", "table"]}), "forms[0].layout.blocks[2]"),
        (changed(layout={"colour": "red"}), "forms[0].layout.colour"),
        (changed(layout=3), "forms[0].layout"),
        (with_field(means="shoe_size"), "forms[0].sections[0].fields[0].means"),
        (with_field(fixed=True), "forms[0].sections[0].fields[0].fixed"),
        (with_field(min_value=1), "forms[0].sections[0].fields[0].min_value"),
        (with_field(choices=[{"value": "a", "label": "A"}]), "forms[0].sections[0].fields[0].choices"),
        (with_field(required_when="rain"), "forms[0].sections[0].fields[0].required_when"),
        (
            with_field(required=True, required_when="registered_bidder"),
            "forms[0].sections[0].fields[0].required_when",
        ),
        (
            with_field(required_when={"field": "x", "equals": "y"}),
            "forms[0].sections[0].fields[0].required_when",
        ),
        (with_field(height=1), "forms[0].sections[0].fields[0].height"),
    ],
)
def test_a_mistake_is_found_where_it_is(table: dict[str, Any], place: str) -> None:
    assert any(problem.startswith(f"{place}: ") for problem in problems_of(table))


def test_two_fields_may_not_share_key_or_meaning() -> None:
    field = {"key": "a", "label": "A", "type": "text", "means": "case.title"}
    table = changed(sections=[{"heading": "1", "fields": [field, dict(field)]}])
    assert problems_of(table) == [
        "forms[0].sections[0].fields[1].key: 二つの欄のキーが同じです: a",
        "forms[0].sections[0].fields[1].means: 二つの欄の意味（means）が同じです: case.title",
    ]


def test_mistakes_of_all_forms_of_a_file_come_together() -> None:
    with pytest.raises(FormFileErrors) as refused:
        parse_forms((changed(code=""), changed(title="")))
    assert [problem.key for problem in refused.value.problems] == ["forms[0].code", "forms[1].title"]


def test_a_version_may_not_begin_twice_on_the_same_day() -> None:
    with pytest.raises(FormFileErrors, match="版がすでにあります"):
        parse_forms((SMALLEST, SMALLEST))


def test_the_version_in_force_is_the_latest_that_has_begun() -> None:
    forms = parse_forms((SMALLEST, changed(effective_from=date(2027, 4, 1), title="新届出書")))
    titles = {
        on: found.title if (found := form_in_force(forms, "notice", on)) else None
        for on in (date(2026, 3, 31), date(2026, 4, 1), date(2027, 3, 31), date(2027, 4, 1))
    }
    assert list(titles.values()) == [None, "届出書", "届出書", "新届出書"]


def test_conditions_are_case_flags_or_other_answers() -> None:
    form = city_form("iwaki")
    assert form.field("guarantee_method").required_when is CaseFlag.CONTRACT_GUARANTEE_REQUIRED
    assert form.field("delegator_name").required_when == FieldEquals("delegation", ("delegated",))


@pytest.mark.parametrize("city", CITIES)
def test_every_bundled_form_can_be_read_and_names_the_address_to_sign_with(city: str) -> None:
    form = parse_form(raw_form(city), "forms[0]")
    address = form.field_that_means(Meaning.SIGNATORY_EMAIL)
    assert address is not None
    assert address.required


def test_the_example_of_the_guide_is_a_correct_form() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "form-file.md").read_text("utf-8")
    example = guide.split("```toml\n")[1].split("```")[0]
    forms = parse_forms(tuple(tomllib.loads(example)["forms"]))
    assert forms[0].title == "電子契約利用申出書"


def test_the_guide_names_every_word_that_a_form_file_may_use() -> None:
    from forms.checks import FIELD_CHECKS, FORM_CHECKS
    from forms.model import SectionPlace
    from forms.paper_layouts import PaperBlock

    guide = (Path(__file__).parents[2] / "docs" / "form-file.md").read_text("utf-8")
    words = [*FieldType, *Meaning, *CaseFlag, *PaperBlock, *SectionPlace, *FIELD_CHECKS, *FORM_CHECKS]
    assert [
        word for word in [*words, *FileType] if f"`{word}`" not in guide and f'"{word}"' not in guide
    ] == []
