"""Lettering (字形の選択): each character of a text by the first font that has its shape, the rest reported.

A character with a variation selector or a combining mark has no code of its own: it is printed as one glyph
under a private code, which the finished PDF maps back to what was typed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reportlab.pdfbase import pdfmetrics

from forms.code_maps import cluster_of, private_code
from forms.fonts import MINCHO, registered_font
from forms.shapes import clusters, is_drawable, is_ordinary, place_of, width_of

__all__ = ["GETA", "Shortfall", "draw_line", "lettered", "line_width", "runs", "shortfalls"]

GETA = "〓"


@dataclass(frozen=True)
class Shortfall:
    """A character that could not be printed as it is (印字できない文字), and what stands in its place."""

    cluster: str
    printed: str

    def words(self) -> str:
        """「🚧」（U+1F6A7）…: for the note on the paper."""
        codes = " ".join(f"U+{ord(character):04X}" for character in self.cluster)
        if self.printed == GETA:
            return f"文字コード {codes} の文字は、使用した書体に字形がないため「{GETA}」と印字しました。"
        return f"文字コード {codes} の文字は、使用した書体にその異体字がないため「{self.printed}」と印字しました。"


def shortfalls(text: str) -> tuple[Shortfall, ...]:
    """What of a text cannot be printed as it was typed, each once, in order."""
    if is_ordinary(text):
        return ()
    missing = (c for c in clusters(text) if c not in "\n " and not is_drawable(c))
    return tuple(Shortfall(c, _replacement(c)) for c in dict.fromkeys(missing))


def lettered(text: str) -> str:
    """The text as it is set: private codes for clusters, a base character or 〓 for what no font has."""
    return text if is_ordinary(text) else "".join(_letter(cluster) for cluster in clusters(text))


def runs(line: str, font: str = MINCHO) -> Iterator[tuple[str, str]]:
    """A set line in pieces, each with reportlab's name of its font; `font` prints what the main font has."""
    if is_ordinary(line):
        yield from [(font, line)] if line else []
        return
    current, piece = "", ""
    for character in line:
        own = _font_of(character, font)
        if piece and own != current:
            yield current, piece
            piece = ""
        current, piece = own, piece + character
    if piece:
        yield current, piece


def line_width(line: str, font: str, size: float) -> float:
    """How wide a set line is, in points."""
    return sum(float(pdfmetrics.stringWidth(piece, name, size)) for name, piece in runs(line, font))


def draw_line(canvas: Any, x: float, y: float, line: str, font: str, size: float, gap: float = 0) -> None:
    """Print a set line from a place on, piece by piece, with so many points between two characters."""
    for name, piece in runs(line, font):
        canvas.setFont(name, size)
        canvas.drawString(x, y, piece, charSpace=gap)
        x += pdfmetrics.stringWidth(piece, name, size) + gap * len(piece)


def _replacement(cluster: str) -> str:
    base = cluster[0]
    return base if len(cluster) > 1 and is_drawable(base) else GETA


def _letter(cluster: str) -> str:
    if cluster == "\n":
        return cluster
    if not is_drawable(cluster):
        cluster = _replacement(cluster)
    return cluster if len(cluster) == 1 else _private_letter(cluster)


def _private_letter(cluster: str) -> str:
    place = place_of(cluster)
    assert place is not None
    code = private_code(cluster)
    face = pdfmetrics.getFont(registered_font(place.font)).face
    if code not in face.charToGlyph:
        face.charWidths[code] = width_of(place)
        face.charToGlyph[code] = place.glyph
    return chr(code)


def _font_of(character: str, font: str) -> str:
    """reportlab's name of the font that prints a character of a set line."""
    cluster = cluster_of(character)
    place = place_of(cluster)
    stays = place is None or (place.font == MINCHO and cluster == character)
    return font if stays or place is None else registered_font(place.font)
