"""Fonts of forms (入力欄のフォント): whether one that a program wrote anew draws the same letters.

Acrobat and others write the standard fonts of a form again whenever they sign. A shadow attack does the same with
a font that draws other letters.
"""

from collections.abc import Iterator
from typing import Any

from fontTools.agl import UV2AGL
from pyhanko.pdf_utils import generic

from signing.pades.objects import entry, follow, name

_ENCODINGS = frozenset({"", "/StandardEncoding", "/WinAnsiEncoding", "/MacRomanEncoding", "/PDFDocEncoding"})
_DEPTH = 20
_OWN_NAMES = {39: {"/quotesingle", "/quoteright"}, 96: {"/grave", "/quoteleft"}}
"""The two printable codes at which the usual encodings differ."""


def is_same_font(old: Any, new: Any) -> bool:
    """Whether two fonts (or references to them) are equal, or the same standard font with ordinary letters."""
    before, after = follow(old), follow(new)
    return _is_equal(before, after, 0) or (
        _is_standard(before) and _is_standard(after, name(before, "/BaseFont"))
    )


def _is_standard(font: Any, base: str = "") -> bool:
    """A font that the viewer brings along, by its name, whose printable characters stand in their places."""
    if not isinstance(font, generic.DictionaryObject) or name(font, "/Subtype") != "/Type1":
        return False
    if any(key in font for key in ("/FontDescriptor", "/Widths", "/ToUnicode")):
        return False
    encoding = entry(font, "/Encoding")
    if isinstance(encoding, generic.DictionaryObject):
        is_usual = all(_is_ordinary(code, glyph) for code, glyph in _differences(encoding))
    else:
        is_usual = name(font, "/Encoding") in _ENCODINGS
    return (
        is_usual and name(font, "/BaseFont") not in ("", "/Symbol") and base in ("", name(font, "/BaseFont"))
    )


def _differences(encoding: Any) -> Iterator[tuple[int, str]]:
    code = 0
    for item in entry(encoding, "/Differences", ()):
        if isinstance(item, int):
            code = int(item)
        else:
            yield code, str(item)
            code += 1


def _is_ordinary(code: int, glyph: str) -> bool:
    if not 32 <= code < 127:
        return True
    return glyph in _OWN_NAMES.get(code, {"/" + UV2AGL.get(code, "")})


def _is_equal(old: Any, new: Any, depth: int) -> bool:
    """Equal in value, whatever the numbers of the objects are."""
    old, new = follow(old), follow(new)
    if depth > _DEPTH or type(old) is not type(new):
        return False
    if isinstance(old, generic.DictionaryObject):
        same = set(old) == set(new) and all(
            _is_equal(old.raw_get(key), new.raw_get(key), depth + 1) for key in old if key != "/Length"
        )
        return same and (not isinstance(old, generic.StreamObject) or _is_equal_stream(old, new))
    if isinstance(old, generic.ArrayObject):
        pairs = zip(range(len(old)), range(len(new)), strict=False)
        return len(old) == len(new) and all(
            _is_equal(old.raw_get(a), new.raw_get(b), depth + 1) for a, b in pairs
        )
    return bool(old == new)


def _is_equal_stream(old: generic.StreamObject, new: generic.StreamObject) -> bool:
    return bool(old.encoded_data == new.encoded_data or old.data == new.data)
