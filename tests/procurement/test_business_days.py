"""Business days (開庁日): the national holidays agree with a second library, and every search stays on open days."""

from datetime import date, timedelta

import jpholiday
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.business_days import CityCalendar, ClosingPeriod, DayPattern, national_holiday

DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2040, 12, 31))
USUAL = CityCalendar()
LOCAL = CityCalendar(
    closing_periods=(ClosingPeriod(DayPattern(8, 13, 2026), DayPattern(8, 15, 2026), "お盆"),),
    closing_days=((DayPattern(6, 23), "慰霊の日"),),
    opening_days=((DayPattern(3, 28, 2027), "休日開庁"),),
)


@pytest.mark.parametrize("year", range(2015, 2031))
def test_national_holidays_agree_with_a_second_library_on_every_day(year):
    day = date(year, 1, 1)
    while day.year == year:
        assert (national_holiday(day) is not None) == jpholiday.is_holiday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 5, 1), None),  # 金
        (date(2026, 5, 2), "土曜日"),
        (date(2026, 5, 3), "憲法記念日"),  # 日
        (date(2026, 5, 6), "振替休日"),  # 水
        (date(2026, 9, 22), "国民の休日"),  # 火
        (date(2026, 12, 28), None),  # 月
        (date(2026, 12, 29), "年末年始"),  # 火
        (date(2027, 1, 1), "元日"),  # 金
        (date(2027, 1, 3), "年末年始"),  # 日
        (date(2027, 1, 4), None),  # 月
    ],
)
def test_a_closed_day_says_why(day, reason):
    assert USUAL.reason_closed(day) == reason
    assert USUAL.is_open(day) is (reason is None)


def test_a_city_closes_and_opens_on_days_of_its_own():
    assert LOCAL.reason_closed(date(2026, 6, 23)) == "慰霊の日"
    assert LOCAL.reason_closed(date(2031, 6, 23)) == "慰霊の日"
    assert LOCAL.reason_closed(date(2026, 8, 14)) == "お盆"
    assert LOCAL.is_open(date(2027, 8, 13))
    assert LOCAL.is_open(date(2027, 3, 28))  # 日
    assert LOCAL.is_open(date(2026, 12, 30))  # 水: this city writes no year's end


def test_a_calendar_without_an_open_day_is_an_error_and_not_an_endless_search():
    with pytest.raises(ValueError):
        CityCalendar(closed_weekdays=frozenset(range(7))).first_business_day_on_or_after(date(2026, 1, 1))


@given(DAYS)
def test_searches_end_on_open_days_with_only_closed_ones_between(day):
    after = USUAL.add_business_days(day, 1)
    before = USUAL.last_business_day_on_or_before(day)
    assert before <= day < after
    assert USUAL.is_open(after)
    assert USUAL.is_open(before)
    between = [before + timedelta(days=n) for n in range(1, (after - before).days)]
    assert not any(USUAL.is_open(d) for d in between if d != day)
    assert USUAL.first_business_day_on_or_after(day) == (day if USUAL.is_open(day) else after)


@given(DAYS, st.integers(min_value=1, max_value=30))
def test_adding_business_days_counts_each_open_day_once(day, n):
    end = USUAL.add_business_days(day, n)
    assert sum(USUAL.is_open(day + timedelta(days=i)) for i in range(1, (end - day).days + 1)) == n
    assert USUAL.add_business_days(day, 0) == day
    assert USUAL.add_business_days(end, -n) <= max(day, USUAL.last_business_day_on_or_before(day))
