"""Pages of a revision (ページの番号): which object is which page."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pyhanko.pdf_utils import generic

from signing.pades.objects import entry, follow

PageMap = dict[tuple[int, int], int]
"""Object number and generation of each page, and its number counted from 1."""
_MOST = 20_000
_DEPTH = 50


def page_map(resolver: Any) -> PageMap:
    """The pages of a reader or of one of its revisions, in order."""
    found: PageMap = {}
    for number, (reference, _) in enumerate(iterate_pages(resolver), start=1):
        found.setdefault(reference, number)
    return found


def iterate_pages(resolver: Any, most: int = _MOST) -> Iterator[tuple[tuple[int, int], Any]]:
    """Every page: its reference and its dictionary."""
    yield from islice(_descend(resolver.root["/Pages"], 0, set()), most)


def _descend(node: Any, depth: int, seen: set[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], Any]]:
    for raw in entry(node, "/Kids", ()):
        if not isinstance(raw, generic.IndirectObject) or depth > _DEPTH:
            continue
        key = (raw.idnum, raw.generation)
        if key in seen:
            continue
        seen.add(key)
        kid = follow(raw)
        if not isinstance(kid, generic.DictionaryObject):
            continue
        if "/Kids" in kid:
            yield from _descend(kid, depth + 1, seen)
        else:
            yield key, kid
