"""Read the text of a PDF with its places: run as a script under `forms.confinement`.

Arguments are path, most pages and most characters. Prints JSON: {"pages": [[[x0, top, x1, bottom, text], ...], ...]},
places in points from the upper left corner as the page is seen, or {"refused": code}. It imports nothing of ours.
"""

import ctypes
import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

FONT_HEIGHTS = 0.3
"""A gap of so many heights between two characters is a space that nobody wrote."""
APART = 1.2
"""A gap of so many heights parts two pieces of one row, unless a space that was written fills it."""
LOST = 2.5
WRONG_PASSWORD = 4


class Glyph(NamedTuple):
    """One character and its box; `top` is smaller than `bottom`."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str

    @property
    def height(self) -> float:
        """Of the font's box, in points."""
        return self.bottom - self.top


def main(path: str, most_pages: int, most_characters: int) -> dict[str, object]:
    """What was found, as the JSON that is printed."""
    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == WRONG_PASSWORD or "password" in str(error).lower()
        return {"refused": "encrypted" if is_locked else "damaged"}
    try:
        if len(pdf) > most_pages:
            return {"refused": "too_many_pages", "pages": len(pdf)}
        pages, left = [], most_characters
        for page in pdf:
            glyphs = list(_glyphs(page, left))
            left -= len(glyphs)
            pages.append([list(piece) for row in _rows(glyphs) for piece in _pieces(row)])
        return {"pages": pages}
    except MemoryError:
        return {"refused": "too_heavy"}
    except (pdfium.PdfiumError, ValueError, OSError):
        return {"refused": "damaged"}


def _glyphs(page: pdfium.PdfPage, most: int) -> Iterator[Glyph]:
    """Every character that the page shows, turned as the page is turned."""
    text = page.get_textpage()
    width, height = page.get_size()
    left, bottom, _right, _top = page.get_bbox()
    turn = page.get_rotation() % 360
    box = raw.FS_RECTF()
    for n in range(min(text.count_chars(), most)):
        code = raw.FPDFText_GetUnicode(text, n)
        if raw.FPDFText_IsGenerated(text, n) == 1 or code < 32 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        if raw.FPDFText_GetLooseCharBox(text, n, ctypes.byref(box)):
            corners = (box.left - left, box.bottom - bottom, box.right - left, box.top - bottom)
            yield Glyph(*_turned(corners, turn, width, height), chr(code))


def _turned(
    box: tuple[float, float, float, float], turn: int, width: float, height: float
) -> tuple[float, float, float, float]:
    """A box of the page's own axes as the reader sees it: x0, top, x1, bottom."""
    x0, y0, x1, y1 = box
    if turn == 90:
        return y0, x0, y1, x1
    if turn == 180:
        return width - x1, y0, width - x0, y1
    if turn == 270:
        return width - y1, height - x1, width - y0, height - x0
    return x0, height - y1, x1, height - y0


def _rows(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Characters that stand beside each other, from the top of the page downwards."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (g.top + g.bottom) / 2):
        middle = (glyph.top + glyph.bottom) / 2
        if rows and middle - (rows[-1][0].top + rows[-1][0].bottom) / 2 < max(glyph.height, 1) * 0.35:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [sorted(row, key=lambda g: g.x0) for row in rows]


def _pieces(row: list[Glyph]) -> Iterator[tuple[float, float, float, float, str]]:
    """The row in pieces, parted where the gap is wide."""
    piece: list[Glyph] = []
    words, blank = "", ""
    for glyph in row:
        if glyph.text.isspace():
            blank += glyph.text
            continue
        gap = (glyph.x0 - piece[-1].x1) / max(glyph.height, 1) if piece else 0.0
        if piece and gap > (LOST if blank else APART):
            yield _piece(piece, words)
            piece, words = [], ""
        elif piece and gap < -0.7 and glyph.text == piece[-1].text:
            continue  # printed twice, a little aside, to look bold
        elif piece:
            words += blank or (" " if gap > FONT_HEIGHTS else "")
        piece.append(glyph)
        words += glyph.text
        blank = ""
    if piece:
        yield _piece(piece, words)


def _piece(glyphs: list[Glyph], words: str) -> tuple[float, float, float, float, str]:
    return (
        round(min(g.x0 for g in glyphs), 1),
        round(min(g.top for g in glyphs), 1),
        round(max(g.x1 for g in glyphs), 1),
        round(max(g.bottom for g in glyphs), 1),
        words,
    )


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
