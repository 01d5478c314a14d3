"""Structure of a tagged file (タグ付きPDFの構造): a program that signs may add its box to it.

The tree tells a screen reader what stands where; nothing of it is drawn. It may grow, and what was there stays.
"""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate, WhitelistRule

from signing.pades.objects import entry, usages

_TREE = ("/Root", "/StructTreeRoot")
_GROWING = frozenset({"/K", "/Nums", "/Kids"})
_COUNTING = frozenset({"/ParentTreeNextKey", "/Limits"})


class StructureTreeRule(WhitelistRule):
    """Permits objects that are used in the structure tree alone to be added, and old ones to grow."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        """Looks at what a revision wrote."""
        if "/StructTreeRoot" not in old.root or "/StructTreeRoot" not in new.root:
            return
        written: set[Reference] = new.explicit_refs_in_revision()  # type: ignore[no-untyped-call]
        grown = [reference for reference in written if _has_grown(old, new, reference)]
        yield from map(ReferenceUpdate, grown)
        for reference in written if grown else ():
            if old.is_ref_unassignable(reference) and _is_in_tree_alone(new, reference):
                yield ReferenceUpdate(reference)


def _has_grown(old: HistoricalResolver, new: HistoricalResolver, reference: Reference) -> bool:
    if not _is_in_tree_alone(old, reference) or not _is_in_tree_alone(new, reference):
        return False
    before, after = old(reference), new(reference)
    if isinstance(before, generic.ArrayObject) and isinstance(after, generic.ArrayObject):
        return _is_part(_items(before), _items(after))
    if not isinstance(before, generic.DictionaryObject) or not isinstance(after, generic.DictionaryObject):
        return False
    fixed = (set(before) | set(after)) - _GROWING - _COUNTING
    same = all(key in before and key in after and before.raw_get(key) == after.raw_get(key) for key in fixed)
    return same and all(_is_part(_items(before, key), _items(after, key)) for key in _GROWING)


def _is_in_tree_alone(resolver: HistoricalResolver, reference: Reference) -> bool:
    """Whether an object is no stream, and reached through the structure tree and in no other way."""
    paths = usages(resolver).get(reference)
    if not paths or any(tuple(path)[:2] != _TREE for path in paths):
        return False
    return not isinstance(resolver(reference), generic.StreamObject)


def _items(holder: Any, key: str | None = None) -> list[Any]:
    if key is None:
        return [holder.raw_get(index) for index in range(len(holder))]
    if key not in holder:
        return []
    raw, value = holder.raw_get(key), entry(holder, key)
    if isinstance(value, generic.ArrayObject) and not isinstance(raw, generic.IndirectObject):
        return _items(value)
    return [raw]


def _is_part(before: list[Any], after: list[Any]) -> bool:
    """Whether all old items are there in their order, with others between them."""
    rest = iter(after)
    return all(any(item == other for other in rest) for item in before)
