"""Codes of letters that Unicode gives none (独自の符号), and the way back to what was typed.

A character with a variation selector or a combining mark is drawn as one glyph. Inside a document it stands
under a private code; the maps of the finished PDF say what it was, so that searching and copying work.
"""

import re
import threading

import pikepdf

FIRST_PRIVATE = 0xF0000
_MAPPED = re.compile(rb"<([0-9A-F]{2})> <([0-9A-F]{4,6})>")
_clusters: list[str] = []
_codes: dict[str, int] = {}
_adding = threading.Lock()


def private_code(cluster: str) -> int:
    """The code under which a cluster is set in this process."""
    with _adding:
        if cluster not in _codes:
            _codes[cluster] = FIRST_PRIVATE + len(_clusters)
            _clusters.append(cluster)
        return _codes[cluster]


def cluster_of(character: str) -> str:
    """What a character of a set line stands for: itself, or the cluster of a private code."""
    place = ord(character) - FIRST_PRIVATE
    return _clusters[place] if 0 <= place < len(_clusters) else character


def correct_code_maps(pdf: pikepdf.Pdf) -> None:
    """Make text extraction give what was typed: reportlab writes codes above U+FFFF wrongly."""
    for font in pdf.objects:
        if isinstance(font, pikepdf.Dictionary) and isinstance(font.get("/ToUnicode"), pikepdf.Stream):
            stream = font["/ToUnicode"]
            before = stream.read_bytes()
            after = _MAPPED.sub(_corrected, before)
            if after != before:
                stream.write(after)


def _corrected(found: re.Match[bytes]) -> bytes:
    code = int(found[2], 16)
    if code <= 0xFFFF:
        return found[0]
    text = cluster_of(chr(code))
    return b"<%s> <%s>" % (found[1], text.encode("utf-16-be").hex().upper().encode())
