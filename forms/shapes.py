"""Shapes of characters (字形): which installed font can draw a character with its marks and selectors, and how.

BIZ UD Mincho comes first; what it lacks (third and fourth level of JIS X 0213, variants of names) is taken from
IPAmj Mincho where that is installed.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTFont

from forms.fonts import fonts_of_names
from forms.texts import composed

VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
NEVER_DRAWN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"))
"""Categories of characters that stand for nothing by themselves, whatever a font has under their codes."""


class Place(NamedTuple):
    """Where a shape is: our name of the font, and the number of the glyph in it."""

    font: str
    glyph: int


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
        if len(rest) == 1 and is_selector(rest[0]):
            return self.variants.get((base, rest[0]))
        return self.compositions.get(tuple(self.codes.get(code, 0) for code in (base, *rest)))


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


def is_drawable(cluster: str) -> bool:
    """Whether an installed font has the shape of a cluster."""
    return unicodedata.category(cluster[0]) not in NEVER_DRAWN and place_of(cluster) is not None


def place_of(cluster: str) -> Place | None:
    """The first font that has a cluster, and its glyph there; None when no font has it."""
    return _found(cluster, fonts_of_names())


def is_ordinary(text: str) -> bool:
    """Whether the main font draws every character of a text as it stands: so it is with nearly all texts."""
    _, main = fonts_of_names()[0]
    return _ordinary_codes(main).issuperset(map(ord, text))


def is_selector(code: int) -> bool:
    """Whether a code chooses a variant of the character before it (異体字セレクタ)."""
    return any(code in codes for codes in VARIATION_SELECTORS)


def width_of(place: Place) -> float:
    """Width of a shape in thousandths of the size."""
    font = _opened(dict(fonts_of_names())[place.font])
    advance: int = font["hmtx"][font.getGlyphName(place.glyph)][0]
    return advance * 1000 / float(font["head"].unitsPerEm)


def _joins(character: str) -> bool:
    return is_selector(ord(character)) or unicodedata.category(character).startswith("M")


@lru_cache(maxsize=16384)
def _found(cluster: str, fonts: tuple[tuple[str, Path], ...]) -> Place | None:
    for name, path in fonts:
        glyph = _shapes_of(path).glyph(cluster)
        if glyph is not None:
            return Place(name, glyph)
    return None


@lru_cache(maxsize=4)
def _ordinary_codes(path: Path) -> frozenset[int]:
    known = _shapes_of(path).codes
    alone = (code for code in known if unicodedata.category(chr(code)) not in (*NEVER_DRAWN, "Mc"))
    return frozenset((ord("\n"), *alone))


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
