"""Calendar of deadlines (期限カレンダー): one month as a grid, closed days grey, due days marked and named."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from portal.pictures.svg import element, picture

WEEKDAYS = "日月火水木金土"
CELL_WIDTH, CELL_HEIGHT = 78, 56
HEAD = 52
LABEL_CHARACTERS = 6


@dataclass(frozen=True)
class DueDay:
    """A day on which something is due, with its words."""

    due_on: date
    text: str


def months_of(due_days: Iterable[DueDay], today: date, most: int = 3) -> list[date]:
    """First days of the months worth drawing: this one, and those in which something is due."""
    firsts = {today.replace(day=1)} | {day.due_on.replace(day=1) for day in due_days}
    return sorted(firsts)[:most]


def month_calendar(
    month: date, due_days: Sequence[DueDay], today: date, is_closed: Callable[[date], bool]
) -> Markup:
    """One month as SVG; its words name the due days, a table stands behind it in the component."""
    weeks = Calendar(firstweekday=6).monthdatescalendar(month.year, month.month)
    named = _named(due_days)
    parts = [element("text", "calendar__title", f"{month.year}年{month.month}月", x=4, y=20)]
    for column, weekday in enumerate(WEEKDAYS):
        middle = (column + 0.5) * CELL_WIDTH
        parts.append(
            element("text", "calendar__weekday", weekday, x=middle, y=HEAD - 8, text_anchor="middle")
        )
    for row, week in enumerate(weeks):
        for column, day in enumerate(week):
            if day.month == month.month:
                x, y = column * CELL_WIDTH, HEAD + row * CELL_HEIGHT
                parts += _day(day, x, y, named.get(day), today == day, is_closed(day))
    return picture(
        7 * CELL_WIDTH + 2, HEAD + len(weeks) * CELL_HEIGHT + 2, *parts, words=_words(month, due_days)
    )


def _day(day: date, x: float, y: float, due: str | None, is_today: bool, closed: bool) -> list[Markup]:
    parts = []
    if closed:
        parts.append(
            element(
                "rect", "calendar__closed", x=x + 1, y=y + 1, width=CELL_WIDTH - 2, height=CELL_HEIGHT - 2
            )
        )
    parts.append(
        element("rect", "calendar__grid", x=x + 0.5, y=y + 0.5, width=CELL_WIDTH, height=CELL_HEIGHT)
    )
    css = "calendar__day" + (" calendar__day--closed" if closed else "")
    if due:
        parts.append(element("rect", "calendar__due", x=x + 5, y=y + 5, width=28, height=22, rx=4))
        parts.append(element("text", "calendar__label", _short(due), x=x + 5, y=y + 46))
        css = "calendar__day calendar__due-day"
    parts.append(element("text", css, str(day.day), x=x + 19, y=y + 21, text_anchor="middle"))
    if is_today:
        parts.append(
            element("rect", "calendar__today", x=x + 2, y=y + 2, width=CELL_WIDTH - 3, height=CELL_HEIGHT - 3)
        )
        parts.append(
            element("text", "calendar__label", "今日", x=x + CELL_WIDTH - 8, y=y + 20, text_anchor="end")
        )
    return parts


def _named(due_days: Sequence[DueDay]) -> dict[date, str]:
    """What stands in a day's cell: the one thing due, or how many."""
    per_day: dict[date, list[str]] = {}
    for day in due_days:
        per_day.setdefault(day.due_on, []).append(day.text)
    return {on: texts[0] if len(texts) == 1 else f"期限{len(texts)}件" for on, texts in per_day.items()}


def _short(text: str) -> str:
    return text if len(text) <= LABEL_CHARACTERS else text[: LABEL_CHARACTERS - 1] + "…"


def _words(month: date, due_days: Sequence[DueDay]) -> str:
    here = [day for day in due_days if (day.due_on.year, day.due_on.month) == (month.year, month.month)]
    days = "、".join(f"{day.due_on.day}日 {day.text}" for day in sorted(here, key=lambda day: day.due_on))
    return f"{month.year}年{month.month}月のカレンダー。期限：{days or 'なし'}"
