"""Bars on a calendar (工程表の横棒): one line for each work, months and thirds of months (旬) above."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reportlab.lib import colors
from reportlab.platypus import Flowable

from forms.lettering import draw_line, lettered, line_width
from forms.official.styles import PaperStyles
from forms.ruling import LINE, MM
from forms.typesetting import broken_lines
from procurement.wareki import format_wareki

LABEL_SHARE = 0.3
BAR = colors.Color(0.2, 0.2, 0.2)
FAINT = colors.Color(0.7, 0.7, 0.7)
MOST_MONTHS_NAMED = 14
MOST_MONTHS_RULED = 60


@dataclass(frozen=True)
class Bar:
    """One work: its words, first and last day."""

    label: str
    start: date
    end: date


class BarChartLines(Flowable):  # type: ignore[misc]
    """The chart; it breaks between lines when a page is full, and the calendar is drawn again."""

    def __init__(
        self, bars: tuple[Bar, ...], first: date, last: date, styles: PaperStyles, width: float
    ) -> None:
        super().__init__()
        self.bars, self.first, self.last = bars, first, last
        self.styles, self.width = styles, width
        self.line = max(styles.text.leading * 1.6, 7 * MM * styles.scale)
        self.head = 2 * styles.text.leading

    @classmethod
    def of(
        cls, rows: Iterable[tuple[str, object, object]], styles: PaperStyles, width: float
    ) -> "BarChartLines | None":
        """A chart of the rows that have both days; None when there is nothing to draw."""
        bars = tuple(
            Bar(label, start, end)
            for label, start, end in rows
            if isinstance(start, date) and isinstance(end, date) and start <= end
        )
        if not bars:
            return None
        first = min(bar.start for bar in bars).replace(day=1)
        last = _month_after(max(bar.end for bar in bars)) - timedelta(days=1)
        return cls(bars, first, last, styles, width)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Its width is given; its height follows from the number of works."""
        self.height = self.head + self.line * len(self.bars)
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Any]:
        """As many works as fit, and the rest."""
        fitting = int((available_height - self.head) // self.line)
        if fitting < 1 or fitting >= len(self.bars):
            return []
        parts = (self.bars[:fitting], self.bars[fitting:])
        return [BarChartLines(part, self.first, self.last, self.styles, self.width) for part in parts]

    def draw(self) -> None:
        """Calendar, lines, words and bars."""
        self._draw_calendar()
        for number, bar in enumerate(self.bars):
            self._draw_bar(bar, self.height - self.head - (number + 1) * self.line)
        self.canv.setStrokeColor(colors.black)
        self.canv.setLineWidth(LINE)
        self.canv.rect(0, 0, self.width, self.height)
        self.canv.line(self._left, 0, self._left, self.height)

    @property
    def _left(self) -> float:
        return self.width * LABEL_SHARE

    def _x(self, day: date) -> float:
        days = (self.last - self.first).days + 1
        return self._left + (self.width - self._left) * (day - self.first).days / days

    def _draw_calendar(self) -> None:
        style, canvas = self.styles.note, self.canv
        canvas.setFont(style.font, style.size)
        canvas.drawString(2 * MM, self.height - self.head / 2 - style.size / 3, "工種・工程")
        months = list(_months(self.first, self.last))
        step = -(-len(months) // MOST_MONTHS_NAMED)
        for number, month in enumerate(months):
            x, right = self._x(month), self._x(min(_month_after(month), self.last + timedelta(days=1)))
            if number % step == 0 or len(months) <= MOST_MONTHS_RULED:
                canvas.setStrokeColor(FAINT)
                canvas.setLineWidth(LINE / 2)
                canvas.line(x, 0, x, self.height - self.head / 2)
            if number % step == 0:
                canvas.drawCentredString((x + right) / 2, self.height - self.head * 0.82, f"{month.month}月")
        for x, words in self._years(months):
            canvas.drawString(x, self.height - self.head * 0.4, words)

    def _years(self, months: list[date]) -> list[tuple[float, str]]:
        """Where each year is named; one that would stand on another gives way, the first month's before all."""
        style = self.styles.note
        named: list[tuple[float, str]] = []
        starts = [month for month in months if month == months[0] or month.month == 1]
        for month in starts:
            x, words = self._x(month) + 1, format_wareki(month).split("年")[0] + "年"
            end = named[-1][0] + line_width(named[-1][1], style.font, style.size) if named else 0.0
            if x < end and month in starts[1:2] and starts[0].month != 1:
                named, end = [], 0.0
            if end <= x <= self.width - line_width(words, style.font, style.size):
                named.append((x, words))
        return named

    def _draw_bar(self, bar: Bar, bottom: float) -> None:
        style, canvas = self.styles.note, self.canv
        canvas.setStrokeColor(FAINT)
        canvas.setLineWidth(LINE / 2)
        canvas.line(0, bottom + self.line, self.width, bottom + self.line)
        lines = broken_lines(lettered(bar.label), style, self._left - 3 * MM)
        height = bottom + (self.line - style.size) / 2 + style.size * 0.14
        draw_line(canvas, 2 * MM, height, lines[0], style.font, style.size)
        canvas.setFillColor(BAR)
        right = self._x(bar.end + timedelta(days=1))
        canvas.rect(
            self._x(bar.start), bottom + self.line * 0.34, right - self._x(bar.start), self.line * 0.32, 0, 1
        )
        canvas.setFillColor(colors.black)


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _months(first: date, last: date) -> Iterable[date]:
    month = first
    while month <= last:
        yield month
        month = _month_after(month)
