"""Attacks by incremental update (追記による攻撃): the signed bytes stay as they are, a reader sees something else."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

N = generic.NameObject
Writer = IncrementalPdfFileWriter


def updated(content: bytes, change: Callable[[Writer], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def free_text(writer: Writer) -> None:
    """Evil annotation: words laid over the page."""
    _annotate(
        writer, _box_annotation(writer, "/FreeText", (55, 710, 400, 735), "The price is 9,000,000 yen.")
    )


def stamp(writer: Writer) -> None:
    _annotate(writer, _box_annotation(writer, "/Stamp", (55, 710, 400, 735), "9,000,000"))


def redaction(writer: Writer) -> None:
    _annotate(writer, _box_annotation(writer, "/Redact", (55, 710, 400, 735), ""))


def page_content(writer: Writer) -> None:
    page = _page(writer)
    page.get_object()[N("/Contents")] = writer.add_object(_text("The price is 9,000,000 yen."))
    writer.mark_update(page)


def content_in_place(writer: Writer) -> None:
    """The very object of the page's content, written anew."""
    page = _page(writer).get_object()
    raw = page.raw_get("/Contents")
    reference = raw if isinstance(raw, generic.IndirectObject) else raw[0]
    new = _text("The price is 9,000,000 yen.")
    writer.objects[(reference.generation, reference.idnum)] = new


def content_added(writer: Writer) -> None:
    page = _page(writer)
    old = page.get_object().raw_get("/Contents")
    more = writer.add_object(_text("and 8,000,000 yen more"))
    page.get_object()[N("/Contents")] = generic.ArrayObject([old, more])
    writer.mark_update(page)


def resources(writer: Writer) -> None:
    """Other fonts under the old names: the words change without a change of content."""
    page = _page(writer)
    font = generic.DictionaryObject(
        {N("/Type"): N("/Font"), N("/Subtype"): N("/Type1"), N("/BaseFont"): N("/ZapfDingbats")}
    )
    fonts = generic.DictionaryObject({N("/F1"): writer.add_object(font)})
    page.get_object()[N("/Resources")] = generic.DictionaryObject({N("/Font"): fonts})
    writer.mark_update(page)


def crop_box(writer: Writer) -> None:
    page = _page(writer)
    page.get_object()[N("/CropBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 300, 400)))
    writer.mark_update(page)


def added_page(writer: Writer) -> None:
    pages = writer.root.raw_get("/Pages")
    page = generic.DictionaryObject(
        {
            N("/Type"): N("/Page"),
            N("/Parent"): pages,
            N("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
            N("/Contents"): writer.add_object(_text("One more page")),
            N("/Resources"): _page(writer).get_object()["/Resources"],
        }
    )
    tree = pages.get_object()
    tree["/Kids"].append(writer.add_object(page))
    tree[N("/Count")] = generic.NumberObject(len(tree["/Kids"]))
    writer.mark_update(pages)


def removed_page(writer: Writer) -> None:
    pages = writer.root.raw_get("/Pages")
    tree = pages.get_object()
    tree[N("/Kids")] = generic.ArrayObject(list(tree["/Kids"])[:1])
    tree[N("/Count")] = generic.NumberObject(1)
    writer.mark_update(pages)


def swapped_pages(writer: Writer) -> None:
    pages = writer.root.raw_get("/Pages")
    tree = pages.get_object()
    tree[N("/Kids")] = generic.ArrayObject(reversed(list(tree["/Kids"])))
    writer.mark_update(pages)


def open_action(writer: Writer) -> None:
    writer.root[N("/OpenAction")] = writer.add_object(_script())
    writer.update_root()


def named_script(writer: Writer) -> None:
    tree = generic.DictionaryObject(
        {N("/Names"): generic.ArrayObject([generic.pdf_string("a"), writer.add_object(_script())])}
    )
    names = generic.DictionaryObject({N("/JavaScript"): tree})
    writer.root[N("/Names")] = writer.add_object(names)
    writer.update_root()


def page_action(writer: Writer) -> None:
    page = _page(writer)
    actions = generic.DictionaryObject({N("/O"): writer.add_object(_script())})
    page.get_object()[N("/AA")] = actions
    writer.mark_update(page)


def layers_switched(writer: Writer) -> None:
    group = writer.add_object(
        generic.DictionaryObject({N("/Type"): N("/OCG"), N("/Name"): generic.pdf_string("a")})
    )
    settings = generic.DictionaryObject({N("/OFF"): generic.ArrayObject([group])})
    layers = generic.DictionaryObject({N("/OCGs"): generic.ArrayObject([group]), N("/D"): settings})
    writer.root[N("/OCProperties")] = layers
    writer.update_root()


def need_appearances(writer: Writer) -> None:
    form = _form(writer)
    form.get_object()[N("/NeedAppearances")] = generic.BooleanObject(True)
    writer.mark_update(form)


def form_font(writer: Writer) -> None:
    """Another font under the name that the fields use."""
    form = _form(writer)
    font = generic.DictionaryObject(
        {N("/Type"): N("/Font"), N("/Subtype"): N("/Type1"), N("/BaseFont"): N("/ZapfDingbats")}
    )
    fonts = generic.DictionaryObject({N("/Helv"): writer.add_object(font)})
    form.get_object()[N("/DR")] = generic.DictionaryObject({N("/Font"): fonts})
    writer.mark_update(form)


def look_of_field(writer: Writer) -> None:
    """The value stays, what is shown changes."""
    _set_look(writer, b"BT /Helv 12 Tf 2 5 Td (price: 9,000,000) Tj ET")


def covering_look(writer: Writer) -> None:
    """A field grown over the text of the page by its appearance's box."""
    _set_look(writer, b"1 g 0 0 200 18 re f 0 g BT /Helv 12 Tf 2 5 Td (9,000,000) Tj ET")


def moved_field(writer: Writer) -> None:
    field = _input(writer)
    field.get_object()[N("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (50, 700, 400, 740)))
    writer.mark_update(field)


def deleted_field(writer: Writer) -> None:
    form = _form(writer)
    fields = form.get_object()["/Fields"]
    kept = [raw for raw in fields if raw.get_object().get("/T") != "remarks"]
    form.get_object()[N("/Fields")] = generic.ArrayObject(kept)
    writer.mark_update(form)


def empty_signature_field(writer: Writer) -> None:
    """A new signature field that nobody signs, drawn over the price."""
    look = generic.StreamObject(stream_data=b"1 g 0 0 345 25 re f 0 g 10 5 200 15 re f")
    look[N("/Type")], look[N("/Subtype")] = N("/XObject"), N("/Form")
    look[N("/BBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 345, 25)))
    page = _page(writer)
    field = generic.DictionaryObject(
        {
            N("/Type"): N("/Annot"),
            N("/Subtype"): N("/Widget"),
            N("/FT"): N("/Sig"),
            N("/T"): generic.pdf_string("Extra"),
            N("/Rect"): generic.ArrayObject(map(generic.NumberObject, (55, 710, 400, 735))),
            N("/F"): generic.NumberObject(4),
            N("/P"): page,
            N("/AP"): generic.DictionaryObject({N("/N"): writer.add_object(look)}),
        }
    )
    reference = writer.add_object(field)
    form = _form(writer)
    form.get_object()["/Fields"].append(reference)
    writer.mark_update(form)
    _attach(writer, page, reference)


def signature_removed(writer: Writer) -> None:
    for raw in _form(writer).get_object()["/Fields"]:
        if raw.get_object().get("/FT") == "/Sig":
            del raw.get_object()["/V"]
            writer.mark_update(raw)
            return


def signature_copied(writer: Writer) -> None:
    """A second field that shows the same signature again."""
    form = _form(writer)
    fields = form.get_object()["/Fields"]
    signed = next(raw for raw in fields if raw.get_object().get("/FT") == "/Sig")
    copy = generic.DictionaryObject(
        {
            N("/FT"): N("/Sig"),
            N("/T"): generic.pdf_string("Copy"),
            N("/V"): signed.get_object().raw_get("/V"),
        }
    )
    fields.append(writer.add_object(copy))
    writer.mark_update(form)


def catalog_replaced(writer: Writer) -> None:
    """Another catalog with other pages, the form kept."""
    page = _page(writer).get_object()
    other = generic.DictionaryObject(dict(page))
    other[N("/Contents")] = writer.add_object(_text("Everything is different"))
    reference = writer.add_object(other)
    kids = generic.ArrayObject([reference])
    pages = {N("/Type"): N("/Pages"), N("/Kids"): kids, N("/Count"): generic.NumberObject(1)}
    tree = writer.add_object(generic.DictionaryObject(pages))
    other[N("/Parent")] = tree
    writer.root[N("/Pages")] = tree
    writer.update_root()


UPDATES: tuple[Callable[[Writer], None], ...] = (
    free_text,
    stamp,
    redaction,
    page_content,
    content_in_place,
    content_added,
    resources,
    crop_box,
    added_page,
    removed_page,
    swapped_pages,
    open_action,
    named_script,
    page_action,
    layers_switched,
    need_appearances,
    form_font,
    look_of_field,
    covering_look,
    moved_field,
    deleted_field,
    empty_signature_field,
    signature_removed,
    signature_copied,
    catalog_replaced,
)


def _page(writer: Writer) -> Any:
    node = writer.root["/Pages"]
    raw = node["/Kids"].raw_get(0)
    while "/Kids" in raw.get_object():
        raw = raw.get_object()["/Kids"].raw_get(0)
    return raw


def _form(writer: Writer) -> Any:
    raw = writer.root.raw_get("/AcroForm")
    if isinstance(raw, generic.IndirectObject):
        return raw
    writer.update_root()
    moved = writer.add_object(raw)
    writer.root[N("/AcroForm")] = moved
    return moved


def _input(writer: Writer) -> Any:
    fields = _form(writer).get_object()["/Fields"]
    return next(raw for raw in fields if raw.get_object().get("/FT") == "/Tx")


def _set_look(writer: Writer, drawing: bytes) -> None:
    field = _input(writer)
    old = field.get_object()["/AP"]["/N"]
    stream = generic.StreamObject(stream_data=drawing)
    for key, item in old.items():
        if key not in ("/Length", "/Filter"):
            stream[key] = item
    field.get_object()["/AP"][N("/N")] = writer.add_object(stream)
    writer.mark_update(field)


def _text(words: str) -> generic.StreamObject:
    return generic.StreamObject(stream_data=f"BT /F1 14 Tf 60 640 Td ({words}) Tj ET".encode())


def _script() -> generic.DictionaryObject:
    return generic.DictionaryObject({N("/S"): N("/JavaScript"), N("/JS"): generic.pdf_string("app.alert(1)")})


def _box_annotation(writer: Writer, kind: str, box: tuple[int, ...], words: str) -> Any:
    width, height = box[2] - box[0], box[3] - box[1]
    drawing = f"1 g 0 0 {width} {height} re f 0 g BT /F1 14 Tf 5 10 Td ({words}) Tj ET"
    look = generic.StreamObject(stream_data=drawing.encode())
    look[N("/Type")], look[N("/Subtype")] = N("/XObject"), N("/Form")
    look[N("/BBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, width, height)))
    return writer.add_object(
        generic.DictionaryObject(
            {
                N("/Type"): N("/Annot"),
                N("/Subtype"): N(kind),
                N("/Rect"): generic.ArrayObject(map(generic.NumberObject, box)),
                N("/F"): generic.NumberObject(4),
                N("/Contents"): generic.pdf_string(words),
                N("/AP"): generic.DictionaryObject({N("/N"): writer.add_object(look)}),
            }
        )
    )


def _annotate(writer: Writer, reference: Any) -> None:
    _attach(writer, _page(writer), reference)


def _attach(writer: Writer, page: Any, reference: Any) -> None:
    holder = page.get_object()
    if "/Annots" not in holder:
        holder[N("/Annots")] = generic.ArrayObject()
    raw = holder.raw_get("/Annots")
    holder["/Annots"].append(reference)
    writer.mark_update(raw if isinstance(raw, generic.IndirectObject) else page)
