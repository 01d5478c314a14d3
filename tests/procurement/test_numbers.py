"""Amounts (金額): read as people and spreadsheets write them, always whole yen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.errors import RuleViolation
from procurement.numbers import format_yen, parse_yen


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("1234000", 1_234_000),
        ("1,234,000円", 1_234_000),
        ("１，２３４，０００円", 1_234_000),
        ("¥1,234,000-", 1_234_000),
        ("￥1,234,000", 1_234_000),
        ("金1,234,000円也", 1_234_000),
        ("1,234千円", 1_234_000),
        ("1.5億円", 150_000_000),
        ("3百万円", 3_000_000),
        ("12万円", 120_000),
        ("1,234,000円（税込）", 1_234_000),
        ("1,234,000円(消費税及び地方消費税を含む)", 1_234_000),
        ("1234000.0", 1_234_000),
        ("0", 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, yen):
    assert parse_yen(text) == yen


def test_a_bare_number_counts_in_the_unit_of_its_column():
    assert parse_yen("1,234", unit=1000) == 1_234_000
    assert parse_yen("1,234円", unit=1000) == 1_234


@pytest.mark.parametrize(
    "text", ["", "円", "-5", "1,23", "12,34,000円", "1.5円", "1,000円（税抜）", "税別 500円", "約100円"]
)
def test_what_is_no_amount_is_refused_with_a_reason(text):
    with pytest.raises(RuleViolation) as refusal:
        parse_yen(text)
    assert refusal.value.code == "amount.unreadable"


@given(st.integers(min_value=0, max_value=10**14))
def test_every_printed_amount_is_read_back(amount):
    assert parse_yen(format_yen(amount)) == parse_yen(str(amount)) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1億5千万円", 150_000_000),
        ("１億５，０００万円", 150_000_000),
        ("5百万", 5_000_000),
        ("3万5千円", 35_000),
    ],
)
def test_an_amount_of_several_units_is_their_sum(text: str, amount: int) -> None:
    assert parse_yen(text) == amount


@pytest.mark.parametrize("text", ["5万3億円", "1億2億", "12 34", "1,2345円", "1" * 5000 + "x"])
def test_units_stand_from_the_greatest_to_the_least(text: str) -> None:
    with pytest.raises(RuleViolation):
        parse_yen(text)
