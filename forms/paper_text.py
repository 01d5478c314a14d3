"""Read the text of a PDF with its places: run as a script under `forms.confinement`.

Arguments are path, most pages and most characters. Prints JSON: {"refused": code}, or {"pages": [page, ...]} with
{"pieces": [[x0, top, x1, bottom, text], ...], "rules": [[x0, top, x1, bottom], ...]} for each page, places in points
from the upper left corner as the page is seen. It imports nothing of ours.
"""

import ctypes
import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

FONT_HEIGHTS = 0.15
"""A gap of so many heights between two characters is a space that nobody wrote."""
APART = 1.2
"""A gap of so many heights parts two pieces of one row, unless a space that was written fills it."""
LOST = 2.5
FIRST_WIDE = "\u2e80"
WRONG_PASSWORD = 4
SHORTEST_RULE, MOST_RULES = 6.0, 4000
Box = tuple[float, float, float, float]
Point = tuple[float, float]


class Glyph(NamedTuple):
    """One character and its box; `top` is smaller than `bottom`."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str
    baseline: float

    @property
    def height(self) -> float:
        """Of the font's box, in points."""
        return self.bottom - self.top


class Frame(NamedTuple):
    """A page: where its own axes begin, its size as it is seen, and by how many degrees it is turned."""

    left: float
    low: float
    width: float
    height: float
    turn: int


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
            rules = list(_rules(page))
            if _runs_down(glyphs):
                glyphs = [_laid_down(glyph, page.get_width()) for glyph in glyphs]
                rules = []
            else:
                glyphs = _full_height(glyphs)
            walls = [rule for rule in rules if rule[3] - rule[1] > rule[2] - rule[0]]
            pieces = [list(piece) for row in _rows(glyphs) for piece in _pieces(row, walls)]
            pages.append({"pieces": pieces, "rules": rules})
        return {"pages": pages}
    except MemoryError:
        return {"refused": "too_heavy"}
    except (pdfium.PdfiumError, ValueError, OSError):
        return {"refused": "damaged"}


def _glyphs(page: pdfium.PdfPage, most: int) -> Iterator[Glyph]:
    """Every character that the page shows, turned as the page is turned."""
    text = page.get_textpage()
    frame, box = _frame(page), raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    for n in range(min(text.count_chars(), most)):
        code = raw.FPDFText_GetUnicode(text, n)
        if raw.FPDFText_IsGenerated(text, n) == 1 or code < 32 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        if raw.FPDFText_GetLooseCharBox(text, n, ctypes.byref(box)):
            raw.FPDFText_GetCharOrigin(text, n, x, y)
            baseline = _turned(frame, (x.value, y.value, x.value, y.value))[3]
            yield Glyph(*_turned(frame, (box.left, box.bottom, box.right, box.top)), chr(code), baseline)


def _full_height(glyphs: list[Glyph]) -> list[Glyph]:
    """Characters of fonts that tell only the ink (a dash is flat) as high as the others of the page."""
    heights = sorted(glyph.height for glyph in glyphs)
    usual = heights[len(heights) // 2] if heights else 0.0
    return [
        glyph._replace(top=glyph.baseline - usual * 0.85, bottom=glyph.baseline + usual * 0.15)
        if glyph.height < usual * 0.6
        else glyph
        for glyph in glyphs
    ]


def _full_width(row: list[Glyph]) -> list[Glyph]:
    """The same for widths: a Japanese character takes a square, however narrow its ink is."""
    widths = sorted(glyph.x1 - glyph.x0 for glyph in row if glyph.text >= FIRST_WIDE)
    usual = widths[len(widths) // 2] if widths else 0.0
    return [_widened(glyph, usual) if glyph.text >= FIRST_WIDE else glyph for glyph in row]


def _widened(glyph: Glyph, width: float) -> Glyph:
    own = glyph.x1 - glyph.x0
    missing = max(width - own, 0) / 2 if own > width * 0.55 else 0  # smaller is a smaller font
    return glyph._replace(x0=glyph.x0 - missing, x1=glyph.x1 + missing)


def _runs_down(glyphs: list[Glyph]) -> bool:
    """Whether most characters stand below the one before (縦書き)."""
    down = level = 0
    for one, other in pairwise(glyphs):
        height = max(one.height, 1)
        is_same_column = abs(one.x0 + one.x1 - other.x0 - other.x1) < height
        down += is_same_column and 0 < other.top - one.top < height * 2
        level += abs(one.top - other.top) < height * 0.3 and other.x0 > one.x0
    return down > level


def _laid_down(glyph: Glyph, width: float) -> Glyph:
    """A character of vertical writing in the place it had if lines ran from left to right."""
    return Glyph(glyph.top, width - glyph.x1, glyph.bottom, width - glyph.x0, glyph.text, width - glyph.x0)


def _rules(page: pdfium.PdfPage) -> Iterator[Box]:
    """The lines of tables (罫線): every straight edge along an axis of what is drawn."""
    drawn, frame = 0, _frame(page)
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2):
        at = thing.get_matrix()
        point: Point | None = None
        start: Point | None = None
        for n in range(min(raw.FPDFPath_CountSegments(thing), MOST_RULES)):
            segment = raw.FPDFPath_GetPathSegment(thing, n)
            x, y = ctypes.c_float(), ctypes.c_float()
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            here = at.on_point(x.value, y.value)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                start = here
            edges = [(point, here)] if kind == raw.FPDF_SEGMENT_LINETO else []
            if raw.FPDFPathSegment_GetClose(segment):
                edges.append((here, start))
            for one, other in edges:
                if one and other and (rule := _rule(frame, one, other)):
                    yield rule
                    drawn += 1
            point = here
        if drawn > MOST_RULES:
            return


def _rule(frame: Frame, one: Point, other: Point) -> Box | None:
    """An edge from point to point, if it is straight along an axis and long enough to part cells."""
    (x0, y0), (x1, y1) = one, other
    if min(abs(x0 - x1), abs(y0 - y1)) > 0.5 or max(abs(x0 - x1), abs(y0 - y1)) < SHORTEST_RULE:
        return None
    box = _turned(frame, (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))


def _frame(page: pdfium.PdfPage) -> Frame:
    left, low, _right, _top = page.get_bbox()
    width, height = page.get_size()
    return Frame(left, low, width, height, page.get_rotation() % 360)


def _turned(frame: Frame, box: Box) -> Box:
    """A box of the page's own axes as the reader sees it: x0, top, x1, bottom."""
    left, low, width, height, turn = frame
    x0, y0, x1, y1 = box[0] - left, box[1] - low, box[2] - left, box[3] - low
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
        if (
            rows
            and middle - (rows[-1][0].top + rows[-1][0].bottom) / 2
            < max(glyph.height, rows[-1][0].height) * 0.35
        ):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [sorted(row, key=lambda g: g.x0) for row in rows]


def _pieces(row: list[Glyph], walls: list[Box]) -> Iterator[tuple[float, float, float, float, str]]:
    """The row in pieces, parted where the gap is wide or the line of a table stands."""
    piece: list[Glyph] = []
    words, blank = "", ""
    for glyph in _full_width(row):
        if glyph.text.isspace():
            blank += glyph.text
            continue
        gap = (glyph.x0 - piece[-1].x1) / max(glyph.height, 1) if piece else 0.0
        if piece and (gap > (LOST if blank else APART) or _parted(piece[-1], glyph, walls)):
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


def _parted(one: Glyph, other: Glyph, walls: list[Box]) -> bool:
    """Whether an upright line stands between two characters."""
    left, right, middle = one.x1 - 1.5, other.x0 + 1.5, (other.top + other.bottom) / 2
    return any(left < wall[0] < right and wall[1] <= middle <= wall[3] for wall in walls)


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
