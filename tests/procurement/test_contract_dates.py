"""The contract date: the day in Japan of the real last signature, and no other."""

from datetime import UTC, date, datetime

import pytest

from procurement.cities.loader import load_cities
from procurement.contract_dates import check_contract_date, check_paper_contract_date, contract_date_of
from procurement.errors import RuleViolation

CITIES = load_cities(None)
SIGNED_AT = datetime(2026, 3, 14, 15, 0, tzinfo=UTC)
"""Midnight in Japan: the 15th begins."""


@pytest.mark.parametrize(
    ("signed_at", "day"),
    [
        (datetime(2026, 3, 14, 14, 59, 59, tzinfo=UTC), date(2026, 3, 14)),
        (datetime(2026, 3, 14, 15, 0, 0, tzinfo=UTC), date(2026, 3, 15)),
        (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2028, 2, 28, 15, 0, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_day_changes_at_midnight_in_japan(signed_at: datetime, day: date) -> None:
    assert contract_date_of(signed_at) == day


@pytest.mark.parametrize("city", sorted(CITIES))
@pytest.mark.parametrize(("claimed", "word"), [(date(2026, 3, 14), "前"), (date(2026, 3, 16), "後")])
def test_any_other_day_is_refused_with_the_city_s_rule(city: str, claimed: date, word: str) -> None:
    with pytest.raises(RuleViolation) as told:
        check_contract_date(claimed, SIGNED_AT, CITIES[city])
    assert told.value.code == "contract_date_differs"
    assert f"より{word}です" in told.value.text
    assert CITIES[city].backdating.text in told.value.text


def test_the_real_day_is_taken() -> None:
    check_contract_date(date(2026, 3, 15), SIGNED_AT, CITIES["tosu"])


def test_before_the_last_signature_no_day_can_be_claimed() -> None:
    with pytest.raises(RuleViolation) as told:
        check_contract_date(date(2026, 3, 15), None, CITIES["tosu"])
    assert told.value.code == "contract_date_before_signature"


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 3, 9), "contract_date_before_award"), (date(2026, 3, 21), "contract_date_in_future")],
)
def test_a_paper_contract_is_dated_between_its_award_and_today(day: date, code: str) -> None:
    with pytest.raises(RuleViolation) as told:
        check_paper_contract_date(day, date(2026, 3, 10), date(2026, 3, 20), CITIES["tosu"])
    assert told.value.code == code


@pytest.mark.parametrize("day", [date(2026, 3, 10), date(2026, 3, 20)])
def test_a_paper_contract_may_be_dated_on_the_first_and_on_the_last_day(day: date) -> None:
    check_paper_contract_date(day, date(2026, 3, 10), date(2026, 3, 20), CITIES["tosu"])
