"""How pages look (見た目の比較): each signed version and the file as it is now, drawn by PDFium and compared.

An opinion of its own: whatever the structural analysis was made to believe, a reader sees the pages.
PDFium is not safe to be called by two threads at once, so this belongs into the child process.
"""

import ctypes
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageChops, ImageDraw

from signing.pades.fields import signature_end
from signing.pades.verdicts import PagePair

DPI = 60
MAX_PAGES = 50
"""Pages that are compared; a verdict says so when a file has more."""
_MAX_PIXELS = 1_500_000
_MARGIN = 4.0
_NOTICEABLE = 24
_AT_ONCE = 12
_PICTURE_WIDTH = 900
_FINE = 1100
_INK = 140
_FADED = 70
_LOST_POINTS = 12

_WITHOUT_FONT = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 99 99]>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>> endobj
4 0 obj <</Length 30>> stream
BT /F 12 Tf 9 9 Td (text) Tj ET
endstream endobj
5 0 obj <</Type/Font/Subtype/TrueType/BaseFont/NowhereToBeFound>> endobj
trailer <</Root 1 0 R/Size 6>>
%%EOF
"""

Rectangle = tuple[float, float, float, float]
Masks = Mapping[int, Sequence[Rectangle]]
"""Where a page (counted from 0) may look different: left, bottom, right, top in points."""


@dataclass(frozen=True)
class Looks:
    """What a comparison saw: pages (from 1) that differ, whether pages were left out, or could not be drawn."""

    pages: tuple[int, ...] = ()
    is_partial: bool = False
    is_blind: bool = False


def compare_revisions(path: Path, field_name: str, limit: int = MAX_PAGES) -> list[PagePair]:
    """The pages that look different from how they were when `field_name` was signed, for a person to compare.

    Nothing is masked: fields that were filled in later are shown too. An empty list: nothing looks different,
    or there is no such signature.
    """
    with path.open("rb") as stream:
        end = signature_end(stream, field_name)
        size = stream.seek(0, io.SEEK_END)
        if end is None or end >= size:
            return []
        with _opened(stream, end) as before, _opened(stream, size) as after:
            if before is None or after is None:
                return []
            count = min(max(len(before), len(after)), limit)
            return [pair for n in range(count) if (pair := _pair(before, after, n))]


def compare_looks(stream: BinaryIO, ends: Mapping[int, Masks], size: int) -> dict[int, Looks]:
    """For each end of a signed version: does it look like the file as it is now, outside of the masks?"""
    _settle_fonts()
    found: dict[int, Looks] = {}
    with _opened(stream, size) as now:
        pending = list(ends)
        while pending:
            batch, pending = pending[:_AT_ONCE], pending[_AT_ONCE:]
            with ExitStack() as stack:
                versions = {end: stack.enter_context(_opened(stream, end)) for end in batch}
                found |= _compare(versions, now, ends)
    return found


def covered_pages(stream: BinaryIO, end: int, size: int, places: Masks) -> list[int]:
    """Pages (from 1) on which something now covers ink that was there when the first `end` bytes were signed."""
    with _opened(stream, end) as before, _opened(stream, size) as after:
        if before is None or after is None:
            return [number + 1 for number in places]
        return [
            n + 1
            for n, boxes in sorted(places.items())
            if n < MAX_PAGES and _covers(before, after, n, boxes, _FINE)
        ]


def covered_by_fields(stream: BinaryIO, size: int, places: Masks) -> tuple[int, ...]:
    """Pages (from 1) on which form fields cover ink of the page itself."""
    with _opened(stream, size, forms=False) as bare, _opened(stream, size) as full:
        if bare is None or full is None:
            return ()
        pages = (n for n, boxes in sorted(places.items()) if n < MAX_PAGES and _covers(bare, full, n, boxes))
        return tuple(number + 1 for number in pages)


@cache
def _settle_fonts() -> None:
    """PDFium draws a font that it has to replace differently for the first document of a process than ever after.

    A contract without embedded fonts would look changed; so the first one is drawn for nothing.
    """
    with closing(pdfium.PdfDocument(_WITHOUT_FONT)) as document:
        document[0].render()


class _Window(io.RawIOBase):
    """The first bytes of a file, without a copy."""

    def __init__(self, stream: BinaryIO, end: int) -> None:
        self._stream, self._end, self._at = stream, end, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._end)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        self._stream.seek(self._at)
        content = self._stream.read(max(0, min(len(view), self._end - self._at)))
        view[: len(content)] = content
        self._at += len(content)
        return len(content)


@contextmanager
def _opened(stream: BinaryIO, end: int, *, forms: bool = True) -> Iterator[pdfium.PdfDocument | None]:
    try:
        document = pdfium.PdfDocument(_Window(stream, end))
    except pdfium.PdfiumError:
        yield None
        return
    try:
        if forms:
            document.init_forms()
        yield document
    finally:
        document.close()


def _compare(
    versions: Mapping[int, pdfium.PdfDocument | None],
    now: pdfium.PdfDocument | None,
    ends: Mapping[int, Masks],
) -> dict[int, Looks]:
    readable = {end: document for end, document in versions.items() if document is not None}
    if now is None:
        return {end: Looks(is_blind=True) for end in versions}
    counts = {end: max(len(document), len(now)) for end, document in readable.items()}
    different: dict[int, list[int]] = {end: [] for end in readable}
    for number in range(min(max(counts.values(), default=0), MAX_PAGES)):
        current = _picture(now, number)
        for end, document in readable.items():
            if number < counts[end] and not _same(document, number, current, ends[end].get(number, ())):
                different[end].append(number + 1)
    found = {end: Looks(tuple(pages), counts[end] > MAX_PAGES) for end, pages in different.items()}
    return found | {end: Looks(is_blind=True) for end in versions if end not in readable}


def _same(
    document: pdfium.PdfDocument, number: int, current: Image.Image | None, masks: Sequence[Rectangle]
) -> bool:
    before = _picture(document, number)
    if before is None or current is None:
        return before is current
    if before.size != current.size:
        return False
    if before.tobytes() == current.tobytes():
        return True
    return _difference(document, number, before, current, masks) is None


def _difference(
    document: pdfium.PdfDocument,
    number: int,
    before: Image.Image,
    after: Image.Image,
    masks: Sequence[Rectangle],
) -> tuple[int, int, int, int] | None:
    seen = ImageChops.difference(before, after).convert("L", matrix=(1, 1, 1, 0))
    seen = seen.point([255 if value > _NOTICEABLE else 0 for value in range(256)])
    drawing = ImageDraw.Draw(seen)
    for mask in masks:
        drawing.rectangle(_on_picture(document, number, before.size, mask), fill=0)
    box: tuple[int, int, int, int] | None = seen.getbbox()
    return box


def _covers(
    before: pdfium.PdfDocument,
    after: pdfium.PdfDocument,
    number: int,
    boxes: Sequence[Rectangle],
    width: int | None = None,
) -> bool:
    """Whether dark points within the boxes are light now, and more of them than a line at the edge has."""
    old, new = _picture(before, number, width), _picture(after, number, width)
    if old is None or new is None or old.size != new.size:
        return True
    ink = old.convert("L").point([255 if value < _INK else 0 for value in range(256)])
    paper = ImageChops.subtract(new.convert("L"), old.convert("L")).point(
        [255 if value > _FADED else 0 for value in range(256)]
    )
    lost = ImageChops.multiply(ink, paper)
    inside = Image.new("L", lost.size, 0)
    drawing = ImageDraw.Draw(inside)
    for box in boxes:
        drawing.rectangle(_on_picture(before, number, old.size, box, margin=-1.0), fill=255)
    return ImageChops.multiply(lost, inside).histogram()[255] > _LOST_POINTS


def _picture(document: pdfium.PdfDocument, number: int, width: int | None = None) -> Image.Image | None:
    if number >= len(document):
        return None
    with closing(document[number]) as page:
        wide, high = page.get_size()
        scale = width / wide if width and wide else DPI / 72
        scale = min(scale, math.sqrt(_MAX_PIXELS / max(wide * high, 1.0)))
        with closing(page.render(scale=scale, rev_byteorder=True)) as bitmap:
            picture: Image.Image = bitmap.to_pil().convert("RGB").copy()
            return picture


def _on_picture(
    document: pdfium.PdfDocument,
    number: int,
    size: tuple[int, int],
    mask: Rectangle,
    margin: float = _MARGIN,
) -> list[tuple[int, int]]:
    left, bottom, right, top = mask
    with closing(document[number]) as page:
        corners = [
            _to_pixel(page, size, left - margin, bottom - margin),
            _to_pixel(page, size, right + margin, top + margin),
        ]
    (x1, y1), (x2, y2) = corners
    return [(min(x1, x2), min(y1, y2)), (max(x1, x2), max(y1, y2))]


def _to_pixel(page: pdfium.PdfPage, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value


def _pair(before: pdfium.PdfDocument, after: pdfium.PdfDocument, number: int) -> PagePair | None:
    old = _picture(before, number, _PICTURE_WIDTH)
    new = _picture(after, number, _PICTURE_WIDTH)
    if old is None or new is None or old.size != new.size:
        return PagePair(number + 1, _png(old), _png(new))
    box = _difference(before, number, old, new, ())
    if box is None:
        return None
    width, height = old.size
    changed = (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
    return PagePair(number + 1, _png(old), _png(new), [changed])


def _png(picture: Image.Image | None) -> bytes | None:
    if picture is None:
        return None
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()
