"""Japanese lines of text (行組み): broken by width with 禁則, printed letter by letter as typed.

reportlab's own paragraphs fold repeated and ideographic spaces, which changes what a person typed; these
flowables print every character.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable

from forms.fonts import fonts_of_names
from forms.lettering import draw_line, lettered, line_width

NOT_AT_LINE_START = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー）〕］｝〉》」』】°′″℃％‰,.)]}!?:;ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
)
NOT_AT_LINE_END = frozenset("（〔［｛〈《「『【([{￥＄¥$")
LONGEST_WORD = 24

__all__ = ["TA_CENTER", "TA_LEFT", "TA_RIGHT", "SpreadLabel", "TextLines", "TextStyle", "broken_lines"]


@dataclass(frozen=True)
class TextStyle:
    """How lines look: font, size and leading in points, alignment, indents, space around."""

    font: str
    size: float
    leading: float
    align: int = TA_LEFT
    first_indent: float = 0
    hanging_indent: float = 0
    space_before: float = 0
    space_after: float = 0


def _units(text: str) -> list[str]:
    """What a line may be broken between: single Japanese characters, short words of Latin letters."""
    units: list[str] = []
    for character in text:
        latin = character.isascii() and not character.isspace()
        previous = units[-1] if units else ""
        joins = latin and previous[-1:].isascii() and not previous[-1:].isspace()
        if (joins and previous and len(previous) < LONGEST_WORD) or _sticks(previous, character):
            units[-1] += character
        else:
            units.append(character)
    return units


def _sticks(previous: str, character: str) -> bool:
    if not previous or len(previous) > LONGEST_WORD:
        return False
    return character in NOT_AT_LINE_START or previous[-1] in NOT_AT_LINE_END


def broken_lines(text: str, style: TextStyle, width: float) -> list[str]:
    """The lines of a set text (see `lettered`) within a width; line ends in the text are kept."""
    return list(_broken_lines(text, style, width, (fonts_of_names(), pdfmetrics.getFont(style.font))))


@lru_cache(maxsize=2048)
def _broken_lines(text: str, style: TextStyle, width: float, _fonts: object) -> tuple[str, ...]:
    """Kept, for contracts repeat the same conditions; the fonts decide how wide a text is."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, room = "", width - style.first_indent
        for unit in _units(paragraph):
            for piece in _pieces(unit, style, width - style.hanging_indent):
                if line and line_width(line + piece, style.font, style.size) > room:
                    lines.append(line)
                    line, room = "", width - style.hanging_indent
                line += piece
        lines.append(line)
    return tuple(lines)


def _pieces(unit: str, style: TextStyle, width: float) -> list[str]:
    if line_width(unit, style.font, style.size) <= width:
        return [unit]
    return list(unit)


class TextLines(Flowable):  # type: ignore[misc]
    """A block of text (本文): broken into lines, may be split between pages."""

    def __init__(
        self, text: str, style: TextStyle, lines: list[str] | None = None, keep_with_next: bool = False
    ) -> None:
        super().__init__()
        self.keepWithNext = keep_with_next
        self.source, self.text = text, lettered(text)
        self.style = style
        self._given = lines
        self._lines: list[str] = []
        self.width: float = 0

    def getSpaceBefore(self) -> float:
        """Points left free above."""
        return self.style.space_before

    def getSpaceAfter(self) -> float:
        """Points left free below."""
        return self.style.space_after

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Break the lines for this width."""
        if not self._lines or self.width != available_width:
            self.width = available_width
            self._lines = self._given or broken_lines(self.text, self.style, available_width)
        self.height = len(self._lines) * self.style.leading
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Any]:
        """Two blocks, the first of which fits the height; nothing when it need not or cannot be split."""
        self.wrap(available_width, available_height)
        fitting = int(available_height // self.style.leading)
        if fitting < 2 or fitting >= len(self._lines):
            return []
        first = type(self)(self.source, self.style, self._lines[:fitting])
        rest = type(self)(self.source, _continued(self.style), self._lines[fitting:])
        return [first, rest]

    def draw(self) -> None:
        """Print the lines, each with its indent and alignment."""
        style = self.style
        self.canv.setFont(style.font, style.size)
        for number, line in enumerate(self._lines):
            y = (
                self.height
                - (number + 1) * style.leading
                + (style.leading - style.size) / 2
                + style.size * 0.14
            )
            indent = style.first_indent if number == 0 else style.hanging_indent
            room = self.width - line_width(line, style.font, style.size)
            x = {TA_CENTER: room / 2, TA_RIGHT: room}.get(style.align, indent)
            draw_line(self.canv, x, y, line, style.font, style.size)


def _continued(style: TextStyle) -> TextStyle:
    return TextStyle(
        style.font,
        style.size,
        style.leading,
        style.align,
        style.hanging_indent,
        style.hanging_indent,
        0,
        style.space_after,
    )


class SpreadLabel(Flowable):  # type: ignore[misc]
    """A label spread over its width (均等割付), as papers print 住　　所; broken when too long."""

    def __init__(self, text: str, style: TextStyle) -> None:
        super().__init__()
        self.text = lettered(text)
        self.style = style

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """One line of the width that there is, or several when the label is longer."""
        self.width = available_width
        self._lines = broken_lines(self.text, self.style, available_width)
        self.height = self.style.leading * len(self._lines)
        return self.width, self.height

    def draw(self) -> None:
        """Print the label with equal gaps between its characters."""
        style = self.style
        self.canv.setFont(style.font, style.size)
        for number, line in enumerate(self._lines):
            y = (
                self.height
                - (number + 1) * style.leading
                + (style.leading - style.size) / 2
                + style.size * 0.14
            )
            room = self.width - line_width(line, style.font, style.size)
            gap = room / (len(line) - 1) if len(self._lines) == 1 and len(line) > 1 else 0
            draw_line(self.canv, 0, y, line, style.font, style.size, min(gap, style.size * 2.5))
