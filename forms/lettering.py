"""Lettering of names (字形の選択): each character by the first font that has its shape, the rest reported.

BIZ UD Mincho comes first; what it lacks (third and fourth level of JIS X 0213, variants of names) is taken from
IPAmj Mincho where that is installed. A character with a variation selector or a combining mark has no code
of its own: it is printed as one glyph under a private code, which the finished PDF maps back to what was typed.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics

from forms.code_maps import cluster_of, private_code
from forms.fonts import MINCHO, fonts_of_names, registered_font
from forms.glyphs import GETA, VARIATION_SELECTORS
from forms.texts import composed
from forms.typesetting import TextLines

__all__ = ["LetteredLines", "Shortfall", "clusters", "lettered", "line_width", "runs", "shortfalls"]


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


@dataclass(frozen=True)
class _Shapes:
    """What a font file can draw: glyphs by code, by code with a selector, and by glyphs that are composed."""

    codes: Mapping[int, int]
    variants: Mapping[tuple[int, int], int]
    compositions: Mapping[tuple[int, ...], int]

    def glyph(self, cluster: str) -> int | None:
        """The glyph of a character, with its selector or marks, or None."""
        base, *rest = map(ord, cluster)
        if not rest:
            return self.codes.get(base)
        if len(rest) == 1 and _is_selector(rest[0]):
            return self.variants.get((base, rest[0]))
        return self.compositions.get(tuple(self.codes.get(code, 0) for code in (base, *rest)))


def shortfalls(text: str) -> tuple[Shortfall, ...]:
    """What of a text cannot be printed as it was typed, each once, in order."""
    missing = (c for c in clusters(text) if c not in "\n " and not _is_drawable(c))
    return tuple(Shortfall(c, _replacement(c)) for c in dict.fromkeys(missing))


def lettered(text: str) -> str:
    """The text as it is set: private codes for clusters, a base character or 〓 for what no font has."""
    return "".join(_letter(cluster) for cluster in clusters(text))


def clusters(text: str) -> Iterator[str]:
    """The text in characters, each with the marks and selectors that belong to it."""
    current = ""
    for character in composed(text):
        if current and current != "\n" and _joins(character):
            current += character
            continue
        if current:
            yield current
        current = character
    if current:
        yield current


def runs(line: str) -> Iterator[tuple[str, str]]:
    """A set line in pieces, each with reportlab's name of its font."""
    font, piece = "", ""
    for character in line:
        own = _font_of(character)
        if piece and own != font:
            yield font, piece
            piece = ""
        font, piece = own, piece + character
    if piece:
        yield font, piece


def line_width(line: str, font: str, size: float) -> float:
    """How wide a set line is, in points; `font` is there for the callers of reportlab's own measure."""
    return sum(float(pdfmetrics.stringWidth(piece, name, size)) for name, piece in runs(line))


class LetteredLines(TextLines):
    """A block of text in which every name keeps its characters."""

    set_text = staticmethod(lettered)
    measure = staticmethod(line_width)

    def print_line(self, x: float, y: float, line: str) -> None:
        """Print a line piece by piece, each in its font."""
        for font, piece in runs(line):
            self.canv.setFont(font, self.style.size)
            self.canv.drawString(x, y, piece)
            x += pdfmetrics.stringWidth(piece, font, self.style.size)


def _joins(character: str) -> bool:
    return _is_selector(ord(character)) or unicodedata.category(character).startswith("M")


def _is_selector(code: int) -> bool:
    return any(code in codes for codes in VARIATION_SELECTORS)


def _is_drawable(cluster: str) -> bool:
    visible = unicodedata.category(cluster[0]) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me")
    return visible and _place(cluster) is not None


def _replacement(cluster: str) -> str:
    base = cluster[0]
    return base if len(cluster) > 1 and _is_drawable(base) else GETA


def _letter(cluster: str) -> str:
    if cluster == "\n":
        return cluster
    if not _is_drawable(cluster):
        cluster = _replacement(cluster)
    return cluster if len(cluster) == 1 else _private_letter(cluster)


def _private_letter(cluster: str) -> str:
    place = _place(cluster)
    assert place is not None
    name, glyph = place
    code = private_code(cluster)
    face = pdfmetrics.getFont(registered_font(name)).face
    if code not in face.charToGlyph:
        face.charWidths[code] = _width_of(name, glyph)
        face.charToGlyph[code] = glyph
    return chr(code)


def _place(cluster: str) -> tuple[str, int] | None:
    """The font that has the cluster, and its glyph there."""
    return _found(cluster, fonts_of_names())


@lru_cache(maxsize=16384)
def _found(cluster: str, fonts: tuple[tuple[str, Path], ...]) -> tuple[str, int] | None:
    for name, path in fonts:
        glyph = _shapes_of(path).glyph(cluster)
        if glyph is not None:
            return name, glyph
    return None


def _font_of(character: str) -> str:
    """reportlab's name of the font that prints a character of a set line."""
    place = _place(cluster_of(character))
    return registered_font(place[0] if place else MINCHO)


@lru_cache(maxsize=4)
def _opened(path: Path) -> TTFont:
    return TTFont(path, lazy=True, fontNumber=0)


@lru_cache(maxsize=4)
def _shapes_of(path: Path) -> _Shapes:
    font = _opened(path)
    best = font.getBestCmap()
    codes = {code: font.getGlyphID(name) for code, name in best.items()}
    variants = {}
    for table in font["cmap"].tables:
        for selector, pairs in table.uvsDict.items() if table.format == 14 else ():
            for base, name in pairs:
                glyph = font.getGlyphID(name) if name else codes.get(base)
                if glyph is not None:
                    variants[base, selector] = glyph
    return _Shapes(codes, variants, dict(_compositions(font)))


def _compositions(font: TTFont) -> Iterator[tuple[tuple[int, ...], int]]:
    """What the font composes (feature ccmp), such as か with U+309A: the glyphs, and the one they become."""
    table = font["GSUB"].table if "GSUB" in font else None
    if table is None:
        return
    features = table.FeatureList.FeatureRecord
    lookups = {n for f in features if f.FeatureTag == "ccmp" for n in f.Feature.LookupListIndex}
    for subtable in (part for n in sorted(lookups) for part in table.LookupList.Lookup[n].SubTable):
        ligatures = getattr(getattr(subtable, "ExtSubTable", subtable), "ligatures", {})
        for first, composed_ones in ligatures.items():
            for one in composed_ones:
                names = (first, *one.Component)
                yield tuple(map(font.getGlyphID, names)), font.getGlyphID(one.LigGlyph)


def _width_of(name: str, glyph: int) -> float:
    """Width in thousandths of the size, as reportlab counts."""
    font = _opened(dict(fonts_of_names())[name])
    advance: int = font["hmtx"][font.getGlyphName(glyph)][0]
    return advance * 1000 / float(font["head"].unitsPerEm)
