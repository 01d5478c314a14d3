"""Kinds of files (ファイルの種類), known by the first bytes of their content and never by their name."""

from enum import StrEnum
from pathlib import Path

PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
PACKAGE = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"))
HEAD = 1024

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


class Head(StrEnum):
    """What the first bytes of a file say."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    PACKAGE = "package"
    PROGRAM = "program"
    OLD_OFFICE = "old_office"
    HEIF = "heif"
    UNKNOWN = "unknown"


def head_of(path: Path) -> Head:
    """What a file seems to be; a program stays one, whatever else it pretends."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    starts = {PACKAGE: Head.PACKAGE, OLE: Head.OLD_OFFICE, b"\xff\xd8\xff": Head.JPEG}
    starts |= {b"\x89PNG\r\n\x1a\n": Head.PNG}
    if head.startswith(PROGRAMS):
        return Head.PROGRAM
    if b"%PDF-" in head:
        return Head.PDF
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return Head.HEIF
    return next((kind for start, kind in starts.items() if head.startswith(start)), Head.UNKNOWN)
