"""Trouble with forms: fields that compute or hide, signatures of others, permissions."""

from __future__ import annotations

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.signing.hard_files.plain import changed


def _field(pdf: Pdf, name: str, **entries) -> Dictionary:
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String(name),
            F=4,
            Rect=Array([60, 500, 260, 520]),
            P=pdf.pages[0].obj,
            **entries,
        )
    )
    page = pdf.pages[0].obj
    page.Annots = Array([*page.get("/Annots", []), field])
    if "/AcroForm" not in pdf.Root:
        pdf.Root.AcroForm = Dictionary(Fields=Array())
    pdf.Root.AcroForm.Fields.append(field)
    return field


def _drawing(pdf: Pdf, content: bytes = b"0.9 g 0 0 200 20 re f") -> Dictionary:
    stream = pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form)
    stream.BBox = Array([0, 0, 200, 20])
    return Dictionary(N=stream)


def computing_form() -> bytes:
    def compute(pdf: Pdf) -> None:
        script = Dictionary(S=Name.JavaScript, JS=String("event.value = 1"))
        field = _field(pdf, "total", AA=Dictionary(C=script))
        pdf.Root.AcroForm.CO = Array([field])

    return changed(compute)


def order_of_computing() -> bytes:
    """The list of fields to compute, without any script that would."""

    def order(pdf: Pdf) -> None:
        pdf.Root.AcroForm = Dictionary(Fields=Array())
        pdf.Root.AcroForm.CO = Array([_field(pdf, "total", AP=_drawing(pdf))])

    return changed(order)


def undrawn_form() -> bytes:
    """A value that each program draws in its own way."""

    def fill(pdf: Pdf) -> None:
        _field(pdf, "amount", V=String("12,000,000"), DA=String("/Helv 10 Tf 0 g"))
        pdf.Root.AcroForm.NeedAppearances = True

    return changed(fill)


def redrawn_form() -> bytes:
    """A value whose drawing some programs show, while others draw it anew."""

    def fill(pdf: Pdf) -> None:
        _field(pdf, "amount", V=String("12,000,000"), DA=String("/Helv 10 Tf 0 g"), AP=_drawing(pdf))
        pdf.Root.AcroForm.NeedAppearances = True

    return changed(fill)


def drawn_form() -> bytes:
    def fill(pdf: Pdf) -> None:
        _field(pdf, "amount", V=String("12,000,000"), DA=String("/Helv 10 Tf 0 g"), AP=_drawing(pdf))

    return changed(fill)


def ticked_box() -> bytes:
    """A box that is ticked, with a drawing for each of its states."""

    def tick(pdf: Pdf) -> None:
        states = Dictionary(Off=_drawing(pdf, b"q Q").N, Yes=_drawing(pdf, b"0 0 20 20 re f").N)
        _field(pdf, "agreed", V=Name.Yes, AS=Name.Yes, AP=Dictionary(N=states)).FT = Name.Btn

    return changed(tick)


def clashing_names() -> bytes:
    """Fields that bear the names of ours."""

    def name(pdf: Pdf) -> None:
        for field in ("contract_date", "FIELD_1_2", "FIELD_7_7"):
            _field(pdf, field, AP=_drawing(pdf))

    return changed(name)


def empty_signature_fields() -> bytes:
    """One that is not seen, one whose empty box is drawn, one that no list names."""

    def sign_here(pdf: Pdf) -> None:
        for name, entries in (("会社印", {}), ("代表者", {"AP": _drawing(pdf)})):
            field = _field(pdf, name, **entries)
            field.FT = Name.Sig
        stray = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, Rect=Array([0, 0, 9, 9]))
        pdf.pages[0].obj.Annots.append(pdf.make_indirect(stray))

    return changed(sign_here)


def broken_form() -> bytes:
    return changed(lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(Fields=String("none"))))


def form_that_is_no_form() -> bytes:
    return changed(lambda pdf: pdf.Root.__setitem__("/AcroForm", Array([])))


def hiding_action() -> bytes:
    def hide(pdf: Pdf) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.Hide, T=String("amount"))

    return changed(hide)


def film() -> bytes:
    def show(pdf: Pdf) -> None:
        pdf.pages[0].obj.Annots = Array(
            [Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 90, 90]))]
        )

    return changed(show)


def _signature(pdf: Pdf, **entries) -> Dictionary:
    value = Dictionary(Type=Name.Sig, Contents=String("x"), ByteRange=Array([0, 1, 2, 3]), **entries)
    field = _field(pdf, "others")
    field.FT, field.V = Name.Sig, pdf.make_indirect(value)
    return field.V


def signed_by_others() -> bytes:
    return changed(lambda pdf: _signature(pdf) and None)


def certified_without_permission() -> bytes:
    """Certified (DocMDP, P=1): its author permits nothing more."""

    def certify(pdf: Pdf) -> None:
        transform = Dictionary(Type=Name.TransformParams, P=1, V=Name("/1.2"))
        reference = Dictionary(Type=Name.SigRef, TransformMethod=Name.DocMDP, TransformParams=transform)
        pdf.Root.Perms = Dictionary(DocMDP=_signature(pdf, Reference=Array([reference])))

    return changed(certify)


def encrypted(user: str) -> bytes:
    protection = pikepdf.Encryption(owner="owner", user=user, allow=pikepdf.Permissions(modify_other=False))
    return changed(lambda pdf: None, encryption=protection)
