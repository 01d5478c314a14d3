"""Ruled tables (罫線の表) whose long answers may run over to the next page."""

from collections.abc import Iterable
from typing import Any

from reportlab.lib import colors
from reportlab.platypus import Table, TableStyle

from forms.typesetting import TextLines, TextStyle, broken_lines

MM = 72 / 25.4
LINE = 0.6
PADDING_LEFT, PADDING_RIGHT = 2 * MM, 1.5 * MM
MOST_LINES, PIECE = 30, 10


def cell_padding(above_and_below: float) -> list[Any]:
    """Style of a table cell: padding, and text in the middle."""
    return [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING_LEFT),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING_RIGHT),
        ("TOPPADDING", (0, 0), (-1, -1), above_and_below),
        ("BOTTOMPADDING", (0, 0), (-1, -1), above_and_below),
    ]


def grid() -> tuple[Any, ...]:
    """A thin line around every cell."""
    return ("GRID", (0, 0), (-1, -1), LINE, colors.black)


def ruled_pairs(
    pairs: Iterable[tuple[str, str]], style: TextStyle, columns: tuple[float, float], padding: float
) -> Table:
    """Labels and texts, a line between two pairs; a text of more than 30 lines may break between pages."""
    cells: list[list[Any]] = []
    lines: list[Any] = []
    for label, text in pairs:
        lines.append(("LINEABOVE", (0, len(cells)), (-1, len(cells)), LINE, colors.black))
        for number, piece in enumerate(text_pieces(text, style, columns[1] - PADDING_LEFT - PADDING_RIGHT)):
            cells.append([TextLines(label if number == 0 else "", style), piece])
    outline = [
        ("LINEBELOW", (0, -1), (-1, -1), LINE, colors.black),
        ("LINEBEFORE", (0, 0), (0, -1), LINE, colors.black),
        ("LINEAFTER", (0, 0), (-1, -1), LINE, colors.black),
    ]
    return Table(cells, colWidths=columns, style=TableStyle([*cell_padding(padding), *lines, *outline]))


def text_pieces(text: str, style: TextStyle, width: float) -> list[TextLines]:
    """A text as one block, or as blocks of ten lines when it is too long for one cell of a page."""
    whole = TextLines(text, style)
    lines = broken_lines(whole.text, style, width)
    if len(lines) <= MOST_LINES:
        return [whole]
    return [TextLines(text, style, lines[at : at + PIECE]) for at in range(0, len(lines), PIECE)]
