"""Bars (棒グラフ): a few amounts side by side, each with its name and its number in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal.pictures.svg import element, picture

NAME_WIDTH, BAR_WIDTH, VALUE_WIDTH = 150, 280, 110
ROW, THICK = 34, 18


@dataclass(frozen=True)
class Bar:
    """One bar: name, amount, the amount in words (「12日」), and whether it is over its limit."""

    name: str
    amount: float
    words: str
    is_late: bool = False


def bars(rows: Sequence[Bar], title: str) -> Markup:
    """Horizontal bars from one base line; the longest takes the whole width."""
    longest = max((row.amount for row in rows), default=0) or 1
    height = ROW * len(rows) + 8
    parts = [element("path", "bars__base", d=f"M{NAME_WIDTH} 0V{height}")]
    for index, row in enumerate(rows):
        parts += _bar(row, index * ROW + 4, BAR_WIDTH * max(row.amount, 0) / longest)
    words = f"{title}。" + "、".join(f"{row.name} {row.words}" for row in rows)
    return picture(NAME_WIDTH + BAR_WIDTH + VALUE_WIDTH, height, *parts, words=words)


def _bar(row: Bar, top: float, length: float) -> list[Markup]:
    css = "bars__bar bars__bar--late" if row.is_late else "bars__bar"
    line = top + ROW / 2 + 1
    words = f"{row.words}（超過）" if row.is_late else row.words
    return [
        element("text", "bars__name", row.name, x=NAME_WIDTH - 10, y=line, text_anchor="end"),
        element("rect", css, x=NAME_WIDTH, y=top + (ROW - THICK) / 2 - 4, width=length, height=THICK),
        element("text", "bars__value", words, x=NAME_WIDTH + length + 8, y=line),
    ]
