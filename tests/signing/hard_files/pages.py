"""Trouble with the catalog and the pages: versions, layers, boxes, rotations, annotations, fonts."""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.signing.hard_files.plain import changed, plain


def wrong_header_version() -> bytes:
    return plain().replace(b"%PDF-1.", b"%PDF-9.", 1)


def nonsense_catalog_version() -> bytes:
    return changed(lambda pdf: pdf.Root.__setitem__("/Version", Name("/latest")))


def pdf_2_0() -> bytes:
    return changed(lambda pdf: None, force_version="2.0")


def portfolio() -> bytes:
    def bundle(pdf: Pdf) -> None:
        pdf.attachments["内訳.csv"] = pikepdf.AttachedFileSpec(pdf, b"a,b", filename="内訳.csv")
        pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)

    return changed(bundle)


def attachment() -> bytes:
    def attach(pdf: Pdf) -> None:
        pdf.attachments["内訳.csv"] = pikepdf.AttachedFileSpec(pdf, b"a,b", filename="内訳.csv")

    return changed(attach)


def page_labels() -> bytes:
    def label(pdf: Pdf) -> None:
        style = Dictionary(S=Name.r, P=String("表紙-"))
        pdf.Root.PageLabels = Dictionary(Nums=Array([0, style, 1, Dictionary(S=Name.D)]))

    return changed(label, pages=3)


def layers() -> bytes:
    return _with_layer()


def hidden_layers() -> bytes:
    """A layer that is switched off: who signs does not see it."""
    return _with_layer(OFF=True)


def base_state_off() -> bytes:
    return _with_layer(BaseState=Name.OFF)


def _with_layer(**settings) -> bytes:
    def layer(pdf: Pdf) -> None:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("寸法")))
        order = Dictionary(Order=Array([group]), **settings)
        if "/OFF" in order:
            order.OFF = Array([group])
        pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=order)

    return changed(layer)


def odd_boxes() -> bytes:
    """A media box that does not begin at the origin, corners swapped, a crop box that reaches outside."""

    def shift(pdf: Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array([595, 900, -20, 58])
        pdf.pages[0].obj.CropBox = Array([10, 70, 2000, 880])

    return changed(shift)


def rotated(turn: int) -> bytes:
    def turned(pdf: Pdf) -> None:
        pdf.pages[0].obj.Rotate = turn

    return changed(turned)


def turned_left() -> bytes:
    return rotated(-90)


def turned_over() -> bytes:
    return rotated(540)


def zero_size_page() -> bytes:
    return changed(lambda pdf: pdf.pages[0].obj.__setitem__("/MediaBox", Array([0, 0, 0, 842])))


def page_without_box() -> bytes:
    return changed(lambda pdf: pdf.pages[0].obj.__delitem__("/MediaBox"))


def gigantic_page() -> bytes:
    return changed(lambda pdf: pdf.pages[0].obj.__setitem__("/MediaBox", Array([0, 0, 20000, 842])))


def no_pages() -> bytes:
    with pikepdf.new() as pdf:
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def shared_annotations() -> bytes:
    """Two pages with one list of annotations: what is added to one is added to the other."""

    def share(pdf: Pdf) -> None:
        shared = pdf.make_indirect(Array([]))
        for page in pdf.pages:
            page.obj.Annots = shared

    return changed(share, pages=2)


def drawn_annotation() -> bytes:
    """A stamp of the issuing office (受付印) as an annotation with its own drawing."""

    def stamp(pdf: Pdf) -> None:
        drawing = pdf.make_stream(b"1 0 0 rg 0 0 60 60 re f", Type=Name.XObject, Subtype=Name.Form)
        drawing.BBox = Array([0, 0, 60, 60])
        pdf.pages[0].obj.Annots = Array(
            [Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([400, 400, 460, 460]), F=4)]
        )
        pdf.pages[0].obj.Annots[0].AP = Dictionary(N=drawing)

    return changed(stamp)


def missing_font() -> bytes:
    def write(pdf: Pdf) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name("/MS-Mincho"))
        pdf.pages[0].obj.Resources.Font["/F9"] = font
        pdf.pages[0].contents_add(b"BT /F9 12 Tf 60 500 Td (text) Tj ET")

    return changed(write)
