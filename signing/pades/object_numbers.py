"""Object numbers (オブジェクト番号): whether an update may give one to a new object without touching an old one.

pyHanko takes every number below /Size as given away. Programs also use numbers that a file never used, or that it
has freed (Acrobat does): nothing that was signed is changed by that, as long as nothing refers to them.
"""

from weakref import WeakKeyDictionary

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver

from signing.pades.objects import usages

stock_check = HistoricalResolver.is_ref_unassignable
_taken: WeakKeyDictionary[HistoricalResolver, frozenset[int]] = WeakKeyDictionary()


def is_free(resolver: HistoricalResolver, reference: Reference) -> bool:
    """Whether a revision neither has an object of that number, in any generation, nor refers to one."""
    if stock_check(resolver, reference):
        return True
    if resolver not in _taken:
        _taken[resolver] = frozenset(_numbers(resolver))
    return reference.idnum not in _taken[resolver]


def install() -> None:
    """Makes pyHanko use it."""
    HistoricalResolver.is_ref_unassignable = is_free  # type: ignore[method-assign,assignment]


def _numbers(resolver: HistoricalResolver) -> set[int]:
    xrefs = resolver.reader.xrefs
    numbers = {reference.idnum for reference in usages(resolver)}
    for revision in range(resolver.revision + 1):
        for reference in xrefs.explicit_refs_in_revision(revision):
            if xrefs.get_historical_ref(reference, resolver.revision) is not None:
                numbers.add(reference.idnum)
    return numbers
