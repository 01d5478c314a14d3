"""What the pages may look like after a signature (見た目の許される違い): only fields that were filled in since."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.fields import MDPPerm

from signing.pades import visual
from signing.pades.comments import DRAWN, new_comments
from signing.pades.fields import FoundSignature
from signing.pades.objects import entry, follow, name
from signing.pades.pages import iterate_pages
from signing.pades.visual import Looks, Rectangle

_DEPTH = 40


@dataclass
class _Allowed:
    masks: dict[int, list[Rectangle]] = field(default_factory=dict)
    drawn: dict[int, list[Rectangle]] = field(default_factory=dict)


def compare(
    reader: PdfFileReader, stream: BinaryIO, signatures: Sequence[FoundSignature], size: int
) -> dict[int, Looks]:
    """For each signature that does not cover the whole file, by its `end`: what its pages look like now."""
    allowed = {s.end: _allowed(reader, s, signatures) for s in signatures if 0 < s.end < size}
    found = visual.compare_looks(stream, {end: a.masks for end, a in allowed.items()}, size)
    for end, permitted in allowed.items():
        if permitted.drawn:
            hidden = visual.covered_pages(stream, end, size, permitted.drawn)
            looks = found[end]
            pages = tuple(sorted({*looks.pages, *hidden}))
            found[end] = Looks(pages, looks.is_partial, looks.is_blind)
    return found


def covered_by_signatures(
    reader: PdfFileReader, stream: BinaryIO, signatures: Sequence[FoundSignature], size: int
) -> tuple[int, ...]:
    """Pages (from 1) whose signed words a box hides that only came with a later signature.

    Whoever signs may draw a box, and the first signer did not foresee this one (sneaky signature attack).
    """
    first = next((s for s in signatures if s.revision >= 0 and 0 < s.end < size), None)
    if first is None:
        return ()
    known = {full for _, _, full in _widgets(reader.get_historical_resolver(first.revision))}
    later = {s.name for s in signatures if s.revision > first.revision} - known
    places: dict[int, list[Rectangle]] = {}
    for number, widget, full in _widgets(reader) if later else ():
        if full in later and _draws(widget) and (box := _box(widget)) is not None:
            places.setdefault(number, []).append(box)
    return tuple(visual.covered_pages(stream, first.end, size, places)) if places else ()


def hidden_text(reader: PdfFileReader, stream: BinaryIO, size: int) -> tuple[int, ...]:
    """Pages on which form fields lie over text of the page and hide it (from 1)."""
    places: dict[int, list[Rectangle]] = {}
    for number, widget, _ in _widgets(reader):
        if _kind(widget) != "/Sig" and (box := _box(widget)) is not None:
            places.setdefault(number, []).append(box)
    return visual.covered_by_fields(stream, size, places) if places else ()


def _allowed(
    reader: PdfFileReader, signature: FoundSignature, signatures: Sequence[FoundSignature]
) -> _Allowed:
    allowed = _Allowed()
    if signature.revision < 0:
        return allowed
    old = reader.get_historical_resolver(signature.revision)
    before = {full: _value(widget) for _, widget, full in _widgets(old)}
    later = {s.name for s in signatures if s.revision > signature.revision}
    for number, widget, full in _widgets(reader):
        filled = full in later or (full in before and before[full] != _value(widget))
        if filled and (box := _box(widget)) is not None:
            allowed.masks.setdefault(number, []).append(box)
    if signature.embedded is not None and signature.embedded.docmdp_level is MDPPerm.ANNOTATE:
        _allow_comments(reader, old, allowed)
    return allowed


def _allow_comments(reader: PdfFileReader, old: HistoricalResolver, allowed: _Allowed) -> None:
    new = reader.get_historical_resolver(reader.xrefs.total_revisions - 1)
    for number, comment in new_comments(old, new):
        box = _box(comment)
        if box is None:
            continue
        allowed.masks.setdefault(number, []).append(box)
        if name(comment, "/Subtype") in DRAWN:
            allowed.drawn.setdefault(number, []).append(box)


def new_visible_fields(reader: PdfFileReader, signature: FoundSignature) -> list[str]:
    """Empty signature fields added after a signature that draw something: nobody signed what they show."""
    old = reader.get_historical_resolver(signature.revision)
    known = {full for _, _, full in _widgets(old)}
    return [
        full
        for _, widget, full in _widgets(reader)
        if full not in known and _kind(widget) == "/Sig" and _value(widget) is None and _draws(widget)
    ]


def _draws(widget: Any) -> bool:
    box = _box(widget)
    return box is not None and box[2] > box[0] and box[3] > box[1] and entry(widget, "/AP") is not None


def _widgets(resolver: Any, most: int = visual.MAX_PAGES) -> Iterator[tuple[int, Any, str]]:
    """Form fields on the first pages: page from 0, the widget, the full name of its field."""
    owners = _owners(resolver)
    for number, (_, page) in enumerate(iterate_pages(resolver, most)):
        for raw in entry(page, "/Annots", ()):
            widget = follow(raw)
            if not isinstance(widget, generic.DictionaryObject) or name(widget, "/Subtype") != "/Widget":
                continue
            if isinstance(raw, generic.IndirectObject) and "/Parent" not in widget and "/T" not in widget:
                owner = owners.get((raw.idnum, raw.generation))
                widget = widget if owner is None else _adopted(widget, owner)
            yield number, widget, _full_name(widget)


def _owners(resolver: Any) -> dict[tuple[int, int], generic.DictionaryObject]:
    """Fields by the widgets they name as /Kids: some writers leave out the way back (/Parent)."""
    found: dict[tuple[int, int], generic.DictionaryObject] = {}
    pending = [(raw, 0) for raw in entry(entry(resolver.root, "/AcroForm"), "/Fields", ())]
    while pending:
        raw, depth = pending.pop()
        owner = follow(raw)
        kids = entry(owner, "/Kids", ())
        if not isinstance(owner, generic.DictionaryObject) or depth > _DEPTH:
            continue
        for index in range(len(kids)):
            kid = kids.raw_get(index)
            if isinstance(kid, generic.IndirectObject) and (kid.idnum, kid.generation) not in found:
                found[kid.idnum, kid.generation] = owner
                pending.append((kid, depth + 1))
    return found


def _adopted(widget: generic.DictionaryObject, owner: generic.DictionaryObject) -> generic.DictionaryObject:
    """The widget as it would be with the way back to its field."""
    adopted = generic.DictionaryObject(dict(widget))  # type: ignore[no-untyped-call]
    adopted[generic.NameObject("/Parent")] = owner
    return adopted


def _full_name(widget: Any) -> str:
    names: list[str] = []
    node = widget
    for _ in range(_DEPTH):
        if own := name(node, "/T"):
            names.append(own)
        node = entry(node, "/Parent")
        if not isinstance(node, generic.DictionaryObject):
            break
    return ".".join(reversed(names))


def _inherited(widget: Any, key: str) -> Any:
    node = widget
    for _ in range(_DEPTH):
        value = entry(node, key)
        if value is not None:
            return value
        node = entry(node, "/Parent")
        if not isinstance(node, generic.DictionaryObject):
            return None
    return None


def _value(widget: Any) -> str | None:
    value = _inherited(widget, "/V")
    return None if value is None else repr(value)


def _kind(widget: Any) -> str:
    return str(_inherited(widget, "/FT") or "")


def _box(annotation: Any) -> Rectangle | None:
    numbers: Collection[Any] = entry(annotation, "/Rect", ())
    try:
        x1, y1, x2, y2 = (float(number) for number in numbers)
    except (TypeError, ValueError):
        return None
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
