"""Every page of a document can be seen as a picture, within limits."""

import io
from pathlib import Path

import pytest
from pikepdf import Pdf
from PIL import Image

from forms.pictures import MAX_PIXELS, page_count, render_page
from procurement.errors import RuleViolation


@pytest.fixture
def two_pages(tmp_path: Path) -> Path:
    path = tmp_path / "a.pdf"
    with Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.add_blank_page(page_size=(100, 14_000))
        pdf.save(path)
    return path


def size_of(png: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(png)).size


def test_pages_are_counted_and_drawn_at_the_asked_width(two_pages: Path) -> None:
    assert page_count(two_pages) == 2
    width, height = size_of(render_page(two_pages, 0, 800))
    assert width == 800
    assert abs(height - 800 * 842 / 595) <= 1


def test_a_picture_has_limits(two_pages: Path) -> None:
    assert size_of(render_page(two_pages, 0, 100_000))[0] == 2000
    width, height = size_of(render_page(two_pages, 1, 2000))
    assert width * height <= MAX_PIXELS * 1.01


def test_a_page_that_is_not_there_is_refused(two_pages: Path) -> None:
    with pytest.raises(RuleViolation, match="3ページ目はありません"):
        render_page(two_pages, 2, 800)


def test_what_is_no_pdf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"hello")
    with pytest.raises(RuleViolation, match="PDFとして開けません"):
        page_count(path)
