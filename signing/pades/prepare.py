"""Preparing a PDF (署名前の準備): refuse what cannot be signed honestly, normalise, add the fields.

Every upload is written anew as one clean revision, so that broken cross references, hybrid references and
leftovers of earlier editing are gone before the first signature covers the bytes.
"""

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String, pdfa

from signing.errors import UploadRefused
from signing.pades.frames import page_frame
from signing.pades.layout import DATE_FIELD, Box, DateBox, PlannedSignature

_PROGRAMS = frozenset(
    "app bat cmd com cpl dll dmg exe hta jar js jse lnk msi ps1 reg scr sh vbe vbs wsf".split()  # noqa: SIM905
)
_ACTIVE_ACTIONS = {
    "/JavaScript": ("has_javascript", "スクリプト(JavaScript)"),
    "/Rendition": ("has_javascript", "スクリプトを実行する動画・音声"),
    "/Launch": ("has_launch_action", "外部プログラムを起動する動作"),
    "/ImportData": ("has_launch_action", "外部のデータを取り込む動作"),
    "/SubmitForm": ("has_launch_action", "入力内容を外部へ送信する動作"),
}
_REMEDY = "元の文書から、パスワードや動作のないPDFを作り直してください。"
_PRINT = 4
_LOCKED = 128
_READ_ONLY = 1
_SIGNATURES_EXIST_APPEND_ONLY = 3


@dataclass(frozen=True)
class PreparedDocument:
    """A normalised PDF with its empty fields."""

    content: bytes
    page_count: int


def prepare_document(
    content: bytes, name: str, signatures: Sequence[PlannedSignature], date_box: DateBox | None
) -> PreparedDocument:
    """Normalises an upload and adds its signature fields and the contract date field."""
    with open_upload(content, name) as pdf:
        inspect_upload(pdf, name)
        add_fields(pdf, signatures, date_box)
        return PreparedDocument(_save(pdf), len(pdf.pages))


def open_upload(content: bytes, name: str) -> Pdf:
    """Opens an upload, or refuses it: not a PDF, encrypted, or damaged beyond repair."""
    if b"%PDF-" not in content[:1024]:
        raise UploadRefused("not_a_pdf", f"「{name}」はPDFファイルではありません。")
    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        raise _encrypted(name) from None
    except (pikepdf.PdfError, ValueError, OSError) as error:
        raise UploadRefused(
            "damaged", f"「{name}」は壊れているため開けません。", remedy=_REMEDY, reason=str(error)
        ) from error
    if pdf.is_encrypted:
        pdf.close()
        raise _encrypted(name)
    return pdf


def inspect_upload(pdf: Pdf, name: str) -> None:
    """Refuses scripts, launch actions, XFA forms, programs inside, and files that somebody has signed."""
    if len(pdf.pages) == 0:
        raise UploadRefused("no_pages", f"「{name}」にはページがありません。", remedy=_REMEDY)
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, Dictionary) and Name.XFA in form:
        raise UploadRefused("has_xfa", f"「{name}」はXFA形式のフォームを含みます。", remedy=_REMEDY)
    if Name.Perms in pdf.Root:
        raise _signed(name)
    for item in _dictionaries(pdf):
        _refuse_active(item, name)
        _refuse_signed(item, name)
        _refuse_program(item, name)


def add_fields(pdf: Pdf, signatures: Sequence[PlannedSignature], date_box: DateBox | None) -> None:
    """Adds the empty fields. Each signature locks everything but what those after it still fill in."""
    form = _form(pdf)
    if date_box is not None:
        _check_box(pdf, date_box)
        _add_date_field(pdf, form, date_box)
    open_before_last = (DATE_FIELD,) if date_box is not None else ()
    for signature in signatures:
        _add_signature_field(pdf, form, signature, open_before_last)


def _encrypted(name: str) -> UploadRefused:
    return UploadRefused(
        "encrypted",
        f"「{name}」はパスワードまたは権限で保護されています。",
        remedy="保護を解除したPDFを使ってください。",
    )


def _signed(name: str) -> UploadRefused:
    return UploadRefused(
        "already_signed",
        f"「{name}」にはすでに電子署名が付いています。ここで加工すると、その署名が壊れます。",
        remedy="電子署名の付いていないPDFを使ってください。",
    )


def _dictionaries(pdf: Pdf) -> Iterator[Dictionary]:
    """Every dictionary of the file, those inside other objects too; streams are not decoded."""
    pending: list[Object] = list(pdf.objects)
    while pending:
        item = pending.pop()
        if isinstance(item, Stream):
            item = item.stream_dict
        if isinstance(item, Dictionary):
            yield item
            children = [value for _, value in item.items()]
        elif isinstance(item, Array):
            children = list(item)
        else:
            continue
        pending.extend(c for c in children if isinstance(c, Dictionary | Array) and not c.is_indirect)


def _refuse_active(item: Dictionary, name: str) -> None:
    kind = str(item.get(Name.S, ""))
    if Name.JS in item:
        kind = "/JavaScript"
    if kind in _ACTIVE_ACTIONS:
        code, what = _ACTIVE_ACTIONS[kind]
        raise UploadRefused(code, f"「{name}」は{what}を含みます。", remedy=_REMEDY)


def _refuse_signed(item: Dictionary, name: str) -> None:
    is_signature = str(item.get(Name.Type, "")) in {"/Sig", "/DocTimeStamp"} and Name.Contents in item
    if is_signature or (Name.ByteRange in item and Name.Contents in item):
        raise _signed(name)


def _refuse_program(item: Dictionary, name: str) -> None:
    if Name.EF not in item:
        return
    file_name = str(item.get(Name.UF, item.get(Name.F, "")))
    embedded = [value for _, value in item[Name.EF].items() if isinstance(value, Stream)]
    is_program = PurePosixPath(file_name.lower()).suffix[1:] in _PROGRAMS
    if is_program or any(_starts_like_program(stream) for stream in embedded):
        raise UploadRefused(
            "has_program", f"「{name}」は実行できるファイル「{file_name}」を含みます。", remedy=_REMEDY
        )


def _starts_like_program(stream: Stream) -> bool:
    """Looks at the first bytes alone: an attachment may unpack to more than the memory holds."""
    start = stream.read_raw_bytes()
    if stream.stream_dict.get(Name.Filter) is not None:
        try:
            start = zlib.decompressobj().decompress(start, 4)
        except zlib.error:
            return False
    return start.startswith((b"MZ", b"\x7fELF", b"#!"))


def _form(pdf: Pdf) -> Dictionary:
    if not isinstance(pdf.Root.get(Name.AcroForm), Dictionary):
        pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array()))
    form = pdf.Root.AcroForm
    assert isinstance(form, Dictionary)
    if Name.Fields not in form:
        form.Fields = Array()
    if Name.NeedAppearances in form:
        del form[Name.NeedAppearances]
    form.SigFlags = _SIGNATURES_EXIST_APPEND_ONLY
    return form


def _check_box(pdf: Pdf, box: DateBox) -> None:
    if not 1 <= box.page <= len(pdf.pages) or box.right <= box.left or box.top <= box.bottom:
        raise UploadRefused("bad_date_box", "契約締結日の記入欄の位置が、ページの中にありません。")


def _add_date_field(pdf: Pdf, form: Dictionary, box: DateBox) -> None:
    page = pdf.pages[box.page - 1]
    width, height = box.right - box.left, box.top - box.bottom
    empty = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, width, height])
    empty.Resources = Dictionary()
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String(DATE_FIELD),
        TU=String("契約締結日"),
        Ff=_READ_ONLY,
        F=_PRINT,
        Rect=Array([box.left, box.bottom, box.right, box.top]),
        DA=String(f"/F0 {box.font_size:g} Tf 0 g"),
        P=page.obj,
        AP=Dictionary(N=empty),
    )
    _attach(pdf, form, page, field)


def _add_signature_field(
    pdf: Pdf, form: Dictionary, signature: PlannedSignature, open_before_last: tuple[str, ...]
) -> None:
    page = pdf.pages[signature.box.page - 1 if signature.box else 0]
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
    if signature.box is not None:
        _make_visible(field, page, signature.box)
    _attach(pdf, form, page, field)


def _make_visible(field: Dictionary, page: pikepdf.Page, box: Box) -> None:
    """Gives a field its rectangle, and the rotation by which its picture stands upright."""
    frame = page_frame(page)
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
    if Name.Annots not in page:
        page.obj.Annots = Array()
    page.obj.Annots.append(reference)
    form.Fields.append(reference)


def _save(pdf: Pdf) -> bytes:
    """Writes revision 1. The options are those that PDF/A-2 files need, and do no harm to others."""
    target = io.BytesIO()
    pdf.save(target, **pdfa.resolve_save_kwargs("2b"))
    return target.getvalue()
