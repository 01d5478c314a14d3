"""Comments (注釈) after a certification that permits them (DocMDP P=3): added, answered, deleted."""

from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.diff_analysis.rules_api import QualifiedWhitelistRule, ReferenceUpdate

from signing.pades.objects import entry, name

COMMENTS = frozenset(
    {
        "/Text",
        "/Popup",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Caret",
        "/FreeText",
        "/Stamp",
        "/Ink",
        "/Line",
        "/Square",
        "/Circle",
        "/Polygon",
        "/PolyLine",
    }
)
"""What ISO 32000-2 calls markup annotations, without those that hide, replace or carry files."""
DRAWN = COMMENTS - {"/Text", "/Popup", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret"}
"""Comments that look like content of the page."""
_ACTIVE = ("/A", "/AA")


class CommentRule(QualifiedWhitelistRule):
    """Permits comments on pages that are otherwise as before; widgets only for new signature fields."""

    def apply_qualified(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, ReferenceUpdate]]:
        """Every page of the signed revision beside its successor."""
        for old_page, new_page in _pages(old.root["/Pages"], new.root["/Pages"], 0):
            yield from _judge(old_page, new_page, old, new)


def new_comments(old: HistoricalResolver, new: HistoricalResolver) -> Iterator[tuple[int, Any]]:
    """Comments that one revision has and an earlier one lacks: page from 0, and the annotation."""
    for number, (old_page, new_page) in enumerate(_pages(old.root["/Pages"], new.root["/Pages"], 0)):
        before = _annotations(old_page)
        for reference in _annotations(new_page) - before:
            annotation = new(reference)
            if isinstance(annotation, generic.DictionaryObject):
                yield number, annotation


def _judge(
    old_page: Any, new_page: Any, old: HistoricalResolver, new: HistoricalResolver
) -> Iterator[tuple[ModificationLevel, ReferenceUpdate]]:
    before, after = _annotations(old_page), _annotations(new_page)
    page = new_page.container_ref
    comments = [reference for reference in after if _is_comment(new(reference))]
    added = after - before
    for reference in added - set(comments):
        if name(new(reference), "/Subtype") != "/Widget" or not old.is_ref_unassignable(reference):
            raise SuspiciousModification(f"annotation {reference} is no comment")
    for reference in before - after:
        if not _is_comment(old(reference)):
            raise SuspiciousModification(f"annotation {reference} was deleted")
    for reference in comments:
        for dependency in new.collect_dependencies(
            generic.IndirectObject(reference.idnum, reference.generation, new),  # type: ignore[no-untyped-call]
            since_revision=old.revision + 1,
        ):
            yield ModificationLevel.ANNOTATIONS, ReferenceUpdate(dependency)
        if not old.is_ref_unassignable(reference):
            yield ModificationLevel.ANNOTATIONS, ReferenceUpdate(reference)
    compare_dicts(old_page, new_page, frozenset({"/Annots", "/LastModified", "/PieceInfo"}))
    level = ModificationLevel.ANNOTATIONS if comments or before - after else ModificationLevel.LTA_UPDATES
    yield level, ReferenceUpdate(Reference(page.idnum, page.generation, new))
    array = new_page.raw_get("/Annots") if "/Annots" in new_page else None
    if isinstance(array, generic.IndirectObject):
        yield level, ReferenceUpdate(array.reference)


def _is_comment(annotation: Any) -> bool:
    return (
        isinstance(annotation, generic.DictionaryObject)
        and not isinstance(annotation, generic.StreamObject)
        and name(annotation, "/Subtype") in COMMENTS
        and not any(key in annotation for key in _ACTIVE)
    )


def _annotations(page: Any) -> set[Reference]:
    items = entry(page, "/Annots", ())
    if not all(isinstance(item, generic.IndirectObject) for item in items):
        raise SuspiciousModification("annotation that is no object of its own")
    return {item.reference for item in items}


def _pages(old: Any, new: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    old_kids, new_kids = old["/Kids"], new["/Kids"]
    same = len(old_kids) == len(new_kids) and all(
        (a.idnum, a.generation) == (b.idnum, b.generation) for a, b in zip(old_kids, new_kids, strict=True)
    )
    if not same or depth > 40:
        raise SuspiciousModification("the tree of pages was changed")
    for a, b in zip(old_kids, new_kids, strict=True):
        before, after = a.get_object(), b.get_object()
        if name(before, "/Type") == "/Pages":
            yield from _pages(before, after, depth + 1)
        else:
            yield before, after
