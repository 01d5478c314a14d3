"""Signature fields of a file (署名欄): found by our own walk, which leaves out nothing that is broken or odd."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature

from signing.pades.objects import entry, follow
from signing.pades.objects import name as text
from signing.pades.pages import iterate_pages
from signing.pades.structure import Flaw, Severity, check_byte_range, check_padding, four_numbers

SUPPORTED = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/ETSI.RFC3161", "/PBAD.PAdES"})
OLD_KINDS = frozenset({"/adbe.pkcs7.sha1", "/adbe.x509.rsa_sha1", "/adbe.x509.rsa.sha1"})
_DEPTH = 40


@dataclass
class FoundSignature:
    """A filled signature field: its dictionary, and what is wrong with its structure."""

    name: str
    holder: generic.DictionaryObject
    value: generic.DictionaryObject
    reference: tuple[int, int] | None
    byte_range: tuple[int, int, int, int] | None = None
    contents: bytes = b""
    flaws: list[Flaw] = field(default_factory=list)
    embedded: EmbeddedPdfSignature | None = None

    @property
    def is_timestamp(self) -> bool:
        return text(self.value, "/Type") == "/DocTimeStamp" or self.subfilter == "/ETSI.RFC3161"

    @property
    def subfilter(self) -> str:
        return text(self.value, "/SubFilter")

    @property
    def end(self) -> int:
        """Where the bytes end that the signature covers; 0 when its /ByteRange is malformed."""
        return self.byte_range[2] + self.byte_range[3] if self.byte_range else 0

    @property
    def is_broken(self) -> bool:
        return any(flaw.is_fatal for flaw in self.flaws)

    @property
    def revision(self) -> int:
        return int(self.embedded.signed_revision) if self.embedded is not None else -1


def find_signatures(reader: PdfFileReader, stream: BinaryIO, size: int) -> list[FoundSignature]:
    """Every filled signature field, each with its flaws; in the order of what they cover."""
    found = [
        _found(reader, stream, size, name, field_object, value)
        for name, field_object, value in _walk(reader)
        if value is not None
    ]
    found += _unlisted(reader, stream, size, found)
    for signature in found:
        signature.flaws += _shared(signature, found)
    unique = {signature.reference or id(signature): signature for signature in reversed(found)}
    return sorted(unique.values(), key=lambda signature: (signature.end, signature.revision))


def signature_end(stream: BinaryIO, field_name: str) -> int | None:
    """Where the bytes end that a field's signature covers; None when there is no such signature."""
    size = stream.seek(0, io.SEEK_END)
    try:
        reader = PdfFileReader(stream, strict=False)
        if reader.encrypted:
            reader.decrypt(b"")
        found = {signature.name: signature.end for signature in find_signatures(reader, stream, size)}
    except Exception:  # a file that cannot be read has no versions to show
        return None
    return found.get(field_name) or None


def empty_fields(reader: PdfFileReader) -> list[str]:
    """Names of signature fields that nobody has signed yet."""
    return [name for name, _, value in _walk(reader) if value is None]


def _walk(
    reader: PdfFileReader | HistoricalResolver,
) -> Iterator[tuple[str, generic.DictionaryObject, generic.PdfObject | None]]:
    fields = entry(entry(reader.root, "/AcroForm"), "/Fields")
    if isinstance(fields, generic.ArrayObject):
        yield from _descend(fields, "", None, 0, set())


def _descend(
    items: generic.ArrayObject, parent: str, inherited: str | None, depth: int, seen: set[Any]
) -> Iterator[tuple[str, generic.DictionaryObject, generic.PdfObject | None]]:
    for index in range(len(items)):
        raw = items.raw_get(index)
        key = (raw.idnum, raw.generation) if isinstance(raw, generic.IndirectObject) else None
        if (key is not None and key in seen) or depth > _DEPTH:
            continue
        seen.add(key)
        item = follow(raw)
        if not isinstance(item, generic.DictionaryObject):
            continue
        name = _name(parent, item)
        kind = text(item, "/FT", inherited or "")
        if kind == "/Sig" and ("/V" in item or "/Kids" not in item):
            value = item.raw_get("/V") if "/V" in item else None
            yield name, item, None if _is_null(value) else value
        kids = entry(item, "/Kids")
        if isinstance(kids, generic.ArrayObject):
            yield from _descend(kids, name, kind, depth + 1, seen)


def _found(
    reader: PdfFileReader,
    stream: BinaryIO,
    size: int,
    name: str,
    field_object: generic.DictionaryObject,
    raw: generic.PdfObject,
) -> FoundSignature:
    value = follow(raw)
    reference = _reference(raw)
    if not isinstance(value, generic.DictionaryObject):
        empty = generic.DictionaryObject()  # type: ignore[no-untyped-call]
        flaw = Flaw("not-a-signature", "署名欄の中身が、署名ではありません。")
        return FoundSignature(name, field_object, empty, reference, flaws=[flaw])
    signature = FoundSignature(name, field_object, value, reference)
    signature.flaws += _check_value(signature)
    byte_range = entry(value, "/ByteRange")
    signature.byte_range = four_numbers(byte_range)
    signature.contents = _contents(value)
    if not signature.contents:
        text = "署名のデータ(Contents)がありません。"
        signature.flaws.append(Flaw("contents-missing", text))
    signature.flaws += check_byte_range(stream, size, byte_range, signature.contents)
    if signature.contents and signature.subfilter in SUPPORTED:
        signature.flaws += check_padding(signature.contents)
    _embed(reader, signature)
    return signature


def _check_value(signature: FoundSignature) -> Iterator[Flaw]:
    if text(signature.value, "/Type", "/Sig") not in ("/Sig", "/DocTimeStamp"):
        yield Flaw("signature-type", "署名欄の中身が、署名ではありません。")
    kind = signature.subfilter
    if not kind:
        yield Flaw("subfilter-missing", "署名の形式(SubFilter)が書かれていません。", Severity.UNCLEAR)
    elif kind not in SUPPORTED | OLD_KINDS:
        yield Flaw("subfilter-unknown", f"知らない形式の署名({kind[1:]})です。", Severity.UNCLEAR)
    elif signature.is_timestamp and kind != "/ETSI.RFC3161":
        yield Flaw("subfilter-type", "署名の種類と形式(SubFilter)が合っていません。")
    if signature.reference is None:
        yield Flaw("signature-direct", "署名が、独立したオブジェクトになっていません。", Severity.UNCLEAR)


def _embed(reader: PdfFileReader, signature: FoundSignature) -> None:
    if signature.reference is None or not signature.contents or signature.subfilter in OLD_KINDS:
        return
    if signature.byte_range is None:
        return
    try:
        signature.embedded = EmbeddedPdfSignature(reader, signature.holder, signature.name)
        signature.embedded.signer_cert  # noqa: B018 - reads the CMS now, so that a broken one is known
    except Exception as error:  # a CMS object can be broken in any way
        signature.embedded = None
        code = f"cms-unreadable: {type(error).__name__}"
        signature.flaws.append(Flaw(code, "署名のデータ(CMS)を読み取れません。", Severity.UNCLEAR))


def _shared(signature: FoundSignature, found: Sequence[FoundSignature]) -> Iterator[Flaw]:
    others = [other for other in found if other is not signature]
    if signature.reference and (same := [o for o in others if o.reference == signature.reference]):
        if _were_there(signature, len(same) + 1):
            text = "一つの署名が、複数の署名欄に表示されています。"
            yield Flaw("signature-in-several-fields", text, Severity.MINOR)
        else:
            yield Flaw("signature-shared", "一つの署名が、複数の署名欄で使い回されています。")
    elif signature.byte_range and any(other.byte_range == signature.byte_range for other in others):
        yield Flaw("byte-range-shared", "複数の署名が、まったく同じ対象範囲を指しています。")


def _were_there(signature: FoundSignature, count: int) -> bool:
    """Whether so many fields showed a signature already in the version that it signs."""
    if signature.embedded is None:
        return False
    signed = signature.embedded.reader.get_historical_resolver(signature.revision)
    return [_reference(value) for _, _, value in _walk(signed)].count(signature.reference) >= count


def _unlisted(
    reader: PdfFileReader, stream: BinaryIO, size: int, found: Sequence[FoundSignature]
) -> Iterator[FoundSignature]:
    """Signatures in boxes on the pages whose fields the form does not list; viewers show them all the same."""
    known = {signature.reference for signature in found}
    for _, page in iterate_pages(reader):
        for raw in entry(page, "/Annots", ()):
            box = follow(raw)
            if not isinstance(box, generic.DictionaryObject) or "/V" not in box:
                continue
            value = box.raw_get("/V")
            if text(box, "/FT") != "/Sig" or _reference(value) in {None, *known} or _is_null(value):
                continue
            known.add(_reference(value))
            signature = _found(reader, stream, size, text(box, "/T"), box, value)
            words = "署名欄が、フォームの一覧に載っていません。"
            signature.flaws.append(Flaw("field-unlisted", words, Severity.MINOR))
            yield signature


def _contents(value: generic.DictionaryObject) -> bytes:
    try:
        raw = value.raw_get("/Contents", decrypt=generic.EncryptedObjAccess.RAW)
    except KeyError:
        return b""
    raw = follow(raw)
    if isinstance(raw, generic.TextStringObject | generic.ByteStringObject):
        return bytes(raw.original_bytes)
    return b""


def _name(parent: str, item: generic.DictionaryObject) -> str:
    own = text(item, "/T")
    if not own:
        return parent
    return f"{parent}.{own}" if parent else own


def _reference(raw: Any) -> tuple[int, int] | None:
    return (raw.idnum, raw.generation) if isinstance(raw, generic.IndirectObject) else None


def _is_null(value: Any) -> bool:
    return value is None or isinstance(follow(value), generic.NullObject)
