"""Look into an uploaded package of Excel or Word, unpacking it once without keeping anything.

Run as a script under `forms.confinement`: arguments are path, most entries, most bytes, and a ratio with the size from
which it counts. Prints JSON: {"kind": xlsx, docx or null}, with {"refused": code} when it is not to be taken.
"""

import json
import sys
import zipfile
import zlib

PARTS = {
    "xl/workbook.xml": "xlsx",
    "word/document.xml": "docx",
    "xl/workbook.bin": "xlsb",
}
PROGRAMS = ("vbaproject.bin", "/macrosheets/", "/activex/", ".exe", ".dll", ".js", ".vbs", ".bat", ".ps1")
ENCRYPTED = 1
CHUNK = 64 * 1024
CONTENT_TYPES = "[Content_Types].xml"
MOST_CONTENT_TYPES = 1024 * 1024


def main(
    path: str, most_entries: int, most_bytes: int, most_ratio: int, from_bytes: int
) -> dict[str, object]:
    """What was found, as the JSON that is printed."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            names = {entry.filename for entry in entries}
            kind = next((PARTS[part] for part in PARTS if part in names), None)
            if kind is None or CONTENT_TYPES not in names:
                return {"kind": None}
            limits = (most_entries, most_bytes, most_ratio, from_bytes)
            refused = _refusal(package, entries, limits)
            return {"kind": kind, **({"refused": refused} if refused else {})}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError):
        return {"kind": None, "refused": "damaged"}


def _refusal(
    package: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: tuple[int, int, int, int]
) -> str | None:
    most_entries, most_bytes, most_ratio, from_bytes = limits
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > most_entries or unpacked > most_bytes:
        return "bomb"
    if unpacked > from_bytes and unpacked / packed > most_ratio:
        return "bomb"
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        return "locked"
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        return "damaged"
    if _has_programs(package, entries):
        return "macro"
    return None if _unpacks(package, entries, most_bytes) else "bomb"


def _has_programs(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> bool:
    names = [f"/{entry.filename.lower()}" for entry in entries]
    if any(name.endswith(mark) or ("/" in mark and mark in name) for name in names for mark in PROGRAMS):
        return True
    with package.open(CONTENT_TYPES) as part:
        return b"macroenabled" in part.read(MOST_CONTENT_TYPES).lower()


def _unpacks(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo], most_bytes: int) -> bool:
    """Unpack everything, counting what really comes out; raises when a part is not whole."""
    left = most_bytes
    for entry in entries:
        with package.open(entry) as part:
            while chunk := part.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    return False
    return True


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], *(int(argument) for argument in sys.argv[2:6]))))
