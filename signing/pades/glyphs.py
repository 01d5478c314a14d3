"""Characters and fonts (字形): which of the fonts can draw what, and what none of them can.

A seal shows the name of a person. A box in its place would be another name, so what cannot be drawn is said
before anything is sent.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from signing.errors import SetupRequired

GETA = "〓"
"""下駄: the printers' mark for a type that is missing; for words that nobody could check beforehand."""


def registered(path: Path) -> str:
    """The name under which reportlab knows a font; read from the disk once per process."""
    name = f"warifu-{path.stem}"
    if name not in pdfmetrics.getRegisteredFontNames():
        try:
            pdfmetrics.registerFont(TTFont(name, str(path)))
        except (TTFError, OSError) as error:
            raise SetupRequired(
                f"フォント {path} を使えません。",
                remedy="Debianの fonts-morisawa-bizud-mincho を入れるか、フォントの場所を設定してください。",
            ) from error
    return name


def undrawable(text: str, fonts: Sequence[Path]) -> tuple[str, ...]:
    """Characters of the text that none of the fonts can draw, each once, in order."""
    names = [registered(font) for font in fonts]
    return tuple(dict.fromkeys(c for c in text.replace("\u00a0", " ") if _font_of(c, names) is None))


def runs(text: str, fonts: Sequence[Path]) -> list[tuple[str, str]]:
    """The text in pieces, each with the font (reportlab's name) that draws it; 〓 for what none can draw."""
    names = [registered(font) for font in fonts]
    pieces: list[tuple[str, str]] = []
    for character in text.replace("\u00a0", " "):
        font = _font_of(character, names)
        if font is None and unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
            continue
        drawn, font = (character, font) if font else (GETA, names[0])
        if pieces and pieces[-1][0] == font:
            pieces[-1] = (font, pieces[-1][1] + drawn)
        else:
            pieces.append((font, drawn))
    return pieces


def width_of(text: str, fonts: Sequence[Path], size: float) -> float:
    """How wide a text is, in points."""
    return size * sum(_advance(character, tuple(fonts)) for character in text)


@lru_cache(maxsize=4096)
def _advance(character: str, fonts: tuple[Path, ...]) -> float:
    return sum(float(pdfmetrics.stringWidth(piece, font, 1.0)) for font, piece in runs(character, fonts))


def _font_of(character: str, names: Sequence[str]) -> str | None:
    is_visible = unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me")
    code = ord(character)
    known = (name for name in names if code in pdfmetrics.getFont(name).face.charToGlyph)
    return next(known, None) if is_visible else None
