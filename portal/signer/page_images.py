"""Page pictures of the documents to sign (書類のページ画像), made once and kept in memory for a while."""

from functools import lru_cache
from pathlib import Path

from forms.pictures import PageContent, page_contents, render_page
from signing import EnvelopeDocument

WIDTHS = {"fit": 1200, "100": 1200, "150": 1800, "200": 2000}
"""Pixels for each size of the viewer; sharp on a telephone, bearable over a slow line."""
PICTURES_KEPT = 96
DOCUMENTS_KEPT = 64


@lru_cache(maxsize=PICTURES_KEPT)
def page_picture(path: Path, page: int, width: int) -> bytes:
    """Page `page` (from 1) as PNG. A path of the store names its content, so nothing here grows old."""
    return render_page(path, page - 1, width)


@lru_cache(maxsize=DOCUMENTS_KEPT)
def contents_of(path: Path) -> tuple[PageContent, ...]:
    """Size and words of every page."""
    return tuple(page_contents(path))


def height_of(content: PageContent, width: int) -> int:
    """The height of a picture of that width, so that the page does not jump while pictures arrive."""
    return round(content.height * width / max(content.width, 1))


def shown_width(zoom: str) -> int:
    """How many pixels wide the pictures of a zoom are; an unknown zoom is drawn to fit."""
    return WIDTHS.get(zoom, WIDTHS["fit"])


def is_page_of(document: EnvelopeDocument, page: int) -> bool:
    """Whether the document has such a page."""
    return 1 <= page <= document.page_count
