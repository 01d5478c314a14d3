"""How dates, instants, money and sizes are written in Japanese, on pages and in mails alike."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from portal.clock import TOKYO
from procurement import wareki
from procurement.rules import DeadlineKind

Filter = Callable[[Any], str]
_UNITS = ("KB", "MB", "GB")
_STORED_SOURCE = re.compile(r"\b[0-9]{3}_[0-9a-f]{16}\.txt\b", re.ASCII)
"""The name under which a source document is filed; only whoever keeps the rules knows it."""
_OPEN_QUESTION = re.compile(r"（AMB-[0-9]+）", re.ASCII)
"""The number of an open question about a rule; only whoever keeps the rules knows it."""


def seireki_date(day: date) -> str:
    """2026年5月7日（木）; of an instant its date in Japan."""
    return wareki.format_seireki(_day(day))


def short_date(day: date) -> str:
    """2026/05/07（木）, for tables; of an instant its date in Japan."""
    own = _day(day)
    return f"{own:%Y/%m/%d}（{wareki.weekday_of(own)}）"


def wareki_date(day: date) -> str:
    """令和8年5月7日; of an instant its date in Japan."""
    return wareki.format_wareki(_day(day))


def instant(at: datetime) -> str:
    """2026年5月7日（木）14時05分, in Japan's time."""
    local = at.astimezone(TOKYO)
    return f"{wareki.format_seireki(local.date())}{local.hour}時{local.minute:02}分"


def to_the_second(at: datetime) -> str:
    """2026年5月7日（木）14時05分09秒, for receipts (FORM-C02)."""
    return f"{instant(at)}{at.astimezone(TOKYO).second:02}秒"


def url_expiry(at: datetime) -> str:
    """2026/05/07 (木) 14:05, as signing services print the life of a link (SIGN-21)."""
    local = at.astimezone(TOKYO)
    return f"{local:%Y/%m/%d} ({wareki.weekday_of(local.date())}) {local:%H:%M}"


def short_instant(at: datetime) -> str:
    """2026/05/07（木）14:05, for tables."""
    return f"{short_date(at)}{at.astimezone(TOKYO):%H:%M}"


def due_words(deadline: Any) -> str:
    """2026年5月7日（木） 正午まで: the day of a deadline, with its time unless the whole day is in time."""
    clock = deadline.due_at.astimezone(TOKYO).time()
    at = "" if (clock.hour, clock.minute) == (23, 59) else f" {wareki.format_clock(clock)}"
    return f"{seireki_date(deadline.due_on)}{at}まで"


def deadline_kind(kind: str) -> str:
    """What a deadline asks for (利用申請書の提出期限, 契約締結期限)."""
    return DeadlineKind(kind).label


def source_words(source: str) -> str:
    """Where a rule stands, for a reader: the heading as it is, a stored file as 市の案内資料, no numbers of questions."""
    return _OPEN_QUESTION.sub("", _STORED_SOURCE.sub("市の案内資料", source))


def yen(amount: int) -> str:
    """1,234,567円."""
    return f"{amount:,}円"


def file_size(size: int) -> str:
    """File size in the unit that reads best, 1 KB being 1,024 bytes."""
    if size < 1024:
        return f"{size}バイト"
    scaled = float(size)
    for unit in _UNITS:
        scaled /= 1024
        if scaled < 1024 or unit == _UNITS[-1]:
            break
    return f"{scaled:,.1f}".removesuffix(".0") + f" {unit}"


def _day(day: date) -> date:
    return day.astimezone(TOKYO).date() if isinstance(day, datetime) else day


def _or_blank(render: Filter) -> Filter:
    def filled(value: Any) -> str:
        return "" if value is None else render(value)

    return filled


_NAMED: dict[str, Filter] = {
    "date": seireki_date,
    "short_date": short_date,
    "wareki": wareki_date,
    "instant": instant,
    "to_the_second": to_the_second,
    "url_expiry": url_expiry,
    "short_instant": short_instant,
    "deadline_kind": deadline_kind,
    "due": due_words,
    "source": source_words,
    "yen": yen,
    "filesize": file_size,
}
FILTERS = {name: _or_blank(render) for name, render in _NAMED.items()}
"""Jinja filters by name; what is not there (None) becomes an empty text."""
