"""Pictures for the screen (ページ画像): every page of a PDF, and photos, can be seen without another program."""

import io
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pypdfium2 as pdfium

from forms import picture_inspection
from forms.confinement import Confines, confined
from procurement.errors import RuleViolation

MAX_WIDTH = 2000
MAX_PIXELS = 12_000_000
MIN_WIDTH = 60
PHOTO_PIXELS = 120_000_000
"""As many as an upload may have; drawn in a process of its own, so that the portal's stays small."""
# pdfium is not safe to be called by two threads at once.
_pdfium = Lock()


@dataclass(frozen=True)
class PageContent:
    """Size of a page in points and the words on it (ページの文字), for readers that cannot use the picture."""

    width: float
    height: float
    text: str


def page_contents(path: Path) -> list[PageContent]:
    """Size and words of every page, in order. Raises RuleViolation when the file cannot be read."""
    with _pdfium:
        document = _open(path)
        try:
            return [_content(page) for page in document]
        finally:
            document.close()


def page_count(path: Path) -> int:
    """How many pages a PDF has. Raises RuleViolation when it cannot be read."""
    with _pdfium:
        document = _open(path)
        try:
            return len(document)
        finally:
            document.close()


def page_sizes(path: Path) -> list[tuple[float, float]]:
    """Width and height of every page in points, as it is shown. Raises RuleViolation when it cannot be read."""
    with _pdfium:
        document = _open(path)
        try:
            return [document.get_page_size(index) for index in range(len(document))]
        finally:
            document.close()


def page_size(path: Path, index: int) -> tuple[float, float]:
    """Width and height of page `index` (from 0) in points, as it is shown. Raises RuleViolation."""
    with _pdfium:
        document = _open(path)
        try:
            width, height = document[index].get_size()
            return float(width), float(height)
        finally:
            document.close()


def render_page(path: Path, index: int, width: int) -> bytes:
    """Page `index` (from 0) as PNG, `width` pixels wide (60 to 2000), never more than 12 million pixels.

    Raises RuleViolation when the file cannot be read or has no such page.
    """
    with _pdfium:
        document = _open(path)
        try:
            if not 0 <= index < len(document):
                raise RuleViolation("page.unknown", f"この書類に{index + 1}ページ目はありません。")
            return _png(document[index], max(MIN_WIDTH, min(width, MAX_WIDTH)))
        finally:
            document.close()


def render_photo(path: Path, width: int) -> bytes:
    """A picture (JPEG or PNG) as a JPEG at most `width` wide, turned the way the camera was held (EXIF).

    Raises RuleViolation when it cannot be drawn.
    """
    wide = max(MIN_WIDTH, min(width, MAX_WIDTH))
    drawn = confined(Path(picture_inspection.__file__), [str(path), str(PHOTO_PIXELS), str(wide)], Confines())
    if not drawn:
        raise RuleViolation(
            "picture.unreadable",
            "画像を表示できません。",
            remedy="ファイルをダウンロードして開いてください。",
        )
    return drawn


def _open(path: Path) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(path)
        document.init_forms()
    except (pdfium.PdfiumError, FileNotFoundError):
        raise RuleViolation(
            "pdf.unreadable",
            "書類をPDFとして開けません。",
            remedy="ファイルが壊れていないか確かめ、もう一度アップロードしてください。",
        ) from None
    return document


def _content(page: pdfium.PdfPage) -> PageContent:
    width, height = page.get_size()
    words = page.get_textpage().get_text_bounded().replace("\r\n", "\n")
    return PageContent(width, height, words.strip())


def _png(page: pdfium.PdfPage, width: int) -> bytes:
    points_wide, points_high = page.get_size()
    scale = (width - 0.5) / max(points_wide, 1)  # pdfium rounds up
    pixels = width * points_high * scale
    if pixels > MAX_PIXELS:
        scale *= (MAX_PIXELS / pixels) ** 0.5
    picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=False, compress_level=6)
    return target.getvalue()
