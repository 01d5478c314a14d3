"""Setting words into a small box (文字組み): as large as fits, on few lines, Japanese line breaking."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signing.pades.glyphs import width_of

LARGEST, SMALLEST = 12.0, 4.0
LINE_HEIGHT = 1.22
_STEP = 0.25
_FLOOR = 1.0
_WORTH_SHRINKING = 0.7
"""Rather than break a name, letters may shrink to this part of the size at which it would be broken."""
_NOT_FIRST = "、。，．・：；？！）］｝」』】〉》ー々ゝゞァィゥェォッャュョぁぃぅぇぉっゃゅょ,.)]}:;!?"
_PIECES = re.compile(r"[A-Za-z0-9@._+:/-]+|.", re.DOTALL)


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
    """The largest setting of the lines that fits; letters too small to read rather than words cut off."""
    widths = [width_of(line, fonts, 1.0) for line in lines]
    unbroken = min(LARGEST, height / LINE_HEIGHT / len(lines), width / max(widths, default=1.0))
    broken = _broken(lines, fonts, width, height, unbroken)
    if broken is None or unbroken >= broken.size * _WORTH_SHRINKING:
        return Setting(tuple(lines), unbroken)
    return broken


def _broken(
    lines: Sequence[str], fonts: Sequence[Path], width: float, height: float, above: float
) -> Setting | None:
    """A setting with broken lines whose letters are larger than without breaking them."""
    size = LARGEST
    while size > max(above, _FLOOR):
        pieces = [piece for line in lines for piece in wrap(line, fonts, size, width)]
        setting = Setting(tuple(pieces), size)
        if setting.height <= height:
            return setting
        size -= _STEP
    return None


def wrap(text: str, fonts: Sequence[Path], size: float, width: float) -> list[str]:
    """Breaks a text into lines; never before a closing mark, within a Latin word only if it has no line."""
    lines, current, used = [], "", 0.0
    for piece in _fitting_pieces(text, fonts, size, width):
        needed = width_of(piece, fonts, size)
        if current and used + needed > width:
            carried = current[-1] if piece[0] in _NOT_FIRST and len(current) > 1 else ""
            lines.append(current.removesuffix(carried).rstrip())
            current, used = carried, width_of(carried, fonts, size)
            piece, needed = ("", 0.0) if piece.isspace() else (piece, needed)
        current, used = current + piece, used + needed
    return [*lines, current.rstrip()] if current.strip() else lines


def _fitting_pieces(text: str, fonts: Sequence[Path], size: float, width: float) -> list[str]:
    pieces = _PIECES.findall(text)
    return [part for piece in pieces for part in (piece if width_of(piece, fonts, size) > width else [piece])]
