"""File names (ファイル名) that came from outside, made safe to keep, to show and to hand out again."""

import re
from collections.abc import Container
from itertools import count

from forms.texts import composed

UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
LONGEST = 100


def safe_file_name(name: str, extension: str) -> str:
    """The last part of a name without control characters, with the extension of what the file really is."""
    parts = (UNSAFE.sub("", part).strip(" .\u3000") for part in re.split(r"[/\\]", composed(name)))
    clean = next((part for part in reversed(list(parts)) if part), "")
    stem, dot, ending = clean.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", ending):
        stem = clean
    stem = stem.strip(" .\u3000")[:LONGEST]
    if not stem or RESERVED.fullmatch(stem):
        stem = f"書類{stem}"
    return f"{stem}.{extension}"


def unused_name(name: str, taken: Container[str]) -> str:
    """The name, or 「図面（2）.pdf」 where there is a file of that name already."""
    stem, _, extension = name.rpartition(".")
    numbered = (f"{stem}（{number}）.{extension}" for number in count(2))
    return name if name not in taken else next(other for other in numbered if other not in taken)
