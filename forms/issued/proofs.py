"""Sealed proofs (証明書・記録): what the conclusion certificate and the record of a look have in common on paper."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from reportlab.lib.colors import Color
from reportlab.platypus import Table, TableStyle

from forms.fonts import GOTHIC, registered_font
from forms.issued.pages import CELL_PADDING, MM, WIDTH, IssuedStyles, issued_styles
from forms.lettering import shortfalls
from forms.ruling import cell_padding, grid
from forms.typesetting import TextLines

LABEL_WIDTH = 36 * MM
LABEL_GROUND = Color(0.95, 0.95, 0.95)
SIZE = 9.5

Rows = list[tuple[str, str]]


def proof_styles() -> IssuedStyles:
    """Styles of a proof: small text, headings of its sections in the sans-serif face."""
    styles = issued_styles(SIZE)
    heading = replace(
        styles.text, font=registered_font(GOTHIC), size=10.5, leading=16, space_before=10, space_after=3
    )
    return replace(styles, heading=heading)


def filled(*rows: tuple[str, str]) -> Rows:
    """The rows that say something."""
    return [(label, text) for label, text in rows if text]


def section(heading: str, rows: Rows, styles: IssuedStyles) -> list[Any]:
    """A heading with its table; what fits on one page is not torn apart."""
    small = replace(styles.text, font=registered_font(GOTHIC), size=8.5, leading=13)
    cells = [[TextLines(label, small), TextLines(text, styles.text)] for label, text in rows]
    ground = ("BACKGROUND", (0, 0), (0, -1), LABEL_GROUND)
    ruled = TableStyle([grid(), *cell_padding(CELL_PADDING), ground])
    table = Table(cells, colWidths=[LABEL_WIDTH, WIDTH - LABEL_WIDTH], style=ruled)
    return [TextLines(heading, styles.heading, keep_with_next=True), table]


def printing_notes(printed: Iterable[str]) -> list[tuple[str, Rows]]:
    """A section on what could not be printed as it is written: never an empty box, and never in silence."""
    found = {short.cluster: short for text in printed for short in shortfalls(text)}
    if not found:
        return []
    words = "\n".join(short.words() for short in found.values())
    return [("印字についての注記", [("印字できない文字", words)])]
