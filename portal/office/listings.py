"""Lists (一覧): filters, order and page live in the address, so that a list can be sent to a colleague."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from forms.texts import half_width

PAGE_SIZE = 25
FULL_WIDTH = {0x20: 0x3000} | {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@dataclass(frozen=True)
class Listing:
    """One page of a list: `rows`, and how many there are in all. `pages` is at least 1."""

    rows: Sequence[Any]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    def href(self, page: int) -> str:
        """The address of another page of the same list."""
        return address_with(page=page if page > 1 else None)


def has_word(texts: Sequence[Any], word: str) -> ColumnElement[bool]:
    """Whether one of the texts contains the word, as it was typed or all in half-width or full-width letters."""
    half = half_width(word)
    spellings = dict.fromkeys((word, half, half.translate(FULL_WIDTH)))
    return or_(*(text.icontains(spelling, autoescape=True) for text in texts for spelling in spellings))


def listing_of(found: Sequence[Any]) -> Listing:
    """The page of rows that are already there, in their order."""
    page = _wanted_page(len(found))
    return Listing(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], len(found), page)


def list_page(session: Session, query: Select[Any]) -> Listing:
    """The page of `query` that the address asks for; the last one when it asks for more."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    page = _wanted_page(total)
    rows = session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).unique().all()
    return Listing(rows, total, page)


def _wanted_page(total: int) -> int:
    last = max(1, -(-total // PAGE_SIZE))
    return min(max(1, request.args.get("page", 1, type=int)), last)


def address_with(**changes: Any) -> str:
    """The address of this list with some of its parameters changed; None leaves one out."""
    assert request.endpoint is not None
    kept = {key: value for key, value in request.args.items() if value} | (request.view_args or {})
    given = {key: value for key, value in (kept | changes).items() if value is not None}
    return url_for(request.endpoint, **given)


def sort_columns(columns: Sequence[Mapping[str, Any]], default: str) -> list[dict[str, Any]]:
    """Columns for the table component: those with a `sort` key get a link and their present order."""
    current = request.args.get("sort") or default
    return [_sortable(dict(column), current) for column in columns]


def _sortable(column: dict[str, Any], current: str) -> dict[str, Any]:
    key = column.pop("sort", None)
    if key is None:
        return column
    if current.lstrip("-") == key:
        column["sorted"] = "descending" if current.startswith("-") else "ascending"
    other = f"-{key}" if current == key else key
    return column | {"href": address_with(sort=other, page=None)}
