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
        ("recycling_building", {PRICE: "99999999", KIND: "building"}, False),
        ("recycling_building", {PRICE: "100000000"}, False),
        ("recycling_demolition", {TITLE: "旧庁舎解体工事"}, True),
        ("recycling_demolition", {TITLE: "庁舎改修工事"}, False),
    ],
)
def test_a_rule_goes_by_kind_amount_and_work(rule: str, known: dict[Meaning, str], holds: bool) -> None:
    assert bool(WANTED_RULES[rule](facts(known))) is holds


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
