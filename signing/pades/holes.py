"""The hole in a PDF (署名値の入る場所): a new revision with an empty signature, and what fills it.

The file is copied once and hashed while it is copied; of the new revision only the bytes written are hashed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, PdfSignedData, SignatureObject

from signing.errors import SealingFailed
from signing.pades import hex_strings, names
from signing.pades.profiles import LOCATION, SIGNATURE_ROOM, TIMESTAMP_ROOM

hex_strings.install()
names.install()

JST = timezone(timedelta(hours=9), "JST")
CHUNK = 1 << 20
_Name = generic.NameObject


@dataclass(frozen=True)
class Prepared:
    """Digest of a prepared file and the place of its hole."""

    digest: bytes
    hole_start: int
    hole_end: int

    def has_room_for(self, content: bytes) -> bool:
        """Whether a CMS object fits, in hexadecimal between its angle brackets."""
        return 2 * len(content) <= self.hole_end - self.hole_start - 2


def prepare_hole(
    source: Path, work: Path, digest: str, write: Callable[[IncrementalPdfFileWriter], PdfSignedData]
) -> Prepared:
    """Writes `source` and one new revision to `work`; `write` fills the revision, and says what is empty."""
    with work.open("w+b") as stream:
        state = _copied(source, stream, digest)
        end_of_source = stream.tell()
        writer = Revision(stream)
        hole = write(writer)
        writer.write_in_place()  # type: ignore[no-untyped-call]
        end = stream.tell()
        hole_start, hole_end = hole.contents.offsets
        hole.byte_range.fill_offsets(stream, hole_start, hole_end, end)  # type: ignore[no-untyped-call]
        _hash(stream, end_of_source, hole_start, state)
        _hash(stream, hole_end, end, state)
    return Prepared(state.digest(), hole_start, hole_end)


class Revision(IncrementalPdfFileWriter):
    """One more revision of a PDF, and nothing in it that was not asked for.

    pyHanko would rewrite the metadata with the machine's clock in every revision; a seal changes none.
    """

    def _update_meta(self) -> None:
        """Leaves the metadata as the signed document has them."""


def signature_field(writer: IncrementalPdfFileWriter, name: str) -> generic.DictionaryObject:
    """An empty signature field of ours, about to be changed."""
    form = writer.root["/AcroForm"]
    for reference in form["/Fields"]:
        field = reference.get_object()
        if field.get("/T") == name and field.get("/FT") == "/Sig":
            if "/V" in field:
                raise SealingFailed(reason=f"field {name} is signed already")
            writer.mark_update(reference)
            return field  # type: ignore[no-any-return]
    raise SealingFailed(reason=f"no signature field {name}")


def add_signature(
    writer: IncrementalPdfFileWriter,
    field: generic.DictionaryObject,
    reason: str | None,
    at: datetime,
    room: int = SIGNATURE_ROOM,
) -> PdfSignedData:
    """Puts an empty PAdES signature into a field, with the field's lock in force.

    `room`: hexadecimal digits kept free, an even number.
    """
    hole = SignatureObject(
        timestamp=at.astimezone(JST),
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        location=LOCATION,
        bytes_reserved=room,
    )
    reference = writer.add_object(hole)
    field[_Name("/V")] = reference
    if "/Lock" in field:
        _lock(field["/Lock"]).apply(reference, writer)  # type: ignore[no-untyped-call]
    return hole


def add_timestamp(
    writer: IncrementalPdfFileWriter, field_name: str, room: int = TIMESTAMP_ROOM
) -> PdfSignedData:
    """Adds a field with an empty document time-stamp."""
    spec = SigFieldSpec(sig_field_name=field_name)
    embedder = PdfCMSEmbedder(new_field_spec=spec).write_cms(field_name, writer, existing_fields_only=False)
    next(embedder)
    hole = DocumentTimestamp(bytes_reserved=room)  # type: ignore[no-untyped-call]
    embedder.send(SigObjSetup(sig_placeholder=hole))
    return hole


def fill_hole(stream: BinaryIO, prepared: Prepared, content: bytes) -> None:
    """Writes a CMS object into the hole, in hexadecimal; the zeros after it are its padding."""
    digits = content.hex().upper().encode("ascii")
    if not prepared.has_room_for(content):
        raise SealingFailed(reason=f"a signature of {len(content)} bytes does not fit the room kept for it")
    stream.seek(prepared.hole_start + 1)
    stream.write(digits)


def _lock(lock: generic.DictionaryObject) -> SigMDPSetup:
    """What the field's /Lock says, repeated in the signature, where verifiers look for it."""
    permitted = MDPPerm(int(lock["/P"])) if "/P" in lock else None
    return SigMDPSetup("sha256", field_lock=FieldMDPSpec.from_pdf_object(lock), docmdp_perms=permitted)


def _copied(source: Path, target: BinaryIO, digest: str) -> Any:
    state = hashlib.new(digest)
    buffer = memoryview(bytearray(CHUNK))
    with source.open("rb", buffering=0) as stream:
        while size := stream.readinto(buffer):
            state.update(buffer[:size])
            target.write(buffer[:size])
    return state


def _hash(stream: BinaryIO, start: int, end: int, state: Any) -> None:
    stream.seek(start)
    while start < end:
        chunk = stream.read(min(CHUNK, end - start))
        if not chunk:
            raise SealingFailed(reason="the prepared file is shorter than it was written")
        state.update(chunk)
        start += len(chunk)
