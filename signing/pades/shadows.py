"""Preparations for deceit (署名前の仕掛け) and later tricks that the comparison of objects does not see."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.pades.fields import FoundSignature
from signing.pades.fonts import is_same_font
from signing.pades.objects import entry, follow, name, usages
from signing.pades.strays import has_usage_rights, object_end, object_places
from signing.pades.structure import Flaw, Severity, unlisted_objects
from signing.pades.verdicts import Change

_HIDDEN_TYPES = frozenset({"/Page", "/Pages", "/Catalog"})
_MOST_OBJECTS = 20_000


def prepared_tricks(reader: PdfFileReader) -> Iterator[Flaw]:
    """What a signer may not have seen when signing: layers switched off, scripts, forms that redraw themselves."""
    root = reader.root
    layers = entry(entry(root, "/OCProperties"), "/D")
    if entry(layers, "/OFF") or name(layers, "/BaseState") == "/OFF":
        yield _remark(
            "hidden-layers",
            "表示されない設定のレイヤーがあります。署名した人が見ていない内容かもしれません。",
        )
    if any(_is_script(action) for action in _actions(root)):
        yield _remark(
            "script", "自動的に動くスクリプトが含まれています。表示される内容が変わることがあります。"
        )
    form = entry(root, "/AcroForm")
    if entry(form, "/XFA") is not None:
        yield _remark("xfa", "XFA形式のフォームが含まれています。表示される内容を検証できません。")
    if has_usage_rights(reader):
        yield _remark("usage-rights", "閲覧ソフトの使用権の署名(UR3)があります。文書の署名ではありません。")


def unreachable_pages(reader: PdfFileReader, signature: FoundSignature) -> list[Flaw]:
    """Pages or catalogs that lay in the file when it was signed and that nothing referred to."""
    if signature.revision < 0:
        return []
    old = reader.get_historical_resolver(signature.revision)
    references = {
        reference
        for revision in range(signature.revision + 1)
        for reference in reader.xrefs.explicit_refs_in_revision(revision)
    }
    if len(references) > _MOST_OBJECTS:
        return []
    reached = set(usages(old))
    for reference in references - reached:
        if reader.xrefs.get_historical_ref(reference, signature.revision) is None:
            continue
        if name(old(reference), "/Type") in _HIDDEN_TYPES:
            text = "どこからも使われていないページが隠れています。あとから表示される仕掛けかもしれません。"
            return [_remark("hidden-pages", text)]
    return []


def later_tricks(reader: PdfFileReader, signature: FoundSignature) -> list[Change]:
    """Changes after a signature that pyHanko's rules let pass and that change what a reader sees."""
    old = reader.get_historical_resolver(signature.revision)
    found: dict[str, Change] = {}
    for revision in range(signature.revision + 1, reader.xrefs.total_revisions):
        new = reader.get_historical_resolver(revision)
        found |= {change.text: change for change in _redrawn_form(old.root, new.root)}
    return [*found.values(), *_fulfilled_references(reader, signature)]


def hidden_updates(reader: PdfFileReader, stream: BinaryIO, start: int, size: int) -> list[Flaw]:
    """Objects appended after the last signature that no cross-reference table lists."""
    if start <= 0 or start >= size:
        return []
    listed = [
        (place[0], object_end(reader, stream, place)) for place in object_places(reader) if place[0] >= start
    ]
    for revision in range(reader.xrefs.total_revisions):
        meta = reader.xrefs.get_xref_container_info(revision)
        if meta.end_location > start:
            listed.append((meta.start_location, meta.end_location))
        hybrid = reader.xrefs.get_xref_data(revision).hybrid
        if (
            hybrid is not None
        ):  # the second table of a hybrid file is named by its offset and need not list itself
            listed.append((hybrid.meta_info.start_location, hybrid.meta_info.end_location))
    found = unlisted_objects(stream, start, size, listed)
    if not found:
        return []
    text = "署名のあとに、正規の更新ではない形で内容が書き込まれています。"
    return [Flaw(f"unlisted-objects: {', '.join(str(number) for number, _ in found[:5])}", text)]


def _redrawn_form(old_root: Any, new_root: Any) -> Iterator[Change]:
    """/NeedAppearances and the form's fonts decide how fields are drawn anew."""
    old, new = entry(old_root, "/AcroForm"), entry(new_root, "/AcroForm")
    if not _has_inputs(new):
        return
    if entry(new, "/NeedAppearances") and not entry(old, "/NeedAppearances"):
        text = "入力欄の見た目を作り直す指定(NeedAppearances)が、署名のあとに加えられています。"
        yield Change("form_field", False, text)
    old_fonts, new_fonts = (entry(entry(form, "/DR"), "/Font") for form in (old, new))
    if isinstance(old_fonts, generic.DictionaryObject):
        replaced = [key for key in old_fonts if not is_same_font(_raw(old_fonts, key), _raw(new_fonts, key))]
        if replaced:
            yield Change("form_field", False, "入力欄のフォントが、署名のあとに差し替えられています。")
    if entry(old, "/DA") not in (None, entry(new, "/DA")) and _inherits_style(new):
        yield Change("form_field", False, "入力欄の書式の既定値が、署名のあとに変えられています。")


def _fulfilled_references(reader: PdfFileReader, signature: FoundSignature) -> Iterator[Change]:
    """References of the signed version into nothing, which a later update gave something to point at."""
    old = reader.get_historical_resolver(signature.revision)
    try:
        reached = usages(old)
    except Exception:  # the page tree is broken: the comparison of objects has already said so
        return
    for reference in reached:
        if reader.xrefs.get_historical_ref(reference, signature.revision) is not None:
            continue
        try:
            last = reader.xrefs.get_last_change(reference)
        except KeyError:
            continue
        if last > signature.revision:
            text = "署名のときには中身のなかった部品に、あとから内容が入れられています。"
            yield Change("structure", False, text, objects=[reference.idnum])
            return


def _has_inputs(form: Any) -> bool:
    return bool(_inputs(form))


def _inputs(form: Any) -> list[Any]:
    fields: Sequence[Any] = entry(form, "/Fields", ())
    return [field for raw in fields if name(field := follow(raw), "/FT") != "/Sig"]


def _inherits_style(form: Any) -> bool:
    """Whether an input has no style (/DA) of its own: the form's is drawn with."""
    return any(entry(field, "/DA") is None for field in _inputs(form))


def _raw(holder: Any, key: str) -> Any:
    return holder.raw_get(key) if isinstance(holder, generic.DictionaryObject) and key in holder else None


def _actions(root: Any) -> Iterator[Any]:
    yield entry(root, "/OpenAction")
    for holder in (entry(root, "/AA"), entry(entry(entry(root, "/Names"), "/JavaScript"), "/Names")):
        values = holder.values() if isinstance(holder, generic.DictionaryObject) else holder or ()
        for raw in values:
            yield follow(raw)


def _is_script(action: Any) -> bool:
    return isinstance(action, generic.DictionaryObject) and (
        name(action, "/S") == "/JavaScript" or "/JS" in action
    )


def _remark(code: str, text: str) -> Flaw:
    return Flaw(code, text, Severity.MINOR)
