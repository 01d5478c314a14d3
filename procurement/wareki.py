"""Japanese era dates (和暦), both ways: read as people write them, written as papers print them.

Eras begin on a day, not on a year: 平成31年4月30日 is followed by 令和元年5月1日, and a date outside
its era is refused rather than silently corrected.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from procurement.errors import RuleViolation

JST = ZoneInfo("Asia/Tokyo")
WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class Era:
    """Era (元号): its name, its letter, and its first day."""

    name: str
    letter: str
    first_day: date


ERAS = (
    Era("明治", "M", date(1868, 10, 23)),
    Era("大正", "T", date(1912, 7, 30)),
    Era("昭和", "S", date(1926, 12, 25)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("令和", "R", date(2019, 5, 1)),
)

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
_REST = r"\s*(?:年|[./-])\s*(?P<month>\d{1,2})\s*(?:月|[./-])\s*(?P<day>\d{1,2})\s*日?"
_WEEKDAY = rf"\s*(?:\(\s*(?P<weekday>[{WEEKDAYS}])(?:曜日?)?\s*\))?"
_ERA_NAMES = "|".join(era.name for era in ERAS)
_ERA_DATE = re.compile(rf"(?P<era>{_ERA_NAMES}|[MTSHRmtshr])\s*(?P<year>元|\d{{1,2}}){_REST}{_WEEKDAY}")
_WESTERN_DATE = re.compile(rf"(?P<year>\d{{4}}){_REST}{_WEEKDAY}")
_COMPACT_DATE = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?P<weekday>)")


def parse_date(text: str) -> date:
    """Read a date (日付) in the Japanese or the western calendar, full-width or not.

    Takes 令和8年5月7日, 令和元年5月1日, R8.5.7, ㋿8/5/7, 2026年5月7日（木）, 2026-05-07, 20260507.
    Raises RuleViolation for anything else, for a day outside its era, and for a wrong weekday.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    if found := _ERA_DATE.fullmatch(folded):
        day = _era_date(found, text)
    elif found := _WESTERN_DATE.fullmatch(folded) or _COMPACT_DATE.fullmatch(folded):
        day = _calendar_date(int(found["year"]), found, text)
    else:
        raise _refused(text, "日付として読めません")
    if found["weekday"] and found["weekday"] != weekday_of(day):
        raise _refused(text, f"曜日が違います（{format_seireki(day)}です）")
    return day


def _era_date(found: re.Match[str], text: str) -> date:
    era = next(e for e in ERAS if found["era"].upper() in (e.name, e.letter))
    year = 1 if found["year"] == "元" else int(found["year"])
    if year == 0:
        raise _refused(text, "0年はありません")
    day = _calendar_date(era.first_day.year + year - 1, found, text)
    if era_of(day) != era:
        raise _refused(text, f"{era.name}にない日です")
    return day


def _calendar_date(year: int, found: re.Match[str], text: str) -> date:
    try:
        return date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        raise _refused(text, "暦にない日です") from None


def _refused(text: str, why: str) -> RuleViolation:
    return RuleViolation(
        "date.unreadable",
        f"「{text}」は{why}。",
        remedy="「令和8年5月7日」「R8.5.7」「2026-05-07」のように入力してください。",
    )


def era_of(day: date) -> Era | None:
    """The era (元号) of a day, or none before 明治."""
    return next((era for era in reversed(ERAS) if era.first_day <= day), None)


def weekday_of(day: date) -> str:
    """Weekday (曜日) as one character: 月火水木金土日."""
    return WEEKDAYS[day.weekday()]


def format_wareki(day: date) -> str:
    """令和8年5月7日; the first year of an era is 元年."""
    era = era_of(day)
    if era is None:
        raise RuleViolation("date.before_eras", f"{day.isoformat()}は和暦で表せません。")
    year = day.year - era.first_day.year + 1
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def format_wareki_weekday(day: date) -> str:
    """令和8年5月7日（木）."""
    return f"{format_wareki(day)}（{weekday_of(day)}）"


def format_seireki(day: date) -> str:
    """2026年5月7日（木）."""
    return f"{day.year}年{day.month}月{day.day}日（{weekday_of(day)}）"


def format_clock(clock: time) -> str:
    """Time of day (時刻) in words: 正午, 17時, 17時15分, 23時59分."""
    if clock == time(12, 0):
        return "正午"
    return f"{clock.hour}時{clock.minute}分" if clock.minute else f"{clock.hour}時"


def jst_date(at: datetime) -> date:
    """The legal date (日本の日付) of an instant; the instant must be aware."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(JST).date()
