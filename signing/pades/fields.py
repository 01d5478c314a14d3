"""Signature fields of a file (署名欄): found by our own walk, which leaves out nothing that is broken or odd."""

import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature

from signing.pades.objects import entry, follow
from signing.pades.objects import name as text
from signing.pades.structure import Flaw, Severity, Skeleton, check_byte_range, check_padding, four_numbers

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


def detached_signatures(
    reader: PdfFileReader, stream: BinaryIO, skeleton: Skeleton, found: Sequence[FoundSignature]
) -> list[Flaw]:
    """Signature dictionaries in the file that no field refers to any more, nor the usage rights."""
    known = {signature.reference for signature in found} | _usage_rights(reader)
    places = sorted(object_places(reader))
    flaws = []
    for at in skeleton.byte_ranges:
        index = bisect_right(places, (at,)) - 1
        owner = places[index] if index >= 0 else (0, 0, 0, 0)
        if owner[1:3] in known and _read_at(reader, owner) is not None:
            continue
        if _looks_like_signature(_read_at(reader, owner)):
            known.add((owner[1], owner[2]))
            flaws.append(Flaw("signature-detached", "以前の版にあった署名が、文書から取り除かれています。"))
        elif _is_array(stream, at) and at >= object_end(reader, stream, owner):
            text = (
                "署名が文書のつながりから外れています。ファイルが途中で切れているか、書き換えられています。"
            )
            flaws.append(Flaw("signature-unlisted", text))
    return list(dict.fromkeys(flaws))


def _walk(
    reader: PdfFileReader,
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
    reference = (raw.idnum, raw.generation) if isinstance(raw, generic.IndirectObject) else None
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
    if signature.reference and any(other.reference == signature.reference for other in others):
        yield Flaw("signature-shared", "一つの署名が、複数の署名欄で使い回されています。")
    elif signature.byte_range and any(other.byte_range == signature.byte_range for other in others):
        yield Flaw("byte-range-shared", "複数の署名が、まったく同じ対象範囲を指しています。")


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


def _usage_rights(reader: PdfFileReader) -> set[tuple[int, int] | None]:
    """Usage rights (/Perms /UR3) are signed by a vendor for its viewer; they say nothing about the document."""
    rights = entry(reader.root, "/Perms")
    if not isinstance(rights, generic.DictionaryObject):
        return set()
    raw = [rights.raw_get(key) for key in ("/UR", "/UR3") if key in rights]
    return {(item.idnum, item.generation) for item in raw if isinstance(item, generic.IndirectObject)}


def has_usage_rights(reader: PdfFileReader) -> bool:
    return bool(_usage_rights(reader))


def object_places(reader: PdfFileReader) -> list[tuple[int, int, int, int]]:
    """Where each object of each revision begins: offset, number, generation, revision."""
    places = []
    for revision in range(reader.xrefs.total_revisions):
        data = reader.xrefs.get_xref_data(revision)
        sections = [data] + ([data.hybrid.xref_data] if data.hybrid is not None else [])
        for section in sections:
            for number, (generation, offset) in section.standard_xrefs.items():
                places.append((offset, number, generation, revision))
    return places


def _read_at(reader: PdfFileReader, place: tuple[int, int, int, int]) -> generic.PdfObject | None:
    _, number, generation, revision = place
    try:
        reference = generic.Reference(number, generation, reader)
        value: generic.PdfObject = reader.get_object(reference, revision=revision)  # type: ignore[no-untyped-call]
        return value
    except (misc.PdfError, ValueError, KeyError, TypeError, AssertionError):
        return None


def object_end(reader: PdfFileReader, stream: BinaryIO, place: tuple[int, int, int, int]) -> int:
    """Where an object ends; the length of a stream is taken from the stream, not from the next `endobj`."""
    value = getattr(_read_at(reader, place), "raw_object", None) or _read_at(reader, place)
    if value is None:
        return place[0] + 1
    length = len(value.encoded_data) if isinstance(value, generic.StreamObject) else 0
    at = place[0] + length
    stream.seek(at)
    end = stream.read(1 << 16).find(b"endobj")
    return at + end + 6 if end >= 0 else at + 1


def _is_array(stream: BinaryIO, at: int) -> bool:
    """Whether the word /ByteRange is followed by an array, as in a signature."""
    stream.seek(at + len(b"/ByteRange"))
    return stream.read(64).lstrip()[:1] == b"["


def _looks_like_signature(value: generic.PdfObject | None) -> bool:
    if isinstance(value, generic.StreamObject) or not isinstance(value, generic.DictionaryObject):
        return False
    return "/ByteRange" in value and "/Contents" in value


def _is_null(value: Any) -> bool:
    return value is None or isinstance(follow(value), generic.NullObject)
