"""Amounts of guarantees and advance payments: truth tables at every edge, and what must hold of any amount."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.cities.limit_rules import KEYS, LimitRule
from procurement.cities.loader import CityFileErrors, load_cities, load_file
from procurement.cities.marks import Mark
from procurement.cities.parts import Guarantees, MailNames
from procurement.guarantee_limits import (
    GuaranteeLimits,
    exempt_below,
    largest_advance,
    largest_interim,
    least_contract_guarantee,
    limit_lines,
    limits_for,
    orderer_code,
    orderer_names,
)
from procurement.rules import CityRules, ProcurementCategory
from tests.cities.files import write

C = ProcurementCategory
ON = date(2026, 5, 7)
HEAD = 'slug = "hinata"\nname = "ひなた市"\n'


def city(*rules: LimitRule, **values: Any) -> CityRules:
    guarantees = Guarantees(limits=rules, **values)
    return CityRules(
        "hinata", "ひなた市", "ひなた市長", "電子契約", MailNames("", "", ""), guarantees=guarantees
    )


def rule(categories: tuple[C, ...] = tuple(C), since: date | None = None, **values: int) -> LimitRule:
    return LimitRule(frozenset(categories), values, Mark(source="ひなた市規則", effective_from=since))


def limits(*rules: LimitRule, category: C = C.CONSTRUCTION_WORKS, on: date = ON) -> GuaranteeLimits:
    return limits_for(city(*rules), category, on)


@pytest.mark.parametrize(
    ("price", "least"),
    [
        (10_000_000, 1_000_000),
        (10_000_001, 1_000_001),
        (9_999_999, 1_000_000),
        (12_345_678, 1_234_568),
        (0, 0),
    ],
)
def test_a_contract_guarantee_is_never_below_its_share(price: int, least: int) -> None:
    assert least_contract_guarantee(limits(), price).amount == least


def test_a_city_may_round_the_contract_guarantee_up() -> None:
    made = least_contract_guarantee(limits(rule(contract_round_up_to=1_000)), 12_345_678)
    assert made.amount == 1_235_000
    assert "1,000円未満切上げ" in made.words


@pytest.mark.parametrize(
    ("category", "price", "most"),
    [
        (C.CONSTRUCTION_WORKS, 249_999, 0),
        (C.CONSTRUCTION_WORKS, 250_000, 100_000),
        (C.CONSTRUCTION_WORKS, 12_345_678, 4_900_000),
        (C.SMALL_WORKS, 12_345_678, 4_900_000),
        (C.CONSTRUCTION_RELATED_SERVICES, 12_345_678, 3_700_000),
        (C.SURVEY_AND_CONSULTING, 10_000_000, 3_000_000),
        (C.GOODS, 10_000_000, 0),
        (C.PRINTING, 10_000_000, 0),
    ],
)
def test_the_largest_advance_by_kind_of_case(category: C, price: int, most: int) -> None:
    assert largest_advance(limits(category=category), price).amount == most


@pytest.mark.parametrize(
    ("price", "advance", "most"),
    [
        (10_000_000, 4_000_000, 2_000_000),
        (10_000_000, 4_000_001, 1_900_000),
        (10_000_000, 6_000_000, 0),
        (10_000_000, 9_000_000, 0),
        (12_345_678, 4_900_000, 2_400_000),
        (10_000_000, 0, 2_000_000),
    ],
)
def test_the_largest_interim_with_what_was_advanced(price: int, advance: int, most: int) -> None:
    assert largest_interim(limits(), price, advance).amount == most


def test_interim_is_for_works_alone() -> None:
    assert largest_interim(limits(category=C.SERVICES), 10_000_000).amount == 0


def test_a_cap_in_yen_counts_and_says_where_it_stands() -> None:
    with_cap = limits(rule(advance_at_most=1_050_000))
    made = largest_advance(with_cap, 10_000_000)
    assert (made.amount, made.source) == (1_000_000, "ひなた市規則")
    assert "国の標準" in largest_advance(with_cap, 1_000_000).source


def test_without_a_total_the_share_of_the_interim_alone_counts() -> None:
    mark = Mark(source="ひなた市規則", unset=("total_percent",))
    without = limits(LimitRule(frozenset(C), {}, mark))
    assert largest_interim(without, 10_000_000, 7_000_000).amount == 2_000_000


@pytest.mark.parametrize(
    ("day", "percent"), [(date(2026, 3, 31), 40), (date(2026, 4, 1), 30), (date(2027, 4, 1), 20)]
)
def test_the_newest_table_of_the_day_counts(day: date, percent: int) -> None:
    rules = (
        rule(since=date(2027, 4, 1), advance_percent=20),
        rule(since=date(2026, 4, 1), advance_percent=30),
    )
    assert limits(*rules, on=day).get("advance_percent") == percent


def test_of_two_tables_of_one_day_the_narrower_counts_key_by_key() -> None:
    rules = (
        rule((C.SERVICES,), advance_percent=20),
        rule(advance_percent=30, round_down_to=10_000),
    )
    services = limits(*rules, category=C.SERVICES)
    assert (services.get("advance_percent"), services.get("round_down_to")) == (20, 10_000)
    assert limits(*rules).get("advance_percent") == 30


def test_what_the_city_does_not_say_stays_national_and_says_so() -> None:
    given_limits = limits(rule(advance_percent=30))
    assert given_limits.where("advance_percent") == "ひなた市規則"
    assert given_limits.where("interim_percent") == "地方自治法施行規則附則第3条（国の標準）"
    assert "仮定" in given_limits.where("round_down_to")
    assert limits_for(None, C.CONSTRUCTION_WORKS, ON).values == limits().values


def test_the_price_below_which_a_guarantee_may_be_waived_is_the_citys_alone() -> None:
    assert exempt_below(limits()) is None
    waived = exempt_below(limits(rule(contract_exempt_below=3_000_000)))
    assert waived is not None
    assert (waived.amount, waived.source) == (3_000_000, "ひなた市規則")
    assert "3,000,000円未満" in waived.words


def test_who_the_city_is_to_a_registry() -> None:
    assert (orderer_code(city()), orderer_names(city())) == ("hinata", ("ひなた市長",))
    named = city(orderer_code="hinata-keiyaku", orderer_names=("ひなた市", "ひなた市長"))
    assert (orderer_code(named), orderer_names(named)) == ("hinata-keiyaku", ("ひなた市", "ひなた市長"))


def test_every_kind_of_case_of_every_city_has_its_limits_with_a_source() -> None:
    for rules in load_cities().values():
        for category in C:
            for line in limit_lines(limits_for(rules, category, ON)):
                assert line.words
                assert line.value is None or line.value.source


PRICES = st.integers(min_value=0, max_value=10**12)


@given(PRICES, st.integers(1, 100), st.sampled_from([1, 1_000, 10_000, 100_000]))
def test_no_guarantee_is_below_its_share_and_none_is_a_whole_unit_too_large(
    price: int, percent: int, unit: int
) -> None:
    least = least_contract_guarantee(limits(rule(contract_percent=percent, contract_round_up_to=unit)), price)
    assert least.amount * 100 >= price * percent
    assert (least.amount - unit) * 100 < price * percent
    assert least.amount % unit == 0


@given(PRICES, PRICES, st.integers(0, 100), st.sampled_from([1, 10_000, 100_000]))
def test_advance_and_interim_are_never_above_their_caps(
    price: int, advance: int, percent: int, unit: int
) -> None:
    given_limits = limits(rule(advance_percent=percent, interim_percent=percent, round_down_to=unit))
    first = largest_advance(given_limits, price).amount
    assert first * 100 <= price * percent
    assert price * percent < (first + unit) * 100
    second = largest_interim(given_limits, price, advance).amount
    assert 0 <= second * 100 <= price * percent
    assert second == 0 or (second + advance) * 100 <= price * 60
    assert first % unit == second % unit == 0


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(CityFileErrors) as refused:
        load_file(write(folder, HEAD + text))
    return [problem.key for problem in refused.value.problems]


def test_mistakes_in_the_file_are_named(tmp_path: Path) -> None:
    text = """[guarantees]
orderer_code = "ひなた"
orderer_names = []
blocks_signature = "yes"
[[guarantees.limits]]
advance_percent = 101
round_down_to = 0
advance_prize_at_least = 1
[[guarantees.limits]]
categories = ["goods"]
"""
    assert problems(tmp_path, text) == [
        "guarantees.orderer_code",
        "guarantees.blocks_signature",
        "guarantees.limits[0].advance_percent",
        "guarantees.limits[0].round_down_to",
        "guarantees.limits[0].advance_prize_at_least",
        "guarantees.limits[1]",
    ]


def test_every_key_can_be_written(tmp_path: Path) -> None:
    values = "\n".join(f"{key} = 7" for key in KEYS)
    rules = load_file(write(tmp_path, f"{HEAD}[[guarantees.limits]]\n{values}\n"))
    given_limits = limits_for(rules, C.GOODS, ON)
    assert {key: given_limits.get(key) for key in KEYS} == dict.fromkeys(KEYS, 7)
    assert not any(value.is_national for value in given_limits.values.values())
