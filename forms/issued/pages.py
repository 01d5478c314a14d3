"""Pages of the papers that we issue (発行書類の紙面): styles, footers, and where a field stands."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.platypus import Flowable, Table, TableStyle

from forms.fonts import MINCHO, registered_font
from forms.pdf import finish_pdfa, page_document, prepare_reportlab
from forms.ruling import LINE, MM, cell_padding, grid, ruled_pairs
from forms.typesetting import TA_CENTER, TA_RIGHT, TextLines, TextStyle

__all__ = [
    "MM",
    "WIDTH",
    "FieldBox",
    "FieldPlace",
    "IssuedStyles",
    "issued_styles",
    "labelled_rows",
    "print_pages",
    "ruled_table",
]

MARGINS = (22 * MM, 24 * MM, 22 * MM)
WIDTH = A4[0] - 2 * MARGINS[1]
CELL_PADDING = 1.4 * MM


@dataclass(frozen=True)
class FieldPlace:
    """Where a form field stands (記入欄の位置): page from 0, rectangle in points from the lower left."""

    page: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def rect(self) -> tuple[float, float, float, float]:
        """The rectangle as PDF writes it."""
        return (self.left, self.bottom, self.right, self.top)


@dataclass(frozen=True)
class IssuedStyles:
    """Styles of an issued paper."""

    text: TextStyle
    title: TextStyle
    right: TextStyle
    heading: TextStyle
    hanging: TextStyle
    small: TextStyle


def issued_styles(size: float = 10.5) -> IssuedStyles:
    """Styles around one text size."""
    prepare_reportlab()
    text = TextStyle(registered_font(MINCHO), size, size * 1.6)
    title = replace(text, size=size * 1.7, leading=size * 2.6, align=TA_CENTER, space_after=size)
    return IssuedStyles(
        text=text,
        title=title,
        right=replace(text, align=TA_RIGHT),
        heading=replace(text, space_before=size * 0.7),
        hanging=replace(text, hanging_indent=size),
        small=replace(text, size=size * 0.86, leading=size * 1.3),
    )


class FieldBox(Flowable):  # type: ignore[misc]
    """An empty place for a form field with a label before it; remembers where it was drawn."""

    def __init__(self, label: str, style: TextStyle, width: float = 62 * MM) -> None:
        super().__init__()
        self.label = TextLines(label, style)
        self.style = style
        self.field_width = width
        self.place: FieldPlace | None = None

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """One line of the whole width."""
        self.width, self.height = available_width, self.style.size * 2.2
        return self.width, self.height

    def draw(self) -> None:
        """Print the label, leave the place empty, draw a thin line under it."""
        left = self.style.size * (len(self.label.text) + 1.5)
        self.label.wrap(left, self.height)
        self.label.drawOn(self.canv, 0, (self.height - self.style.leading) / 2)
        self.canv.setLineWidth(LINE)
        self.canv.line(left, 2, left + self.field_width, 2)
        x, y = self.canv.absolutePosition(left, 2)
        page = self.canv.getPageNumber() - 1
        self.place = FieldPlace(page, x, y + 1, x + self.field_width, y + self.height - 4)


def ruled_table(rows: list[list[Any]], columns: list[float]) -> Table:
    """A table with thin lines around its cells."""
    return Table(rows, colWidths=columns, style=TableStyle([grid(), *cell_padding(CELL_PADDING)]))


def labelled_rows(pairs: Sequence[tuple[str, str]], styles: IssuedStyles, label_width: float) -> Table:
    """A ruled table of labels (this wide) and texts."""
    return ruled_pairs(pairs, styles.text, (label_width, WIDTH - label_width), CELL_PADDING)


def print_pages(make_parts: Callable[[], list[Any]], title: str, footer: str, made_at: datetime) -> bytes:
    """Print parts on A4 with a footer and 「1／5」, as PDF/A-2b. Prints twice: the first time to count."""
    pages = _print(make_parts(), lambda canvas, document: None)[1]
    style = issued_styles().small

    def draw_footer(canvas: Any, document: Any) -> None:
        canvas.setFont(style.font, style.size)
        canvas.drawString(MARGINS[1], 12 * MM, footer)
        canvas.drawRightString(A4[0] - MARGINS[1], 12 * MM, f"{document.page}／{pages}")

    return finish_pdfa(_print(make_parts(), draw_footer)[0], title, made_at)


def _print(parts: list[Any], on_page: Callable[[Any, Any], None]) -> tuple[bytes, int]:
    target = io.BytesIO()
    document = page_document(target, A4, MARGINS, on_page)
    document.build(parts)
    return target.getvalue(), document.page
