"""Uploads (受け取ったPDF): opened, looked through, refused with a reason or taken with notes for the officer.

Nothing here changes a file. What would show different things to different people is refused; what is
only unusual is said.
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from signing.errors import UploadRefused
from signing.pades.frames import inherited, plain_edges

_PROGRAMS = frozenset(
    "app bat cmd com cpl dll dmg exe hta jar js jse lnk msi ps1 reg scr sh vbe vbs wsf".split()  # noqa: SIM905
)
_ACTIVE_ACTIONS = {
    "/JavaScript": ("has_javascript", "スクリプト(JavaScript)"),
    "/Rendition": ("has_javascript", "スクリプトを実行する動画・音声"),
    "/Launch": ("has_launch_action", "外部プログラムを起動する動作"),
    "/ImportData": ("has_launch_action", "外部のデータを取り込む動作"),
    "/SubmitForm": ("has_launch_action", "入力内容を外部へ送信する動作"),
    "/Hide": ("changes_its_look", "表示を隠したり出したりする動作"),
    "/ResetForm": ("changes_its_look", "記入した内容を消す動作"),
    "/SetOCGState": ("changes_its_look", "レイヤーの表示を切り替える動作"),
}
_MEDIA = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
REMEDY = "元の文書から、パスワードや動作のないPDFを作り直してください。"
_LARGEST_PAGE = 14400.0
_HEAD = 1024


@dataclass(frozen=True)
class Note:
    """Something unusual about an upload that was taken (お知らせ): for the officer to know, not to refuse."""

    code: str
    text: str


def open_upload(source: bytes | Path | BinaryIO, name: str) -> Pdf:
    """Opens an upload, or refuses it: empty, not a PDF, encrypted, or damaged beyond repair.

    A path is read piece by piece, however large the file is.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    _refuse_other_kinds(stream, name)
    try:
        pdf = pikepdf.open(stream, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise _encrypted(name) from None
    except (pikepdf.PdfError, ValueError, OSError, RuntimeError) as error:
        raise _damaged(name, error) from error
    if pdf.is_encrypted:
        pdf.close()
        raise _encrypted(name)
    return pdf


def inspect_upload(pdf: Pdf, name: str) -> list[Note]:
    """Refuses what cannot be signed honestly; says what is unusual about the rest."""
    _refuse_structure(pdf, name)
    found = _Findings()
    for item in _dictionaries(pdf):
        _refuse_active(item, name)
        _refuse_signed(item, name)
        _refuse_program(item, name)
        found.look_at(item)
    _refuse_pages(pdf, name)
    return [*_repairs(pdf), *found.notes()]


def examine(source: Path, name: str) -> list[Note]:
    """Opens and inspects an upload, and closes it again: for the page where files are handed in."""
    with open_upload(source, name) as pdf:
        try:
            return inspect_upload(pdf, name)
        except pikepdf.PdfError as error:
            raise _damaged(name, error) from error


class _Findings:
    """What is unusual but allowed, collected over all objects of a file."""

    def __init__(self) -> None:
        self.fonts: dict[str, None] = {}
        self.attachments: dict[str, None] = {}
        self.has_layers = False

    def look_at(self, item: Dictionary) -> None:
        if item.get(Name.Type) == Name.FontDescriptor or item.get(Name.Type) == Name.Font:
            self._look_at_font(item)
        if Name.EF in item:
            self.attachments[_file_name(item)] = None
        self.has_layers = self.has_layers or item.get(Name.Type) == Name.OCG

    def _look_at_font(self, item: Dictionary) -> None:
        kind = item.get(Name.Subtype)
        is_descriptor = item.get(Name.Type) == Name.FontDescriptor
        is_embedded = any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3"))
        has_no_descriptor = not is_descriptor and Name.FontDescriptor not in item
        is_bare = has_no_descriptor and kind not in (Name.Type0, Name.Type3)
        if (is_descriptor and not is_embedded) or is_bare:
            self.fonts[str(item.get(Name.FontName, item.get(Name.BaseFont, "?"))).lstrip("/")] = None

    def notes(self) -> Iterator[Note]:
        if self.fonts:
            names = "、".join(self.fonts)
            yield Note(
                "fonts_not_embedded",
                f"埋め込まれていない書体があります({names})。見る人の機器によって字の形が変わることがあります。",
            )
        if self.attachments:
            names = "、".join(f"「{name}」" for name in self.attachments)
            yield Note(
                "has_attachments",
                f"添付ファイル{names}を含みます。署名の対象になりますが、紙面には出ません。",
            )
        if self.has_layers:
            yield Note(
                "has_layers",
                "表示を切り替えられるレイヤーを含みます。必要な内容が表示されていることを確かめてください。",
            )


def _repairs(pdf: Pdf) -> Iterator[Note]:
    if pdf.get_warnings():
        yield Note(
            "repaired",
            "ファイルの索引(相互参照表)などに壊れたところがあり、直して取り込みました。"
            f"全{len(pdf.pages)}ページがそろい、正しく表示されることを確かめてください。",
        )


def _refuse_other_kinds(source: Path | BinaryIO, name: str) -> None:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            head = stream.read(_HEAD)
    else:
        head = source.read(_HEAD)
        source.seek(0)
    if not head:
        raise UploadRefused(
            "empty",
            f"「{name}」は空のファイルです(0バイト)。",
            remedy="元のファイルを開けることを確かめて、もう一度選んでください。",
        )
    if b"%PDF-" not in head:
        remedy = "文書を「PDFとして保存」し、そのファイルを選んでください。"
        raise UploadRefused("not_a_pdf", f"「{name}」はPDFファイルではありません。", remedy=remedy)


def _refuse_structure(pdf: Pdf, name: str) -> None:
    if len(pdf.pages) == 0:
        raise UploadRefused("no_pages", f"「{name}」にはページがありません。", remedy=REMEDY)
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, Dictionary) and Name.XFA in form:
        raise UploadRefused("has_xfa", f"「{name}」はXFA形式のフォームを含みます。", remedy=REMEDY)
    if Name.Perms in pdf.Root:
        raise _signed(name)
    if Name.Collection in pdf.Root:
        raise UploadRefused(
            "is_portfolio",
            f"「{name}」は複数のファイルを束ねたPDF(ポートフォリオ)です。中のファイルは紙面に出ません。",
            remedy="中の書類をそれぞれPDFとして取り出し、1件ずつ追加してください。",
        )
    _refuse_hidden_layers(pdf, name)


def _refuse_hidden_layers(pdf: Pdf, name: str) -> None:
    layers = pdf.Root.get(Name.OCProperties)
    usual = layers.get(Name.D) if isinstance(layers, Dictionary) else None
    if not isinstance(usual, Dictionary):
        return
    off = usual.get(Name.OFF)
    if (isinstance(off, Array) and len(off) > 0) or usual.get(Name.BaseState) == Name.OFF:
        raise UploadRefused(
            "has_hidden_layers",
            f"「{name}」には表示されない設定のレイヤーがあります。署名する人に見えない内容が残ります。",
            remedy="図面のソフトで不要なレイヤーを削除するか統合してから、PDFとして保存し直してください。",
        )


def _refuse_pages(pdf: Pdf, name: str) -> None:
    for number, page in enumerate(pdf.pages, start=1):
        media = plain_edges(inherited(page, Name.MediaBox))
        crop = inherited(page, Name.CropBox)
        has_surface = media is not None and (crop is None or plain_edges(crop) is not None)
        if not has_surface:
            raise UploadRefused(
                "page_without_size", f"「{name}」の{number}ページ目の大きさがありません。", remedy=REMEDY
            )
        assert media is not None
        if max(media[2] - media[0], media[3] - media[1]) > _LARGEST_PAGE:
            raise UploadRefused(
                "page_too_large",
                f"「{name}」の{number}ページ目が大きすぎます(一辺5.08mまで)。",
                remedy="用紙の大きさを直してから、PDFとして保存し直してください。",
            )


def _refuse_active(item: Dictionary, name: str) -> None:
    kind = str(item.get(Name.S, ""))
    if Name.JS in item:
        kind = "/JavaScript"
    if kind in _ACTIVE_ACTIONS:
        code, what = _ACTIVE_ACTIONS[kind]
        raise UploadRefused(code, f"「{name}」は{what}を含みます。", remedy=REMEDY)
    if Name.Rect in item and str(item.get(Name.Subtype, "")) in _MEDIA:
        raise UploadRefused("has_media", f"「{name}」は動画・音声・立体表示を含みます。", remedy=REMEDY)


def _refuse_signed(item: Dictionary, name: str) -> None:
    is_signature = str(item.get(Name.Type, "")) in {"/Sig", "/DocTimeStamp"} and Name.Contents in item
    if is_signature or (Name.ByteRange in item and Name.Contents in item):
        raise _signed(name)


def _refuse_program(item: Dictionary, name: str) -> None:
    if Name.EF not in item:
        return
    file_name = _file_name(item)
    embedded = [value for _, value in item[Name.EF].items() if isinstance(value, Stream)]
    is_program = PurePosixPath(file_name.lower()).suffix[1:] in _PROGRAMS
    if is_program or any(_starts_like_program(stream) for stream in embedded):
        raise UploadRefused(
            "has_program", f"「{name}」は実行できるファイル「{file_name}」を含みます。", remedy=REMEDY
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


def _file_name(item: Dictionary) -> str:
    return str(item.get(Name.UF, item.get(Name.F, "")))


def _dictionaries(pdf: Pdf) -> Iterator[Dictionary]:
    """Every dictionary of the file, those inside other objects too; streams are not decoded."""
    for item in pdf.objects:
        pending: list[Object] = [item]
        while pending:
            current: Any = pending.pop()
            if isinstance(current, Stream):
                current = current.stream_dict
            if isinstance(current, Dictionary):
                yield current
                children = [value for _, value in current.items()]
            elif isinstance(current, Array):
                children = list(current)
            else:
                continue
            pending += [c for c in children if isinstance(c, Dictionary | Array) and not c.is_indirect]


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


def _damaged(name: str, error: Exception) -> UploadRefused:
    return UploadRefused(
        "damaged", f"「{name}」は壊れているため開けません。", remedy=REMEDY, reason=str(error)
    )
