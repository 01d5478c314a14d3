"""Contract date (契約締結日): written into its form field in the same revision as the last party's seal."""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from signing.errors import SealingFailed
from signing.pades.appearances import displayed_size, put_drawing
from signing.pades.glyphs import registered
from signing.pades.layout import DATE_FIELD

_Name = generic.NameObject
_PADDING = 2.0
_FONT_SIZE = 10.5


@dataclass(frozen=True)
class DateFilling:
    """The words for the date, and the font that they are drawn and embedded with."""

    text: str
    font: Path


def fill_date(writer: IncrementalPdfFileWriter, filling: DateFilling) -> None:
    """Sets value and appearance of the date field; nothing else changes."""
    reference = _find(writer)
    field = reference.get_object()  # type: ignore[no-untyped-call]
    width, height = displayed_size(field)
    field[_Name("/V")] = generic.pdf_string(filling.text)
    put_drawing(writer, field, draw_line(filling, width, height, _size(field)))
    writer.mark_update(reference)


@lru_cache(maxsize=32)
def draw_line(filling: DateFilling, width: float, height: float, size: float) -> bytes:
    """One line of text as a page of its own, with just the glyphs it needs.

    Kept: the contracts of one day carry the same date.
    """
    font = registered(filling.font)
    text_width = pdfmetrics.stringWidth(filling.text, font, size)
    size = min(size, size * (width - 2 * _PADDING) / text_width) if text_width else size
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(width, height), initialFontName=font, pageCompression=1)
    canvas.setFont(font, size)
    canvas.drawString(_PADDING, (height - size * 0.76) / 2, filling.text)
    canvas.save()
    return target.getvalue()


def _find(writer: IncrementalPdfFileWriter) -> generic.IndirectObject:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        if reference.get_object().get("/T") == DATE_FIELD:
            assert isinstance(reference, generic.IndirectObject)
            return reference
    raise SealingFailed("契約締結日の記入欄が書類にありません。")


def _size(field: generic.DictionaryObject) -> float:
    words = str(field.get("/DA", "")).split()
    return float(words[words.index("Tf") - 1]) if "Tf" in words else _FONT_SIZE
