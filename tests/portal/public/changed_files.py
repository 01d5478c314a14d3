"""Files that something was done to after the last signature, and files that were never signed."""

import io

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def one_byte_changed(pdf: bytes) -> bytes:
    """A byte in the first page's own content."""
    content = bytearray(pdf)
    content[2500] ^= 1
    return bytes(content)


def with_annotation(pdf: bytes) -> bytes:
    """A yellow box over the first page, written as an incremental update: every signature stays whole."""
    file = io.BytesIO(pdf)
    writer = IncrementalPdfFileWriter(file)
    page = writer.root["/Pages"]["/Kids"][0]
    box = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Square"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (120, 500, 420, 640))),
            generic.pdf_name("/IC"): generic.ArrayObject(map(generic.NumberObject, (1, 1, 0))),
        }
    )
    there = page.get("/Annots", [])
    page[generic.pdf_name("/Annots")] = generic.ArrayObject([*there, writer.add_object(box)])
    writer.update_container(page)
    writer.write_in_place()
    return file.getvalue()


def encrypted(pdf: bytes) -> bytes:
    """The same behind a password."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(target, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return target.getvalue()
