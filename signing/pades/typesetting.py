"""Setting words into a small box (文字組み): as large as fits, on few lines, Japanese line breaking."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signing.pades.glyphs import width_of

LARGEST, SMALLEST = 12.0, 4.0
LINE_HEIGHT = 1.22
TIED = "\u00a0"
"""A space at which no line is broken, e.g. between family name and given name."""
_STEP = 0.25
_FLOOR = 1.0
_WORTH_SHRINKING = 0.6
"""Rather than break a name, letters may shrink to this part of the size at which it would be broken."""
_NOT_FIRST = "、。，．・：；？！）］｝」』】〉》ー々ゝゞァィゥェォッャュョぁぃぅぇぉっゃゅょ,.)]}:;!?"
_WORDS = re.compile(r"[A-Za-z0-9@._+:/&-]+|.", re.DOTALL)


@dataclass(frozen=True)
class Setting:
    """Lines as they are drawn, and the size of their letters in points."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LINE_HEIGHT

    @property
    def is_legible(self) -> bool:
        """Whether the letters are not smaller than what can be read on paper."""
        return self.size >= SMALLEST


def set_lines(lines: Sequence[str], fonts: Sequence[Path], width: float, height: float) -> Setting:
    """The best setting that fits: unbroken lines, else broken at spaces, else anywhere, if that is much larger.

    Letters too small to read rather than words cut off.
    """
    widest = max((width_of(line, fonts, 1.0) for line in lines), default=1.0)
    size = min(LARGEST, height / LINE_HEIGHT / max(1, len(lines)), width / max(widest, 0.1))
    settings = [Setting(tuple(lines), size)]
    for anywhere in (False, True):
        if found := _broken(lines, fonts, (width, height), anywhere, settings[-1].size):
            settings.append(found)
    largest = max(setting.size for setting in settings)
    least = max(largest * _WORTH_SHRINKING, min(largest, SMALLEST))
    return next(setting for setting in settings if setting.size >= least)


def _broken(
    lines: Sequence[str], fonts: Sequence[Path], area: tuple[float, float], anywhere: bool, above: float
) -> Setting | None:
    """A setting with broken lines, if its letters are larger than `above`."""
    size = LARGEST
    while size > max(above, _FLOOR):
        broken = [wrap(line, fonts, size, area[0], anywhere=anywhere) for line in lines]
        setting = Setting(tuple(piece for line in broken if line for piece in line), size)
        if all(line is not None for line in broken) and setting.height <= area[1]:
            return setting
        size -= _STEP
    return None


def wrap(
    text: str, fonts: Sequence[Path], size: float, width: float, *, anywhere: bool = True
) -> list[str] | None:
    """Breaks a text at its spaces; a word that has no room on a line is broken, or nothing is given back.

    Never before a closing mark; within a Latin word only where it fills a line alone.
    """
    lines, current, used = [], "", 0.0
    for piece in _pieces(text, fonts, size, width):
        needed = width_of(piece, fonts, size)
        if needed > width or (not anywhere and _is_part(piece, text)):
            return None
        if current and used + needed > width:
            carried = _carried(current) if piece[0] in _NOT_FIRST else ""
            lines.append(current.removesuffix(carried).rstrip(" "))
            current, used = carried, width_of(carried, fonts, size)
            piece, needed = ("", 0.0) if piece == " " else (piece, needed)
        current, used = current + piece, used + needed
    return [*lines, current.rstrip(" ")] if current.strip() else lines


def _carried(line: str) -> str:
    """What goes over to the next line with a closing mark: the last character that may stand first."""
    for start in range(len(line) - 1, 0, -1):
        if line[start] not in _NOT_FIRST:
            return line[start:]
    return ""


def _pieces(text: str, fonts: Sequence[Path], size: float, width: float) -> list[str]:
    """What stays together: what stands between spaces; where that is too long, its words and characters."""
    pieces: list[str] = []
    for part in re.split("( )", text):
        if width_of(part, fonts, size) <= width:
            pieces += [part] if part else []
            continue
        for word in _WORDS.findall(part):
            pieces += word if width_of(word, fonts, size) > width else [word]
    return pieces


def _is_part(piece: str, text: str) -> bool:
    return piece != " " and piece not in text.split(" ")
