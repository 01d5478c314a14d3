"""Stray signatures (はぐれた署名): dictionaries of signatures that no field shows, and where each object lies."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import BinaryIO

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.pades.fields import FoundSignature
from signing.pades.objects import entry
from signing.pades.structure import Flaw, Skeleton


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


def _usage_rights(reader: PdfFileReader) -> set[tuple[int, int] | None]:
    """Usage rights (/Perms /UR3) are signed by a vendor for its viewer; they say nothing about the document.

    Of every version: Acrobat takes them out of a file when it is changed.
    """
    found: set[tuple[int, int] | None] = set()
    for revision in range(reader.xrefs.total_revisions):
        rights = entry(_root(reader, revision), "/Perms")
        if not isinstance(rights, generic.DictionaryObject):
            continue
        raw = [rights.raw_get(key) for key in ("/UR", "/UR3") if key in rights]
        found |= {(item.idnum, item.generation) for item in raw if isinstance(item, generic.IndirectObject)}
    return found


def _root(reader: PdfFileReader, revision: int) -> generic.DictionaryObject | None:
    """The catalog of a version; the first table of a linearised file does not know it yet."""
    try:
        return reader.get_historical_resolver(revision).root
    except (misc.PdfError, KeyError, TypeError, AttributeError):
        return None


def has_usage_rights(reader: PdfFileReader) -> bool:
    rights = entry(reader.root, "/Perms")
    return isinstance(rights, generic.DictionaryObject) and not {"/UR", "/UR3"}.isdisjoint(rights)


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
