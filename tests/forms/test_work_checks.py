"""Rules for papers of works: dated limits, people on two cases at once, shares of the contract price."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from forms.checks import FIELD_CHECKS, FORM_CHECKS
from forms.facts import Assignment, FormFacts
from forms.findings import Finding
from forms.meanings import Meaning
from forms.model import Field, FieldType
from forms.work_checks import limits
from procurement.cities.kinds import ProcurementCategory
from procurement.cities.limit_rules import LimitRule
from procurement.cities.marks import Mark
from procurement.cities.parts import Guarantees, MailNames
from procurement.guarantee_limits import limits_for
from procurement.rules import CityRules

TODAY = date(2026, 5, 7)
WORKS = ProcurementCategory.CONSTRUCTION_WORKS
SERVICES = ProcurementCategory.CONSTRUCTION_RELATED_SERVICES


def facts(**changes: Any) -> FormFacts:
    return FormFacts(today=TODAY, **changes)


def fields(*keys: str) -> tuple[Field, ...]:
    return tuple(Field(key, key, FieldType.TEXT) for key in keys)


def found(rule: str, values: Mapping[str, object], given: FormFacts | None = None) -> Finding | None:
    return FORM_CHECKS[rule](fields(*values), values, given or facts())


@pytest.mark.parametrize(
    ("day", "price", "building_price"),
    [
        (date(2015, 1, 1), 35_000_000, 70_000_000),
        (date(2022, 12, 31), 35_000_000, 70_000_000),
        (date(2023, 1, 1), 40_000_000, 80_000_000),
        (date(2025, 1, 31), 40_000_000, 80_000_000),
        (date(2025, 2, 1), 45_000_000, 90_000_000),
    ],
)
def test_the_limit_of_the_day(day: date, price: int, building_price: int) -> None:
    row = limits("full_time", day)
    assert (row["price"], row["building_price"]) == (price, building_price)


@pytest.mark.parametrize(
    ("chosen", "price", "kind", "contract_on", "is_told"),
    [
        ("not_full_time", 44_999_999, "other", None, False),
        ("not_full_time", 45_000_000, "other", None, True),
        ("not_full_time", 45_000_000, "building", None, False),
        ("not_full_time", 90_000_000, "building", None, True),
        ("full_time", 90_000_000, "building", None, False),
        ("special_1", 45_000_000, "other", None, False),
        ("not_full_time", 44_000_000, "other", "2024-06-01", True),
        ("not_full_time", None, "other", None, False),
        (None, 45_000_000, "other", None, False),
    ],
)
def test_full_time_is_computed(
    chosen: str | None, price: int | None, kind: str, contract_on: str | None, is_told: bool
) -> None:
    known = {Meaning.CONTRACT_ON: contract_on} if contract_on else {}
    finding = found("full_time_required", {"専任": chosen, "額": price, "種類": kind}, facts(known=known))
    assert (finding is not None) == is_told
    assert finding is None or not finding.blocks


@pytest.mark.parametrize(
    ("category", "price", "amount", "is_refused"),
    [
        (WORKS, 12_345_678, 4_900_000, False),
        (WORKS, 12_345_678, 4_900_001, True),
        (WORKS, 10_000_000, 4_000_000, False),
        (SERVICES, 10_000_000, 3_000_000, False),
        (SERVICES, 10_000_000, 3_000_001, True),
        (ProcurementCategory.GOODS, 10_000_000, 1, True),
    ],
)
def test_an_advance_stays_within_its_share(
    category: ProcurementCategory, price: int, amount: int, is_refused: bool
) -> None:
    finding = found("advance_within_share", {"前払金": amount, "代金": price}, facts(category=category))
    assert (finding is not None) == is_refused
    assert finding is None or finding.blocks


def test_the_share_that_the_city_set_counts_before_the_national_one() -> None:
    mark = Mark(source="試験市前金払規則")
    rule = LimitRule(frozenset({WORKS}), {"advance_percent": 30, "round_down_to": 10_000}, mark)
    city = CityRules(
        "test", "試験市", "試験市長", "電子契約", MailNames("", "", ""), guarantees=Guarantees(limits=(rule,))
    )
    given = facts(category=WORKS, limits=limits_for(city, WORKS, TODAY))
    assert found("advance_within_share", {"前払金": 3_700_000, "代金": 12_345_678}, given) is None
    finding = found("advance_within_share", {"前払金": 3_700_001, "代金": 12_345_678}, given)
    assert finding is not None
    assert "10分の3以内・1万円未満切捨て（3,700,000円まで）" in finding.text
    assert "試験市前金払規則" in finding.text


def test_a_claim_without_its_guarantee_is_told() -> None:
    finding = found("guarantee_number_missing", {"番号": None, "前払金": 1_000_000})
    assert finding is not None
    assert not finding.blocks
    assert found("guarantee_number_missing", {"番号": "A-1", "前払金": 1_000_000}) is None


def test_works_held_together_are_below_the_limit() -> None:
    assert found("concurrent_limits", {"この工事": 44_999_999, "ほか": 1}) is None
    finding = found("concurrent_limits", {"この工事": 1, "ほか": 45_000_000})
    assert finding is not None
    assert finding.key == "ほか"


def test_a_drawn_schedule_has_a_work() -> None:
    assert found("drawn_or_uploaded", {"作り方": "upload", "工程": None}) is None
    assert found("drawn_or_uploaded", {"作り方": "drawn", "工程": "土工"}) is None
    assert found("drawn_or_uploaded", {"作り方": "drawn", "工程": None}) is not None


@pytest.mark.parametrize(
    ("name", "starts_on", "ends_on", "is_told"),
    [
        ("山田 太郎", date(2026, 1, 1), date(2026, 6, 1), True),
        ("山田　太郎", date(2026, 1, 1), date(2026, 5, 31), False),
        ("山田太郎", date(2026, 12, 31), None, True),
        ("山田太郎", date(2027, 1, 1), None, False),
        ("鈴木 花子", date(2026, 1, 1), date(2027, 6, 1), False),
    ],
)
def test_the_same_person_on_another_case_at_the_same_time(
    name: str, starts_on: date, ends_on: date | None, is_told: bool
) -> None:
    other = Assignment(name, Meaning.SITE_AGENT_NAME, "橋りょう補修工事", starts_on, ends_on)
    known = {Meaning.PERIOD_STARTS_ON: "2026-06-01", Meaning.PERIOD_ENDS_ON: "2026-12-31"}
    finding = FIELD_CHECKS["named_elsewhere"](
        fields("氏名")[0], "山田 太郎", facts(known=known, assignments=(other,))
    )
    assert (finding is not None) == is_told
    assert finding is None or ("橋りょう補修工事" in finding.text and not finding.blocks)
