"""Preparing a PDF (署名前の準備): refuse what cannot be signed honestly, normalise, add the fields.

Every upload is written anew as one clean revision, so that broken cross references, hybrid references and
leftovers of earlier editing are gone before the first signature covers the bytes. It goes from file to file:
a drawing set of 200 MB is never in memory as a whole.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String, pdfa

from signing.errors import UploadRefused
from signing.pades.foreign_forms import settle_form
from signing.pades.frames import page_frame
from signing.pades.layout import DATE_FIELD, Box, DateBox, PlannedSignature
from signing.pades.uploads import REMEDY, Note, inspect_upload, open_upload

_PRINT = 4
_LOCKED = 128
_READ_ONLY = 1
_SIGNATURES_EXIST_APPEND_ONLY = 3


@dataclass(frozen=True)
class PreparedDocument:
    """A normalised PDF with its empty fields, and what the officer should know about it."""

    content: bytes
    page_count: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Preparation:
    """What was found out while a file was prepared."""

    page_count: int
    notes: tuple[Note, ...]


def prepare_file(
    source: Path, target: Path, name: str, signatures: Sequence[PlannedSignature], date_box: DateBox | None
) -> Preparation:
    """Normalises an upload and adds its signature fields and the contract date field, from file to file."""
    return _prepare(source, target, name, signatures, date_box)


def prepare_document(
    content: bytes, name: str, signatures: Sequence[PlannedSignature], date_box: DateBox | None
) -> PreparedDocument:
    """The same in memory, for small documents."""
    target = io.BytesIO()
    done = _prepare(content, target, name, signatures, date_box)
    return PreparedDocument(target.getvalue(), done.page_count, done.notes)


def add_fields(pdf: Pdf, signatures: Sequence[PlannedSignature], date_box: DateBox | None) -> None:
    """Adds the empty fields. Each signature locks everything but what those after it still fill in."""
    form = pdf.Root.get(Name.AcroForm)
    if not isinstance(form, Dictionary):
        form = pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array()))
    assert isinstance(form, Dictionary)
    form.SigFlags = _SIGNATURES_EXIST_APPEND_ONLY
    if date_box is not None:
        _add_date_field(pdf, form, date_box)
    open_before_last = (DATE_FIELD,) if date_box is not None else ()
    for signature in signatures:
        _add_signature_field(pdf, form, signature, open_before_last)


def _prepare(
    source: bytes | Path,
    target: Path | BinaryIO,
    name: str,
    signatures: Sequence[PlannedSignature],
    date_box: DateBox | None,
) -> Preparation:
    with open_upload(source, name) as pdf:
        try:
            notes = inspect_upload(pdf, name)
            notes += settle_form(pdf, name)
            _settle_catalog(pdf)
            _settle_annotations(pdf)
            add_fields(pdf, signatures, date_box)
            pdf.save(target, **pdfa.resolve_save_kwargs("2b"))  # what PDF/A-2 needs does no harm to others
        except pikepdf.PdfError as error:
            raise UploadRefused(
                "damaged",
                f"「{name}」は壊れているところがあり、書き直せません。",
                remedy=REMEDY,
                reason=str(error),
            ) from error
        return Preparation(len(pdf.pages), tuple(notes))


def _settle_catalog(pdf: Pdf) -> None:
    """A version entry that is none, or a repaired trailer without a size, makes readers stumble."""
    pdf.trailer.Size = len(pdf.objects) + 1  # written anew with the right number
    if Name.Version in pdf.Root and not re.fullmatch(r"/[12]\.\d", str(pdf.Root.Version)):
        del pdf.Root.Version


def _settle_annotations(pdf: Pdf) -> None:
    """Gives every annotation an object of its own; verifiers cannot tell otherwise which one has changed."""
    for page in pdf.pages:
        present = page.obj.get(Name.Annots)
        if not isinstance(present, Array):
            continue
        annotations = [item for item in present if isinstance(item, Dictionary)]
        if len(annotations) < len(present) or not all(item.is_indirect for item in annotations):
            owned = [item if item.is_indirect else pdf.make_indirect(item) for item in annotations]
            page.obj.Annots = Array(owned)


def _add_date_field(pdf: Pdf, form: Dictionary, box: DateBox) -> None:
    page = _page_for(pdf, box, "bad_date_box", "契約締結日の記入欄")
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String(DATE_FIELD),
        TU=String("契約締結日"),
        Ff=_READ_ONLY,
        F=_PRINT,
        DA=String(f"/F0 {box.font_size:g} Tf 0 g"),
        P=page.obj,
    )
    _make_visible(pdf, field, page, box)
    _attach(pdf, form, page, field)


def _add_signature_field(
    pdf: Pdf, form: Dictionary, signature: PlannedSignature, open_before_last: tuple[str, ...]
) -> None:
    box = signature.box
    page = _page_for(pdf, box, "bad_seal_place", "印影") if box else pdf.pages[0]
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Sig,
        T=String(signature.field_name),
        F=_PRINT | _LOCKED,
        Rect=Array([0, 0, 0, 0]),
        P=page.obj,
        Lock=_lock(signature, open_before_last),
    )
    if box is not None:
        _make_visible(pdf, field, page, box)
    _attach(pdf, form, page, field)


def _page_for(pdf: Pdf, box: Box, code: str, what: str) -> pikepdf.Page:
    """The page of a box, which must lie within what is displayed of it."""
    is_box = box.right > box.left and box.top > box.bottom
    if is_box and 1 <= box.page <= len(pdf.pages) and page_frame(pdf.pages[box.page - 1]).holds(box):
        return pdf.pages[box.page - 1]
    remedy = "ページを表示して、位置を決め直してください。"
    raise UploadRefused(code, f"{what}の位置が、ページの中にありません。", remedy=remedy)


def _make_visible(pdf: Pdf, field: Dictionary, page: pikepdf.Page, box: Box) -> None:
    """Gives a field its rectangle, an empty drawing, and the rotation by which words in it stand upright."""
    frame = page_frame(page)
    empty = pdf.make_stream(
        b"q Q", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, round(box.width, 3), round(box.height, 3)]
    )  # an empty stream is compressed to none at all, which some readers cannot unpack
    empty.Resources = Dictionary()
    field.AP = Dictionary(N=empty)
    field.Rect = Array([round(edge, 3) for edge in frame.on_page(box)])
    if frame.rotation:
        field.MK = Dictionary(R=frame.rotation)


def _lock(signature: PlannedSignature, open_before_last: tuple[str, ...]) -> Dictionary:
    if signature.is_last:
        return Dictionary(Type=Name.SigFieldLock, Action=Name.All, P=1)
    still_open = [String(name) for name in (*open_before_last, *signature.still_open)]
    return Dictionary(Type=Name.SigFieldLock, Action=Name.Exclude, Fields=Array(still_open), P=2)


def _attach(pdf: Pdf, form: Dictionary, page: pikepdf.Page, field: Dictionary) -> None:
    reference = pdf.make_indirect(field)
    present = page.obj.get(Name.Annots)
    # a new list: two pages of an upload may share one
    page.obj.Annots = Array([*(present if isinstance(present, Array) else ()), reference])
    form.Fields.append(reference)
