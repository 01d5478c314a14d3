"""Named rules of what a case calls for: kind, amount, work; the limits of the law on recycling."""

from datetime import date
from typing import Any

import pytest

from forms.definitions import parse_form
from forms.errors import FormFileErrors
from forms.facts import FormFacts
from forms.meanings import Meaning
from forms.wanted import WANTED_RULES
from procurement.cities.kinds import ProcurementCategory

WORKS = ProcurementCategory.CONSTRUCTION_WORKS
PRICE, KIND, TITLE = Meaning.CONTRACT_PRICE, Meaning.WORK_KIND, Meaning.CASE_TITLE


def facts(known: dict[Meaning, str], category: ProcurementCategory | None = WORKS) -> FormFacts:
    return FormFacts(today=date(2026, 5, 7), known=known, category=category)


@pytest.mark.parametrize(
    ("rule", "known", "holds"),
    [
        ("recycling_civil", {PRICE: "5000000"}, True),
        ("recycling_civil", {PRICE: "4999999"}, False),
        ("recycling_civil", {PRICE: "5000000", KIND: "other"}, True),
        ("recycling_civil", {PRICE: "5000000", KIND: "building"}, False),
        ("recycling_civil", {}, False),
        ("recycling_building", {PRICE: "100000000", KIND: "building"}, True),
        ("recycling_building", {PRICE: "99999999", KIND: "other"}, False),
        ("recycling_building", {PRICE: "99999999", KIND: "建築一式工事以外の工事"}, False),
        ("recycling_building", {PRICE: "99999999", KIND: "建築一式工事"}, True),
        ("recycling_building", {TITLE: "市立保育所新築工事"}, True),
        ("recycling_building", {TITLE: "水路改修工事"}, False),
        ("recycling_civil", {PRICE: "5000000", KIND: "建築一式工事"}, False),
        ("recycling_building", {PRICE: "100000000"}, False),
        ("recycling_demolition", {TITLE: "旧庁舎解体工事"}, True),
        ("recycling_demolition", {TITLE: "庁舎改修工事"}, False),
    ],
)
def test_a_rule_goes_by_kind_amount_and_work(rule: str, known: dict[Meaning, str], holds: bool) -> None:
    assert bool(WANTED_RULES[rule](facts(known))) is holds


def test_where_no_floor_area_is_on_record_it_is_said_what_to_check() -> None:
    for rule, known, area in (
        ("recycling_building", {TITLE: "市立保育所新築工事"}, "500平方メートル以上"),
        ("recycling_demolition", {TITLE: "旧庁舎解体工事"}, "80平方メートル以上"),
    ):
        said = WANTED_RULES[rule](facts(known))
        assert area in said
        assert "設計図書で床面積の合計を確かめてください" in said
        assert "見込み" not in said


def test_a_dear_repair_is_likely_and_a_new_building_is_to_be_checked() -> None:
    said = WANTED_RULES["recycling_building"](facts({PRICE: "100000000", KIND: "building"}))
    assert "この案件では提出が要る見込みです" in said
    assert "500平方メートル以上" in said


@pytest.mark.parametrize("rule", WANTED_RULES)
def test_services_never_call_for_it(rule: str) -> None:
    known = {PRICE: "900000000", KIND: "other", TITLE: "解体設計業務"}
    assert WANTED_RULES[rule](facts(known, ProcurementCategory.CONSTRUCTION_RELATED_SERVICES)) == ""


def test_a_rule_that_does_not_exist_is_a_mistake_of_the_file() -> None:
    raw: dict[str, Any] = {
        "code": "x",
        "title": "届",
        "addressee": "市長　様",
        "effective_from": "2026-04-01",
        "source": "試験",
        "offers": [{"wanted_when": "recycling_civi"}],
        "sections": [{"heading": "1", "fields": [{"key": "a", "label": "欄", "type": "text"}]}],
    }
    with pytest.raises(FormFileErrors) as told:
        parse_form(raw, "forms[0]")
    assert "「recycling_civil」ではありませんか" in str(told.value)
