"""Pieces of a page (紙面の語): words in their places, rows of them, and the cells that the lines of a table part."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from guarantees.notice_words import label_at, shown, squashed, without_spacing


class Piece(NamedTuple):
    """Words in one place of a page; places in points from its upper left corner."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str
    is_cell: bool = False
    """Whether these are all the words of one cell of a table, and the place is the cell's."""

    @property
    def height(self) -> float:
        """Of the line, in points; never zero."""
        return max(self.bottom - self.top, 0.1)

    def overlap(self, other: "Piece") -> float:
        """How much of the lower line's height both share, 0 to 1."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared / min(self.height, other.height)


CELL = 100.0
"""Width of a cell of plain text, wider than any line."""


def pieces_of(text: str) -> list[Piece]:
    """Plain text as pieces: a line is a row, a tab or two spaces part its pieces."""
    pieces = []
    for row, line in enumerate(text.splitlines()):
        for start, words in _parts(line):
            pieces.append(Piece(start, row * 1.5, start + _width(words), row * 1.5 + 1, words))
    return pieces


def _parts(line: str) -> Iterable[tuple[float, str]]:
    """Words and where they begin: in equal columns where tabs or lines part them, else by the width before them."""
    cells = re.split(r"[\t|｜│]", line)
    if len(cells) > 1:
        yield from ((n * CELL, cell.strip()) for n, cell in enumerate(cells) if cell.strip())
        return
    for found in re.finditer(r"\S+(?:(?: |\u3000| \u3000|\u3000 )\S+)*", line):
        yield _width(line[: found.start()]), found.group()


def _width(words: str) -> float:
    return sum(0.5 if ord(character) < 0x2E80 else 1.0 for character in words)


def rows_of(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces that stand beside each other, rows from the top, each from the left."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.top + p.bottom, p.x0)):
        if rows and rows[-1][0].overlap(piece) > 0.6:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row) for row in rows]


class Rule(NamedTuple):
    """A line of a table (罫線), upright or level."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def is_level(self) -> bool:
        """Whether it runs from left to right."""
        return self.x1 - self.x0 > self.bottom - self.top


SLACK, MOST_ROWS = 3.0, 12
Cell = tuple[float, float, float, float]


def joined_in_cells(pieces: Sequence[Piece], rules: Sequence[Rule]) -> list[Piece]:
    """The pieces, those that share a cell of a table as one with the cell's place; a frame around a form is no cell."""
    level = [rule for rule in rules if rule.is_level]
    upright = [rule for rule in rules if not rule.is_level]
    cells: dict[Cell, list[Piece]] = {}
    for piece in pieces:
        cells.setdefault(_cell_of(piece, level, upright), []).append(piece)
    return [made for cell, inside in cells.items() for made in _made(cell, inside)]


NOWHERE = float("inf")


def _cell_of(piece: Piece, level: Sequence[Rule], upright: Sequence[Rule]) -> Cell:
    x, y = (piece.x0 + piece.x1) / 2, (piece.top + piece.bottom) / 2
    across = [r for r in upright if r.top - SLACK <= y <= r.bottom + SLACK]
    along = [r for r in level if r.x0 - SLACK <= x <= r.x1 + SLACK]
    left = max((r.x0 for r in across if r.x0 <= x), default=-NOWHERE)
    right = min((r.x0 for r in across if r.x0 >= x), default=NOWHERE)
    above = max((r.top for r in along if r.top <= y), default=-NOWHERE)
    below = min((r.top for r in along if r.top >= y), default=NOWHERE)
    return left, above, right, below


def _made(cell: Cell, inside: list[Piece]) -> Iterable[Piece]:
    """One piece where the cell is closed on all sides and holds a label alone, or no label at all."""
    rows = rows_of(inside)
    is_closed = NOWHERE not in cell and -NOWHERE not in cell and len(rows) <= MOST_ROWS
    if not is_closed or (any(label_at(_row_text(row)) for row in rows) and not _is_label(rows)):
        return inside
    text = joined_rows(rows)
    return [Piece(*cell[:4], text, is_cell=True)]


def _row_text(row: Sequence[Piece]) -> str:
    return " ".join(piece.text for piece in row)


def _is_label(rows: Sequence[Sequence[Piece]]) -> bool:
    """Whether all the words of a cell are one label, in one row or broken into several."""
    found = label_at("".join(squashed(piece.text) for row in rows for piece in row))
    return found is not None and not found.rest


def joined_rows(rows: Iterable[Sequence[Piece]]) -> str:
    """Rows as one line: closed up where Japanese goes on, a space where one stood or Latin words meet."""
    text = ""
    for row in rows:
        words = " ".join(without_spacing(shown(piece.text)) for piece in row)
        is_latin = text[-1:].isascii() and words[:1].isascii() and text[-1:].isalnum() and words[:1].isalnum()
        text += (" " if is_latin else "") + words
    return text.strip()
