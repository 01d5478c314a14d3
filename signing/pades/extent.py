"""Extent of a signature (署名の範囲): the whole file, or one whole version of it.

As pyHanko judges it, but from the /ByteRange itself: pyHanko reckons with a /Contents of plain digits, without line
breaks and blanks. That the /ByteRange leaves out nothing but /Contents is known before (`structure`).
"""

import io

from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader, process_data_at_eof
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.pades.fields import FoundSignature


def extent_of(signature: FoundSignature, size: int) -> SignatureCoverageLevel:
    """How much a signature with a sound /ByteRange covers of a file of `size` bytes."""
    assert signature.embedded is not None
    reader = signature.embedded.reader
    if signature.end in (size, reader.stream.seek(0, io.SEEK_END)):
        return SignatureCoverageLevel.ENTIRE_FILE
    if _ends_with(reader, signature.end, signature.revision) and _holds_tables(reader, signature):
        return SignatureCoverageLevel.ENTIRE_REVISION
    return SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START


def _ends_with(reader: PdfFileReader, end: int, revision: int) -> bool:
    """Whether the signed bytes end with `startxref` of the very version that the signature came with."""
    reader.stream.seek(end)
    try:
        found: int = process_data_at_eof(reader.stream)
    except PdfReadError:
        return False
    return bool(found == reader.xrefs.get_startxref_for_revision(revision))


def _holds_tables(reader: PdfFileReader, signature: FoundSignature) -> bool:
    tables = (reader.xrefs.get_xref_container_info(n) for n in range(signature.revision + 1))
    return all(table.end_location <= signature.end for table in tables)
