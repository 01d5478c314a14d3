"""Pages that an update writes again (ページの書き直し): the same page, with the same annotations, in other words.

Programs write a page again when they sign a field on it: the list of annotations becomes an object of its own, the
order of tabs or the date of the last change is noted. Nothing of that is drawn.
"""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.diff_analysis.rules import form_field_rules
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate, WhitelistRule

from signing.pades.objects import entry, name

_ANNOTATIONS = frozenset({"/Annots"})
_NOT_DRAWN = _ANNOTATIONS | {"/Tabs", "/LastModified"}


class PageRule(WhitelistRule):
    """Permits a page with the same entries and the very same annotations in the same order."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        """Looks at the pages that a revision wrote."""
        for reference in new.explicit_refs_in_revision():  # type: ignore[no-untyped-call]
            if not _exists(old, reference) or not _exists(new, reference):
                continue
            before, after = old(reference), new(reference)
            if name(before, "/Type") != "/Page" or not _is_same(before, after):
                continue
            yield ReferenceUpdate(reference)
            listed = after.raw_get("/Annots") if "/Annots" in after else None
            if isinstance(listed, generic.IndirectObject) and old.is_ref_unassignable(listed.reference):
                yield ReferenceUpdate(listed.reference)


def install() -> None:
    """Makes pyHanko's rule for new signature fields overlook the same entries of their pages."""
    form_field_rules.compare_dicts = _compare  # type: ignore[attr-defined,assignment]


def _compare(old: Any, new: Any, ignored: frozenset[str], raise_exc: bool = True) -> bool:
    exempt = _NOT_DRAWN if ignored == _ANNOTATIONS else ignored
    return bool(compare_dicts(old, new, exempt, raise_exc))


def _exists(resolver: HistoricalResolver, reference: Reference) -> bool:
    return resolver.reader.xrefs.get_historical_ref(reference, resolver.revision) is not None


def _is_same(before: Any, after: Any) -> bool:
    if not isinstance(after, generic.DictionaryObject) or isinstance(after, generic.StreamObject):
        return False
    same_list = _annotations(before) == _annotations(after)
    return same_list and bool(compare_dicts(before, after, _NOT_DRAWN, raise_exc=False))


def _annotations(page: Any) -> list[Any]:
    listed = entry(page, "/Annots", ())
    return [listed.raw_get(index) for index in range(len(listed))]
