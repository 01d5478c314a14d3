"""Changes after a signature (署名後の変更) in plain Japanese: which fields, objects and pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import FieldMDPSpec

from signing.pades.diffs import Result, changed_fields
from signing.pades.fields import FoundSignature
from signing.pades.layout import field_in_words
from signing.pades.objects import entry, follow, usages
from signing.pades.objects import name as text_of
from signing.pades.pages import PageMap, page_map
from signing.pades.verdicts import Change

_MOST = 12
_ROOT_KEYS = {
    "/OpenAction": ("script", "文書を開いたときの動作が変わっています。"),
    "/AA": ("script", "文書の自動的な動作が変わっています。"),
    "/Names": ("structure", "名前の一覧(スクリプト・添付ファイルなど)が変わっています。"),
    "/OCProperties": ("structure", "レイヤーの表示・非表示の設定が変わっています。"),
    "/Pages": ("page", "ページの構成が変わっています。"),
    "/Collection": ("attachment", "添付ファイルの一覧が変わっています。"),
    "/AF": ("attachment", "添付ファイルが変わっています。"),
    "/Perms": ("structure", "文書の権限の設定が変わっています。"),
}
_HARMLESS = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/MarkInfo", "/Version"})


@dataclass
class Later:
    """What is known of the versions after one signature."""

    reader: PdfFileReader
    signature: FoundSignature
    others: Sequence[FoundSignature]
    result: Result | None
    is_permitted: bool
    suspects: list[int] = field(default_factory=list)
    lock: FieldMDPSpec | None = None

    @property
    def base(self) -> HistoricalResolver:
        return self.reader.get_historical_resolver(self.signature.revision)

    @property
    def newest(self) -> HistoricalResolver:
        return self.reader.get_historical_resolver(self.reader.xrefs.total_revisions - 1)

    @property
    def revisions(self) -> range:
        return range(self.signature.revision + 1, self.reader.xrefs.total_revisions)


class _Step:
    """One revision and the one before it."""

    def __init__(self, reader: PdfFileReader, revision: int) -> None:
        self.old = reader.get_historical_resolver(revision - 1)
        self.new = reader.get_historical_resolver(revision)
        self.pages: PageMap = page_map(self.old)


def list_changes(later: Later) -> list[Change]:
    """Everything that came after a signature, the permitted and the other."""
    found = list(_permitted(later))
    if later.is_permitted:
        return found
    try:
        suspicious = list(_suspicious(later))
    except Exception:  # a hostile file may break the explanation; it does not break the finding
        suspicious = []
    if not suspicious:
        text = "署名のあとに、許可されていない形で文書が変更されています。"
        suspicious = [Change("unknown", False, text, objects=_numbers(later)[:_MOST])]
    return suspicious + found


def _permitted(later: Later) -> Iterator[Change]:
    names = set(changed_fields(later.result))
    for other in later.others:
        if other is later.signature or other.revision <= later.signature.revision:
            continue
        names.discard(other.name)
        if other.is_timestamp:
            yield Change("timestamp", True, f"文書全体のタイムスタンプ「{other.name}」が追加されました。")
        else:
            yield Change("signature", True, f"署名欄「{other.name}」に署名されました。")
    for name in sorted(names):
        yield Change("form_field", later.is_permitted, f"{field_in_words(name)}が記入されました。")
    try:
        yield from _data(later)
    except Exception:  # as above: the finding stands without its explanation
        return


def _data(later: Later) -> Iterator[Change]:
    old, new = later.base, later.reader.get_historical_resolver(later.revisions[-1])
    if _moved(later, old.root, new.root, "/DSS"):
        yield Change("revocation_data", True, "検証情報(証明書・失効情報)が追加されました。")
    info = old.trailer_view, new.trailer_view
    if _moved(later, old.root, new.root, "/Metadata") or _moved(later, *info, "/Info"):
        yield Change("metadata", True, "文書の属性(題名・作成ソフトなど)が書き換えられました。")
    level = later.result.modification_level if isinstance(later.result, DiffResult) else None
    if later.is_permitted and level is ModificationLevel.ANNOTATIONS:
        yield Change("annotation", True, "注釈(コメント)が追加または変更されました。")


def _moved(later: Later, old: Any, new: Any, key: str) -> bool:
    """Whether an entry, or anything new that hangs on it, was written after the signature."""
    if key not in new:
        return key in old
    if key not in old:
        return True
    before, after = old.raw_get(key), new.raw_get(key)
    if isinstance(after, generic.IndirectObject):
        if not isinstance(before, generic.IndirectObject) or before.idnum != after.idnum:
            return True
        return bool(later.reader.xrefs.get_last_change(after.reference) > later.signature.revision)
    return bool(before != after)


def _suspicious(later: Later) -> Iterator[Change]:
    seen: set[tuple[str, str]] = set()
    for change in _each(later):
        key = (change.kind, change.text)
        if key not in seen and len(seen) < _MOST:
            seen.add(key)
            yield change


def _each(later: Later) -> Iterator[Change]:
    for name in changed_fields(later.result) or _filled(later):
        if later.lock is not None and later.lock.is_locked(name):
            yield Change(
                "form_field", False, f"署名で固定された{field_in_words(name)}が書き換えられています。"
            )
    for revision in later.suspects:
        step = _Step(later.reader, revision)
        yield from _catalog(step)
        yield from _page_count(step)
        for reference in sorted(_written(step.new), key=lambda reference: reference.idnum):
            yield from _one(step, reference)


def _filled(later: Later) -> list[str]:
    """Fields whose value is not the signed one any more."""
    old, new = (dict(_values(entry(r.root, "/AcroForm"), "/Fields", "")) for r in (later.base, later.newest))
    return sorted(name for name in new if name in old and old[name] != new[name])


def _values(holder: Any, key: str, parent: str) -> Iterator[tuple[str, str]]:
    for raw in entry(holder, key, ()):
        item = follow(raw)
        full = ".".join(part for part in (parent, text_of(item, "/T")) if part)
        yield full, repr(entry(item, "/V"))
        yield from _values(item, "/Kids", full)


def _written(new: HistoricalResolver) -> set[generic.Reference]:
    return new.reader.xrefs.explicit_refs_in_revision(new.revision)


def _catalog(step: _Step) -> Iterator[Change]:
    before, after = step.old.root, step.new.root
    for key in sorted(set(before) | set(after)):
        if key in _HARMLESS:
            continue
        same = key in before and key in after and before.raw_get(key) == after.raw_get(key)
        if not same:
            kind, text = _ROOT_KEYS.get(key, ("structure", f"文書の設定({key})が変わっています。"))
            yield Change(kind, False, text, objects=[step.new.root_ref.idnum])


def _page_count(step: _Step) -> Iterator[Change]:
    now = page_map(step.new)
    added = sorted(page for reference, page in now.items() if reference not in step.pages)
    removed = sorted(page for reference, page in step.pages.items() if reference not in now)
    if added:
        yield Change("page", False, f"{_list(added)}が追加されています。", pages=added[:_MOST])
    if removed:
        yield Change("page", False, f"署名時の{_list(removed)}がなくなっています。", pages=removed[:_MOST])
    if not added and not removed and now != step.pages:
        yield Change("page", False, "ページの順番が変わっています。")


def _one(step: _Step, reference: generic.Reference) -> Iterator[Change]:
    numbers = [reference.idnum]
    found = usages(step.old).get(reference)
    if reference in step.new.reader.xrefs.refs_freed_in_revision(step.new.revision):
        yield Change("structure", False, "署名されたオブジェクトが削除されています。", objects=numbers)
        return
    if not found:
        return
    paths = [tuple(path) for path in found]
    page = step.pages.get((reference.idnum, reference.generation))
    if page is not None:
        yield from _page(step.old(reference), step.new(reference), page, numbers)
        return
    for path in paths:
        place = _by_path(step, path)
        if place is not None:
            kind, text, number = place
            yield Change(kind, False, text, pages=[number] if number else [], objects=numbers)


def _page(old: Any, new: Any, page: int, numbers: list[int]) -> Iterator[Change]:
    if not isinstance(new, generic.DictionaryObject):
        yield Change("page", False, f"{page}ページ目が別のものに置き換えられています。", [page], numbers)
        return
    changed = {key for key in set(old) | set(new) if old.get(key) != new.get(key)}
    if "/Annots" in changed:
        text = f"{page}ページ目の注釈または入力欄の一覧が変わっています。"
        yield Change("annotation", False, text, [page], numbers)
    if changed - {"/Annots"}:
        yield Change("page", False, f"{page}ページ目の内容が変わっています。", [page], numbers)


def _by_path(step: _Step, path: tuple[Any, ...]) -> tuple[str, str, int | None] | None:
    page = _page_of(step, path)
    if "/Contents" in path or "/Resources" in path:
        where = f"{page}ページ目" if page else "ページ"
        return "page", f"{where}の内容(文字・画像・フォント)が書き換えられています。", page
    if "/Annots" in path:
        where = f"{page}ページ目" if page else "ページ"
        return "annotation", f"{where}の注釈または入力欄が書き換えられています。", page
    if path[:2] == ("/Root", "/AcroForm"):
        return "form_field", "署名された入力欄またはその見た目が書き換えられています。", None
    if "/EmbeddedFiles" in path or "/EF" in path:
        return "attachment", "添付ファイルが書き換えられています。", None
    if any(key in path for key in ("/JavaScript", "/JS", "/OpenAction", "/AA")):
        return "script", "自動的な動作(スクリプト)が書き換えられています。", None
    if path in (("/Root",), ("/Info",)) or path[:2] in (("/Root", "/DSS"), ("/Root", "/Metadata")):
        return None
    return "structure", "署名された部品が書き換えられています。", page


def _page_of(step: _Step, path: tuple[Any, ...]) -> int | None:
    node: Any = step.old.root if path[:1] == ("/Root",) else None
    for key in path[1:]:
        if node is None:
            return None
        raw = node.raw_get(key)
        if isinstance(raw, generic.IndirectObject):
            page = step.pages.get((raw.idnum, raw.generation))
            if page is not None:
                return page
            raw = follow(raw)
        node = raw if isinstance(raw, generic.DictionaryObject | generic.ArrayObject) else None
    return None


def _numbers(later: Later) -> list[int]:
    return sorted(
        {
            reference.idnum
            for revision in later.revisions
            for reference in later.reader.xrefs.explicit_refs_in_revision(revision)
        }
    )


def _list(pages: Sequence[int]) -> str:
    words = "・".join(f"{page}ページ目" for page in pages[:5])
    return f"{words}ほか{len(pages) - 5}ページ" if len(pages) > 5 else words
