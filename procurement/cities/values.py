"""Single values as files write them (値の読み取り): dates, days of every year, clock times; None where unreadable."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from procurement.business_days import DayPattern
from procurement.errors import RuleViolation
from procurement.wareki import parse_date

_MONTH_DAY = re.compile(r"(\d{1,2})(?:[-/]|月)(\d{1,2})日?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_LEAP_YEAR = 2024


def read_day(value: Any) -> date | None:
    """A TOML date, or a text such as "2026-03-01" or "令和8年3月1日"."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        return parse_date(value)
    except RuleViolation:
        return None


def read_pattern(value: Any) -> DayPattern | None:
    """A day of one year (a date) or of every year ("12-29", "12月29日")."""
    if isinstance(value, str) and (found := _MONTH_DAY.fullmatch(value.strip())):
        month, day = int(found[1]), int(found[2])
        try:
            date(_LEAP_YEAR, month, day)
        except ValueError:
            return None
        return DayPattern(month, day)
    known = read_day(value)
    return DayPattern(known.month, known.day, known.year) if known else None


def read_clock(value: Any) -> time | None:
    """A time of day: "12:00", or a TOML time."""
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        hour, minute, second = (int(part) for part in found.groups(default="0"))
        return time(hour, minute, second)
    except ValueError:
        return None


def shown(value: Any) -> str:
    """The value as the file writes it, shortened, for a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value[:40]}"'
    if isinstance(value, Mapping):
        return "表"
    if isinstance(value, list):
        if any(isinstance(item, Mapping) for item in value):
            return "表の並び"
        return f"[{', '.join(shown(item) for item in value)}]"[:60]
    return str(value)[:60]
