"""Layouts of key notices (お知らせの配置): which words stand beside or below which label, from their places on a page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from guarantees.notice_pieces import Piece, joined_rows, rows_of
from guarantees.notice_words import (
    COLON,
    LabelFound,
    ends_value,
    is_label,
    is_usual_key,
    key_in,
    label_at,
    number_in,
    plain,
    shown,
    squashed,
)


@dataclass
class Labelled:
    """A label in its place, and the lines of its value."""

    code: str
    place: Piece
    lines: list[Piece] = field(default_factory=list)
    is_beside: bool = True
    """Whether the value stands beside the label, or below it."""

    @property
    def left(self) -> float:
        """Where the value begins."""
        return min(line.x0 for line in self.lines)


BESIDE, TIGHT, FAR = 0.15, 0.5, 0.95
"""Shares of a line's height: overlap that makes two stand beside each other; gaps within and at the end of a value."""
MANY = 3


def labelled_values(page: Sequence[Piece]) -> list[Labelled]:
    """Every label of a page with the lines of its value, in the order of the page."""
    labels, others = _split([part for piece in _with_whole_labels(page) for part in _parted(piece)])
    free = _take_beside(labels, others)
    free = _take_continuations(labels, free)
    if not _take_in_order(labels, free):
        _take_below(labels, free)
    return labels


def _with_whole_labels(page: Sequence[Piece]) -> list[Piece]:
    """The pieces, labels that are broken into two or three lines as one."""
    left = sorted(page, key=lambda piece: piece.top)
    whole: list[Piece] = []
    while left:
        first = left.pop(0)
        lines = [first]
        while len(lines) < 3 and (below := _line_below(lines[-1], left)) is not None:
            lines.append(below)
        for count in range(len(lines), 1, -1):
            joined = _joined(lines[:count])
            if is_label(joined.text) and not any(is_label(line.text) for line in lines[1:count]):
                first = joined._replace(x1=max(line.x1 for line in lines[:count]))
                left = [piece for piece in left if piece not in lines[1:count]]
                break
        whole.append(first)
    return whole


def _parted(piece: Piece) -> list[Piece]:
    """A line that holds several labels with their values, each with its colon, in parts."""
    parts, width = [""], (piece.x1 - piece.x0) / max(len(piece.text), 1)
    for word in re.split(r"(\s+)", piece.text):
        begins = bool(re.search("[:：]", word)) and label_at(word) is not None and bool(parts[-1].strip())
        parts = [*parts, word] if begins else [*parts[:-1], parts[-1] + word]
    if len(parts) == 1:
        return [piece]
    starts = [sum(map(len, parts[:n])) * width + piece.x0 for n in range(len(parts) + 1)]
    return [
        piece._replace(x0=starts[n], x1=starts[n + 1] - width / 2, text=part.strip())
        for n, part in enumerate(parts)
    ]


def _line_below(line: Piece, others: Sequence[Piece]) -> Piece | None:
    """A short line that begins, or stands, right below another."""
    for other in others:
        gap = other.top - line.bottom
        begins = abs(other.x0 - line.x0) < line.height * 0.6
        centred = abs(other.x0 + other.x1 - line.x0 - line.x1) < line.height
        if -line.height * 0.3 <= gap < line.height * 0.7 and (begins or centred) and not other.is_cell:
            return other
    return None


def _split(pieces: Sequence[Piece]) -> tuple[list[Labelled], list[Piece]]:
    """Labels, and everything else; what stands behind a label in the same words is its first line."""
    labels, others = [], []
    for row in rows_of(pieces):
        at = 0
        while at < len(row):
            found, used = _label_from(row, at)
            if found is None:
                others.append(row[at])
                at += 1
                continue
            place = _joined(row[at : at + used])
            label = Labelled(found.code, place)
            if found.rest:
                width = (place.x1 - place.x0) * len(found.rest) / max(len(shown(place.text)), 1)
                label.lines.append(place._replace(x0=place.x1 - width, text=found.rest))
                label.place = place._replace(x1=place.x1 - width)
            labels.append(label)
            at += used
    return labels, others


def _label_from(row: Sequence[Piece], at: int) -> tuple[LabelFound | None, int]:
    """The label that begins with a piece: alone, or spread over several that hold one or two characters each."""
    for used in range(min(len(row) - at, 8), 1, -1):
        spread = row[at : at + used]
        if all(len(squashed(piece.text)) <= 3 for piece in spread[:-1]):
            found = label_at("".join(piece.text for piece in spread))
            if found is not None and len(found.rest) < len(shown(spread[-1].text)):
                return found, used
    return label_at(row[at].text), 1


def _joined(pieces: Sequence[Piece]) -> Piece:
    return Piece(
        pieces[0].x0,
        min(p.top for p in pieces),
        pieces[-1].x1,
        max(p.bottom for p in pieces),
        "".join(p.text for p in pieces),
    )


def _take_beside(labels: list[Labelled], pieces: list[Piece]) -> list[Piece]:
    """Give each piece to the nearest label on its left; the ones that have none stay free."""
    free = []
    for piece in pieces:
        beside = [
            label
            for label in labels
            if label.place.x1 <= piece.x0 + 1 and label.place.overlap(piece) > BESIDE
        ]
        if not beside:
            free.append(piece)
            continue
        nearest = max(beside, key=lambda label: (label.place.x1, label.place.overlap(piece)))
        words = COLON.sub("", shown(piece.text), count=1)
        if words:
            nearest.lines.append(piece._replace(text=words))
    return free


def _take_continuations(labels: list[Labelled], free: list[Piece]) -> list[Piece]:
    """Lines above and below a value that stand in its column: the widest gap parts one value from the next."""
    valued = [label for label in labels if label.lines and not _is_whole(label)]
    taken: set[int] = set()
    for label in valued:
        column = [(n, piece) for n, piece in enumerate(free) if n not in taken and _in_column(piece, label)]
        below = _chain(label, [item for item in column if item[1].top >= _bottom(label) - 1])
        upper = [item for item in column if item[1].bottom <= _top(label) + 1]
        above = _chain_up(label, upper, valued)
        label.lines += [piece for _, piece in below + above]
        taken |= {n for n, _ in below + above}
    return [piece for n, piece in enumerate(free) if n not in taken]


def _is_whole(label: Labelled) -> bool:
    """Whether nothing can follow: the cell of a table is known, or number and key have their full shape."""
    words = "".join(piece.text for piece in label.lines)
    if any(line.is_cell for line in label.lines):
        return True
    if label.code == "key":
        return (key := key_in(words)) is not None and is_usual_key(key, None)
    return label.code == "number" and number_in(words) is not None


def _in_column(piece: Piece, label: Labelled) -> bool:
    """Whether a line may go on with a value: it begins where the value or, in running text, its label begins."""
    first = label.lines[0]
    is_running = first.x0 - label.place.x1 < first.height
    is_below_label = is_running and abs(piece.x0 - label.place.x0) < first.height * 2
    middle = (label.place.x0 + max(line.x1 for line in label.lines)) / 2
    is_centred = is_running and abs((piece.x0 + piece.x1) / 2 - middle) < first.height
    return abs(piece.x0 - label.left) < first.height * 2 or is_below_label or is_centred


def _top(label: Labelled) -> float:
    return min(line.top for line in label.lines)


def _bottom(label: Labelled) -> float:
    return max(line.bottom for line in label.lines)


def _chain(label: Labelled, column: list[tuple[int, Piece]]) -> list[tuple[int, Piece]]:
    """Lines that follow a value closely."""
    chain: list[tuple[int, Piece]] = []
    edge = _bottom(label)
    gap_within = None
    for n, piece in sorted(column, key=lambda item: item[1].top):
        gap = piece.top - edge
        too_far = gap > piece.height * FAR or (
            gap_within is not None and gap > gap_within + piece.height * 0.2
        )
        if too_far or ends_value(piece.text):
            break
        chain.append((n, piece))
        gap_within, edge = gap, piece.bottom
    return chain


def _chain_up(
    label: Labelled, column: list[tuple[int, Piece]], others: list[Labelled]
) -> list[tuple[int, Piece]]:
    """Lines closely above a value whose label stands in the middle of its cell."""
    chain: list[tuple[int, Piece]] = []
    edge = _top(label)
    for n, piece in sorted(column, key=lambda item: -item[1].bottom):
        above = max(
            (_bottom(o) for o in others if o is not label and _bottom(o) <= piece.top + 1), default=None
        )
        gap = edge - piece.bottom
        is_nearer = above is None or gap < piece.top - above + piece.height * 0.05
        if gap > piece.height * TIGHT * 2 or not is_nearer or ends_value(piece.text):
            break
        if abs(piece.x0 - label.left) > piece.height:
            break
        chain.append((n, piece))
        edge = piece.top
    return chain


def _take_in_order(labels: list[Labelled], free: list[Piece]) -> bool:
    """All labels, then all values: how some programs copy a table out, column by column."""
    empty = [label for label in labels if not label.lines]
    if len(empty) < MANY or not {"number", "key"} <= {label.code for label in empty}:
        return False
    last = empty[-1].place
    rows = len(rows_of(label.place for label in empty))
    after = [
        p for p in sorted(free, key=lambda p: p.top) if p.top >= last.bottom - 1 and not ends_value(p.text)
    ]
    values = after[: len(empty)]
    if rows < len(empty) or len(values) < len(empty):
        return False
    if not any(e.code == "number" and number_in(v.text) for e, v in zip(empty, values, strict=True)):
        return False
    for label, value in zip(empty, values, strict=True):
        label.lines.append(value)
    return True


def _take_below(labels: list[Labelled], free: list[Piece]) -> None:
    """Values below their labels: of a heading above its value, or of a table whose first row holds the labels."""
    empty = [label for label in labels if not label.lines]
    for row in rows_of(label.place for label in empty):
        heads = [label for label in empty if label.place in row]
        floor = min(
            (label.place.top for label in labels if label.place.top > row[0].bottom - 1), default=float("inf")
        )
        bottom = max(head.place.bottom for head in heads)
        under = [piece for piece in free if piece.top >= bottom - 1 and piece.top < floor - 1]
        edge = dict.fromkeys(range(len(heads)), bottom)
        for piece in sorted(under, key=lambda p: (p.top, p.x0)):
            nearest = _head_over(heads, piece)
            limit = 2.5 if not heads[nearest].lines else FAR
            if piece.top - edge[nearest] > piece.height * limit or ends_value(piece.text):
                edge[nearest] = float("-inf")
                continue
            heads[nearest].lines.append(piece)
            heads[nearest].is_beside = False
            edge[nearest] = piece.bottom
            free.remove(piece)


def _head_over(heads: list[Labelled], piece: Piece) -> int:
    def distance(n: int) -> tuple[float, float]:
        place = heads[n].place
        shared = min(place.x1, piece.x1) - max(place.x0, piece.x0)
        return (-max(shared, 0.0), abs(place.x0 + place.x1 - piece.x0 - piece.x1))

    return min(range(len(heads)), key=distance)


def words_of(label: Labelled) -> str:
    """The value as one line."""
    return joined_rows(rows_of(label.lines))


def row_words(label: Labelled) -> list[str]:
    """The rows of a value, for numbers and keys that are put together only as far as their shape asks."""
    return ["".join(plain(piece.text) for piece in row) for row in rows_of(label.lines)]
