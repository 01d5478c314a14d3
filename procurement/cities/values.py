"""Single values as files write them (値の読み取り): numbers, shares, dates, days of every year, clock times.

Each reader gives None where the value cannot be read.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from procurement.business_days import DayPattern
from procurement.errors import RuleViolation
from procurement.numbers import parse_yen
from procurement.wareki import parse_date

_MONTH_DAY = re.compile(r"(\d{1,2})(?:[-/]|月)(\d{1,2})日?")
_CLOCK = re.compile(r"(午前|午後)?(\d{1,2})(?::|時)(?:(\d{1,2})分?)?(?::(\d{2}))?(?:まで)?")
_PARTS = re.compile(r"(?P<whole>\d+)分の(?P<part>\d+)")
_SHARE = re.compile(r"(?P<part>\d+)(?:%|(?P<tenths>割)|/(?P<whole>\d+))?")
_LEAP_YEAR = 2024
_LAST_SECOND = time(23, 59, 59)


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
    if isinstance(value, str) and (found := _MONTH_DAY.fullmatch(_folded(value))):
        month, day = int(found[1]), int(found[2])
        try:
            date(_LEAP_YEAR, month, day)
        except ValueError:
            return None
        return DayPattern(month, day)
    known = read_day(value)
    return DayPattern(known.month, known.day, known.year) if known else None


def read_number(value: Any) -> int | None:
    """A whole number: 1300000, or a text such as "1,300,000円", "130万円", "1億5千万円", "7日"."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return parse_yen(value.strip().rstrip("日年")) if isinstance(value, str) else None
    except RuleViolation:
        return None


def read_percent(value: Any) -> int | None:
    """A share in whole percent: 40, or a text such as "40%", "4割", "10分の4", "40/100"."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = _folded(value) if isinstance(value, str) else ""
    found = _PARTS.fullmatch(text) or _SHARE.fullmatch(text)
    if found is None:
        return None
    given = found.groupdict()
    whole = 10 if given.get("tenths") else int(given["whole"] or 100)
    percent, rest = divmod(int(given["part"]) * 100, whole) if whole else (0, 1)
    return None if rest else percent


def read_clock(value: Any) -> time | None:
    """A time of day: "12:00", "正午", "17時15分", "午後5時", or a TOML time; "24:00" is the last second of the day."""
    if isinstance(value, time):
        return value.replace(microsecond=0)
    text = _folded(value) if isinstance(value, str) else ""
    found = _CLOCK.fullmatch("12:00" if text in ("正午", "正午まで") else text)
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[1:])
    if found[1] and hour > 12:
        return None
    hour += 12 if found[1] == "午後" and hour < 12 else 0
    if (hour, minute, second) == (24, 0, 0):
        return _LAST_SECOND
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def _folded(text: str) -> str:
    """Without the differences that mean nothing: width and spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


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
