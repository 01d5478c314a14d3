"""Uploaded files (アップロードされた書類): known by their content, refused with a reason and a way out.

This is the polite early check of the upload page; signing refuses again what it would break.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms import office_inspection, pdf_inspection, picture_inspection
from forms.confinement import Confines, confined
from forms.file_kinds import EXTENSIONS, MEDIA_TYPES, TYPE_WORDS, Head, head_of
from forms.file_names import safe_file_name
from forms.upload_refusals import (
    HEIF,
    OFFICE_REFUSALS,
    OLD_OFFICE,
    PICTURE_DAMAGED,
    REFUSALS,
    refused,
    too_large,
)
from procurement.errors import RuleViolation

__all__ = [
    "EXTENSIONS",
    "MEDIA_TYPES",
    "TYPE_WORDS",
    "UploadLimits",
    "UploadedFile",
    "detected_kind",
    "inspect_pdf",
    "inspect_upload",
]

OFFICE = frozenset(("xlsx", "docx"))
MOST_PIXELS = 120_000_000
MOST_ENTRIES, MOST_UNPACKED = 5_000, 300 * 1024 * 1024
MOST_RATIO, SMALL = 120, 10 * 1024 * 1024


@dataclass(frozen=True)
class UploadLimits:
    """How large an upload may be, and what its inspection may use."""

    max_bytes: int = 20 * 1024 * 1024
    max_pages: int = 500
    memory_megabytes: int = 1024
    cpu_seconds: int = 10

    @property
    def confines(self) -> Confines:
        """For the process that looks into the file."""
        return Confines(self.memory_megabytes, self.cpu_seconds)


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
    path: Path,
    name: str,
    kinds: Collection[str],
    limits: UploadLimits | None = None,
    *,
    is_to_be_signed: bool = True,
) -> UploadedFile:
    """Look into an uploaded file of one of these kinds. Raises RuleViolation with reason and remedy.

    One that is only kept (an attachment) may carry signatures of others, as electronic guarantees do.
    """
    limits = limits or UploadLimits()
    size = path.stat().st_size
    shown = safe_file_name(name, (name.rpartition(".")[2] if "." in name else "") or "file")
    if size == 0:
        raise refused("empty", shown, REFUSALS["empty"])
    if size > limits.max_bytes:
        raise too_large(shown, size, limits.max_bytes)
    head = head_of(path)
    package = _looked_into_package(path, limits.confines) if head is Head.PACKAGE else {}
    kind = _kind(head, package)
    problem = package.get("refused")
    if problem and (kind in kinds or (package.get("kind") is None and not OFFICE.isdisjoint(kinds))):
        raise refused(problem, shown, OFFICE_REFUSALS.get(problem) or REFUSALS[problem])
    if kind is None or kind not in kinds:
        raise _wrong_kind(shown, head, kind, kinds)
    pages = None
    if kind == "pdf":
        pages = _inspect_pdf(path, shown, limits, is_to_be_signed)
    elif head in (Head.JPEG, Head.PNG):
        _inspect_picture(path, shown, limits.confines)
    return UploadedFile(kind, MEDIA_TYPES[kind], size, safe_file_name(name, EXTENSIONS[kind]), pages)


def detected_kind(path: Path) -> str | None:
    """The kind of a file by its content (not by its name): pdf, jpeg, png, xlsx, docx, or None."""
    head = head_of(path)
    return _kind(head, _looked_into_package(path, Confines()) if head is Head.PACKAGE else {})


def _kind(head: Head, package: dict[str, Any]) -> str | None:
    kind = package.get("kind") if head is Head.PACKAGE else head.value
    return kind if kind in MEDIA_TYPES else None


def _wrong_kind(shown: str, head: Head, kind: str | None, kinds: Collection[str]) -> RuleViolation:
    allowed = "、".join(TYPE_WORDS[k] for k in TYPE_WORDS if k in kinds)
    remedy = f"ここで受け付けるのは{allowed}です。"
    if head is Head.PROGRAM:
        return refused("program", shown, ("はプログラムです。受け付けられません。", remedy))
    if head is Head.OLD_OFFICE:
        return refused("old_office", shown, OLD_OFFICE)
    if head is Head.HEIF:
        return refused("heif", shown, HEIF)
    found = f"{TYPE_WORDS[kind]}です" if kind else "中身を確認できない種類のファイルです"
    return refused("wrong_kind", shown, (f"は{found}。", remedy))


def _looked_into_package(path: Path, confines: Confines) -> dict[str, Any]:
    numbers = (MOST_ENTRIES, MOST_UNPACKED, MOST_RATIO, SMALL)
    return _found(office_inspection.__file__, [str(path), *map(str, numbers)], confines)


def _inspect_pdf(path: Path, shown: str, limits: UploadLimits, is_to_be_signed: bool) -> int:
    arguments = [str(path), str(limits.max_pages), str(int(is_to_be_signed))]
    found = _found(pdf_inspection.__file__, arguments, limits.confines)
    if found.get("refused") == "too_many_pages":
        text = f"は{found['pages']}ページあります。1ファイル{limits.max_pages}ページまでです。"
        raise refused("too_many_pages", shown, (text, "書類を分けてください。"))
    if "refused" in found:
        raise refused(found["refused"], shown, REFUSALS[found["refused"]])
    return int(found["pages"])


def _inspect_picture(path: Path, shown: str, confines: Confines) -> None:
    found = _found(picture_inspection.__file__, [str(path), str(MOST_PIXELS)], confines)
    if found.get("refused") == "too_many_pixels":
        text = f"は{found['width']}×{found['height']}画素あり、大きすぎます。"
        raise refused("too_many_pixels", shown, (text, "画像を縮小してください。"))
    if "refused" in found:
        code = found["refused"]
        raise refused(code, shown, PICTURE_DAMAGED if code == "damaged" else REFUSALS[code])


def _found(script: str, arguments: list[str], confines: Confines) -> dict[str, Any]:
    """What an inspection printed; one that needed too much, or fell over, found the file too heavy."""
    printed = confined(Path(script), arguments, confines)
    try:
        found: dict[str, Any] = json.loads(printed) if printed else {"refused": "too_heavy"}
    except json.JSONDecodeError:
        found = {"refused": "too_heavy"}
    return found
