"""Uploaded files (アップロードされた書類): known by their content, refused with a reason and a way out.

This is the polite early check of the upload page; signing refuses again what it would break.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from forms import pdf_inspection
from forms.file_names import safe_file_name
from procurement.errors import RuleViolation

PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
MOST_PIXELS = 120_000_000
MOST_ENTRIES, MOST_UNPACKED = 5_000, 300 * 1024 * 1024
MOST_RATIO, SMALL = 120, 10 * 1024 * 1024

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
EXTENSIONS = {"pdf": "pdf", "jpeg": "jpg", "png": "png", "xlsx": "xlsx", "docx": "docx"}
TYPE_WORDS = {
    "pdf": "PDF",
    "jpeg": "JPEG画像",
    "png": "PNG画像",
    "xlsx": "Excel（xlsx）",
    "docx": "Word（docx）",
}

RESAVE = "元の書類を「PDFとして保存」し直し、そのPDFをアップロードしてください。"
PDF_REFUSALS = {
    "damaged": ("はPDFとして開けません。壊れているか、PDFではありません。", RESAVE),
    "no_pages": ("にはページがありません。", RESAVE),
    "encrypted": ("はパスワードや権限で保護されています。", "保護を解除したPDFをアップロードしてください。"),
    "script": ("にはスクリプト（自動で動くプログラム）が含まれています。", RESAVE),
    "launch": ("には他のプログラムを起動する指示が含まれています。", RESAVE),
    "xfa": (
        "にはXFA形式のフォームが含まれています。",
        "印刷機能で「PDFに保存」したものをアップロードしてください。",
    ),
    "signed": (
        "にはすでに電子署名が付いています。ここで加工すると、その署名が壊れます。",
        "電子署名の付いていないPDFをアップロードしてください。",
    ),
    "too_heavy": (
        "は中身が大きすぎるか複雑すぎるため、確認できません。",
        "書類を分け、画像の解像度を下げて保存し直してください。",
    ),
}


@dataclass(frozen=True)
class UploadLimits:
    """How large an upload may be, and what its inspection may use."""

    max_bytes: int = 20 * 1024 * 1024
    max_pages: int = 500
    memory_megabytes: int = 1024
    cpu_seconds: int = 10


@dataclass(frozen=True)
class UploadedFile:
    """What a file is: kind, media type, size, a name that is safe, and pages when it is a PDF."""

    kind: str
    media_type: str
    size: int
    name: str
    page_count: int | None = None


def inspect_pdf(path: Path, name: str, limits: UploadLimits | None = None) -> UploadedFile:
    """Look into an uploaded PDF that is to be signed. Raises RuleViolation with reason and remedy."""
    return inspect_upload(path, name, ("pdf",), limits)


def inspect_upload(
    path: Path, name: str, kinds: Collection[str], limits: UploadLimits | None = None
) -> UploadedFile:
    """Look into an uploaded file of one of these kinds. Raises RuleViolation with reason and remedy."""
    limits = limits or UploadLimits()
    size = path.stat().st_size
    shown = safe_file_name(name, (name.rpartition(".")[2] if "." in name else "") or "file")
    _refuse_size(shown, size, limits)
    kind = detected_kind(path)
    if kind is None or kind not in kinds:
        raise _wrong_kind(shown, path, kind, kinds)
    pages = None
    if kind == "pdf":
        pages = _inspect_pdf(path, shown, limits)
    elif kind in ("xlsx", "docx"):
        _inspect_office(path, shown)
    else:
        _inspect_picture(path, shown)
    return UploadedFile(kind, MEDIA_TYPES[kind], size, safe_file_name(name, EXTENSIONS[kind]), pages)


def detected_kind(path: Path) -> str | None:
    """The kind of a file by its content (not by its name): pdf, jpeg, png, xlsx, docx, or None."""
    with path.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head and not head.startswith(PROGRAMS):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(ZIP):
        return _office_kind(path)
    return None


def _office_kind(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next(
        (k for k, part in (("xlsx", "xl/workbook.xml"), ("docx", "word/document.xml")) if part in names), None
    )


def _refuse_size(shown: str, size: int, limits: UploadLimits) -> None:
    if size == 0:
        raise RuleViolation(
            "upload.empty",
            f"「{shown}」は空（0バイト）です。",
            remedy="ファイルの中身を確かめ、選び直してください。",
        )
    if size > limits.max_bytes:
        most = limits.max_bytes / 1024 / 1024
        raise RuleViolation(
            "upload.too_large",
            f"「{shown}」は{size / 1024 / 1024:.1f}MBあります。1ファイル{most:g}MBまでです。",
            remedy="画像の解像度を下げるか、書類を分けてください。",
        )


def _wrong_kind(shown: str, path: Path, kind: str | None, kinds: Collection[str]) -> RuleViolation:
    allowed = "、".join(TYPE_WORDS[k] for k in TYPE_WORDS if k in kinds)
    remedy = f"ここで受け付けるのは{allowed}です。"
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(PROGRAMS):
        return RuleViolation(
            "upload.program", f"「{shown}」はプログラムです。受け付けられません。", remedy=remedy
        )
    if head.startswith(OLE):
        text = f"「{shown}」は古い形式か、パスワード付きのファイルです。"
        return RuleViolation(
            "upload.old_office", text, remedy="パスワードを外し、xlsx、docx又はPDFで保存し直してください。"
        )
    found = f"{TYPE_WORDS[kind]}です" if kind else "中身を確認できない種類のファイルです"
    return RuleViolation("upload.wrong_kind", f"「{shown}」は{found}。", remedy=remedy)


def _inspect_pdf(path: Path, shown: str, limits: UploadLimits) -> int:
    command = [sys.executable, "-I", pdf_inspection.__file__, str(path)]
    numbers = (limits.memory_megabytes, limits.cpu_seconds, limits.max_pages)
    try:
        done = subprocess.run(  # noqa: S603 - fixed command, path as one argument
            [*command, *map(str, numbers)], capture_output=True, timeout=limits.cpu_seconds * 3, check=False
        )
        found = json.loads(done.stdout) if done.returncode == 0 else {"refused": "too_heavy"}
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        found = {"refused": "too_heavy"}
    if found.get("refused") == "too_many_pages":
        text = f"「{shown}」は{found['pages']}ページあります。1ファイル{limits.max_pages}ページまでです。"
        raise RuleViolation("upload.too_many_pages", text, remedy="書類を分けてください。")
    if "refused" in found:
        reason, remedy = PDF_REFUSALS[found["refused"]]
        raise RuleViolation(f"upload.{found['refused']}", f"「{shown}」{reason}", remedy=remedy)
    return int(found["pages"])


def _inspect_office(path: Path, shown: str) -> None:
    """Reads only the list of contents: nothing is unpacked."""
    with zipfile.ZipFile(path) as package:
        entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    is_thin = unpacked > SMALL and unpacked / packed > MOST_RATIO
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or is_thin:
        raise RuleViolation(
            "upload.bomb",
            f"「{shown}」は、展開すると極端に大きくなるファイルです。受け付けられません。",
            remedy="PDFとして保存し直してください。",
        )
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise RuleViolation(
            "upload.macro",
            f"「{shown}」にはマクロが含まれています。受け付けられません。",
            remedy="マクロを含まない形式（xlsx、docx）又はPDFで保存し直してください。",
        )


def _inspect_picture(path: Path, shown: str) -> None:
    """Reads only the head of the picture: nothing is unpacked."""
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise RuleViolation(
            "upload.damaged",
            f"「{shown}」は画像として開けません。",
            remedy="画像を開いて確かめ、保存し直してください。",
        ) from None
    if width * height > MOST_PIXELS:
        raise RuleViolation(
            "upload.too_many_pixels",
            f"「{shown}」は{width}×{height}画素あり、大きすぎます。",
            remedy="画像を縮小してください。",
        )
