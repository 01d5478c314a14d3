"""Business days of a city (開庁日・閉庁日): weekends, national holidays, year's end, and local days."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from procurement.wareki import WEEKDAYS

# The longest search for an open day; a calendar that has none in two years is refused when it is read.
_HORIZON = 731


@lru_cache(maxsize=512)
def _holidays_of(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("JP", years=year, language="ja"))


def national_holiday(day: date) -> str | None:
    """Name of the national holiday (国民の祝日・休日) on a day, or none. From the kept library `holidays`."""
    return _holidays_of(day.year).get(day)


@dataclass(frozen=True)
class DayPattern:
    """A day of a city's calendar: one date, or the same day every year when `year` is none."""

    month: int
    day: int
    year: int | None = None

    def key(self, day: date) -> tuple[int, int, int]:
        """What of a day this pattern compares: with or without its year."""
        return (day.year if self.year is not None else 0, day.month, day.day)

    def own_key(self) -> tuple[int, int, int]:
        """This pattern in the same shape as `key`."""
        return (self.year or 0, self.month, self.day)

    def matches(self, day: date) -> bool:
        """Whether the day is this one."""
        return self.key(day) == self.own_key()


@dataclass(frozen=True)
class ClosingPeriod:
    """Closing period (閉庁期間): from one day to another, both included; 12-29 to 01-03 crosses the year."""

    first: DayPattern
    last: DayPattern
    name: str

    def contains(self, day: date) -> bool:
        """Whether the day lies in the period."""
        key, first, last = self.first.key(day), self.first.own_key(), self.last.own_key()
        if first <= last:
            return first <= key <= last
        return key >= first or key <= last


YEAR_END = ClosingPeriod(DayPattern(12, 29), DayPattern(1, 3), "年末年始")


@dataclass(frozen=True)
class CityCalendar:
    """Calendar of a city (市の開庁日・閉庁日). (CITY-12)

    `opening_days` are open whatever else is said of them; everything else that matches closes the day.
    Sources: 地方自治法第4条の2 and each city's 休日条例.
    """

    closed_weekdays: frozenset[int] = frozenset({5, 6})
    national_holidays: bool = True
    closing_periods: tuple[ClosingPeriod, ...] = (YEAR_END,)
    closing_days: tuple[tuple[DayPattern, str], ...] = ()
    opening_days: tuple[tuple[DayPattern, str], ...] = ()

    def reason_closed(self, day: date) -> str | None:
        """Why the office is closed on a day (土曜日, 春分の日, 年末年始), or none when it is open."""
        if any(pattern.matches(day) for pattern, _ in self.opening_days):
            return None
        if self.national_holidays and (holiday := national_holiday(day)):
            return holiday
        for pattern, name in self.closing_days:
            if pattern.matches(day):
                return name
        for period in self.closing_periods:
            if period.contains(day):
                return period.name
        if day.weekday() in self.closed_weekdays:
            return f"{WEEKDAYS[day.weekday()]}曜日"
        return None

    def is_open(self, day: date) -> bool:
        """Whether the day is a business day (開庁日)."""
        return self.reason_closed(day) is None

    def first_business_day_on_or_after(self, day: date) -> date:
        """The day itself when it is open, otherwise the next business day."""
        return self._search(day, 1)

    def last_business_day_on_or_before(self, day: date) -> date:
        """The day itself when it is open, otherwise the business day before it."""
        return self._search(day, -1)

    def add_business_days(self, day: date, n: int) -> date:
        """The n-th business day after the day (n ≥ 1); before it when n is negative; the day itself for 0."""
        step = 1 if n > 0 else -1
        for _ in range(abs(n)):
            day = self._search(day + timedelta(days=step), step)
        return day

    def _search(self, day: date, step: int) -> date:
        for _ in range(_HORIZON):
            if self.is_open(day):
                return day
            day += timedelta(days=step)
        raise ValueError("this calendar has no business day")
