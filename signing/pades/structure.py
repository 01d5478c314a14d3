"""Structure of a signed PDF (署名の構造), judged on the bytes before any parser is believed.

Wrapping, universal forgery and hidden updates all live from a /ByteRange that is not what it must be: two
blocks, from the first byte on, with nothing between them but the signature's own hexadecimal string.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from signing.pades import der

CHUNK = 1 << 20
_HEX = frozenset(b"0123456789abcdefABCDEF")
_SPACE = frozenset(b"\x00\t\n\x0c\r ")
OBJECT = re.compile(rb"(?<![0-9])(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+obj(?![a-zA-Z])")
_BYTE_RANGE = re.compile(rb"/ByteRange[\x00\t\n\x0c\r ]*\[([^\]]{0,200})\]")
_BEFORE_END = re.compile(rb"startxref[\x00\t\n\x0c\r ]*\d+[\x00\t\n\x0c\r ]*$")
_OVERLAP = 512
_MOST_GAP = 16 << 20


class Severity(StrEnum):
    """How much a flaw counts: the file proves nothing; it cannot be judged; it is worth a remark."""

    FATAL = "fatal"
    UNCLEAR = "unclear"
    MINOR = "minor"


@dataclass(frozen=True)
class Flaw:
    """Something wrong with the structure (構造の問題): `code` for the log, `text` for a person."""

    code: str
    text: str
    severity: Severity = Severity.FATAL

    @property
    def is_fatal(self) -> bool:
        return self.severity is Severity.FATAL

    def __str__(self) -> str:
        return f"{self.text}({self.code})"


@dataclass(frozen=True)
class Skeleton:
    """What a look over the bytes finds: size, header, ends of versions, places that say /ByteRange."""

    size: int
    header_at: int
    ends: tuple[int, ...]
    byte_ranges: tuple[int, ...]

    @property
    def end(self) -> int:
        """Where the last version ends; 0 when no end is marked."""
        return self.ends[-1] if self.ends else 0


def look_over(stream: BinaryIO) -> Skeleton:
    """Reads the file once, in pieces."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    header_at = stream.read(1024).find(b"%PDF-")
    found: dict[bytes, list[int]] = {b"%%EOF": [], b"/ByteRange": []}
    for start, block in _blocks(stream):
        for word, places in found.items():
            at = block.find(word)
            while at >= 0:
                if not places or start + at > places[-1]:
                    places.append(start + at)
                at = block.find(word, at + 1)
    ends = tuple(at + 5 for at in found[b"%%EOF"] if _is_end(stream, at))
    return Skeleton(size, header_at, ends, tuple(found[b"/ByteRange"]))


def _is_end(stream: BinaryIO, at: int) -> bool:
    """Whether a %%EOF ends a version: `startxref` and a number stand before it."""
    stream.seek(max(0, at - 64))
    return _BEFORE_END.search(stream.read(min(at, 64))) is not None


def check_byte_range(stream: BinaryIO, size: int, byte_range: object, contents: bytes) -> list[Flaw]:
    """Whether a /ByteRange leaves out exactly the signature's own /Contents, `<` and `>` included."""
    numbers = four_numbers(byte_range)
    if numbers is None:
        return [Flaw("byte-range-missing", "署名の対象範囲(ByteRange)がないか、正しい形ではありません。")]
    start, first, second, last = numbers
    if min(numbers) < 0 or start != 0:
        return [Flaw("byte-range-start", "署名の対象範囲が、ファイルの先頭から始まっていません。")]
    if first > second or second + last > size:
        text = "署名の対象範囲が、ファイルの中に収まっていません。ファイルが途中で切れているか、書き換えられています。"
        return [Flaw("byte-range-outside", text)]
    if second - first > _MOST_GAP:
        return [Flaw("byte-range-gap", "署名の対象から外れた部分に、署名以外のデータがあります。")]
    stream.seek(first)
    return list(_check_gap(stream.read(second - first), contents))


def four_numbers(value: object) -> tuple[int, int, int, int] | None:
    """The numbers of a /ByteRange, if they are four whole numbers."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or len(value) != 4:
        return None
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in value):
        return None
    a, b, c, d = (int(number) for number in value)
    return a, b, c, d


def check_padding(contents: bytes) -> list[Flaw]:
    """After the CMS object, /Contents holds nothing but zeros; some writers fill it up with blanks."""
    end = der.end_of(contents)
    if end is None:
        return [Flaw("contents-not-der", "署名のデータ(CMS)が壊れています。")]
    rest = contents[end:].strip(b"\0")
    if rest.strip(bytes(_SPACE)):
        return [Flaw("contents-padding", "署名のデータの余白に、余分なデータが書き込まれています。")]
    if rest:
        text = "署名のデータの余白が、ゼロではなく空白で埋められています。"
        return [Flaw("contents-blanks", text, severity=Severity.MINOR)]
    return []


def check_tail(stream: BinaryIO, skeleton: Skeleton) -> list[Flaw]:
    """What follows the last %%EOF: nothing, harmless bytes, or objects that some readers would show."""
    if not skeleton.end:
        return [Flaw("no-eof", "ファイルの終わりの印(%%EOF)がありません。", severity=Severity.MINOR)]
    stream.seek(skeleton.end)
    found = stream.read(CHUNK)
    if not found.strip(b"\x00\t\n\x0c\r "):
        return []
    if OBJECT.search(found) or b"trailer" in found:
        text = "ファイルの終わりのあとに、正規の更新ではない内容が付け足されています。"
        return [Flaw("objects-after-end", text)]
    return [
        Flaw("bytes-after-end", "ファイルの終わりのあとに、余分なデータがあります。", severity=Severity.MINOR)
    ]


def unlisted_objects(
    stream: BinaryIO, start: int, end: int, listed: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Objects written between two offsets that no cross-reference table lists: number and offset.

    `listed` are the offsets at which listed objects begin and end. A reader that rebuilds the tables of a
    "damaged" file would take the unlisted ones.
    """
    stream.seek(start)
    content = stream.read(min(end - start, 64 * CHUNK))
    found = []
    inside = sorted(listed)
    for match in OBJECT.finditer(content):
        at = start + match.start()
        if not any(begins <= at < ends for begins, ends in inside):
            found.append((int(match.group(1)), at))
    return found


def raw_byte_ranges(stream: BinaryIO, skeleton: Skeleton) -> Iterator[tuple[int, list[int]]]:
    """Each /ByteRange of numbers in the bytes, for files that no parser can read: offset and numbers."""
    for at in skeleton.byte_ranges:
        stream.seek(at)
        match = _BYTE_RANGE.match(stream.read(_OVERLAP))
        if match is None:
            continue
        words = match.group(1).split()
        if all(re.fullmatch(rb"[+-]?\d{1,15}", word) for word in words):
            yield at, [int(word) for word in words]


def _check_gap(gap: bytes, contents: bytes) -> Iterator[Flaw]:
    text = "署名の対象から外れた部分に、署名以外のデータがあります。"
    if len(gap) < 2 or gap[:1] != b"<" or gap[-1:] != b">":
        yield Flaw("byte-range-gap", text)
        return
    inside = gap[1:-1]
    digits = bytes(byte for byte in inside if byte not in _SPACE) if not _is_hex(inside) else inside
    even = digits + b"0" * (len(digits) % 2)  # ISO 32000-2, 7.3.4.3: a missing last digit is 0
    if not _is_hex(digits) or bytes.fromhex(even.decode()) != contents:
        yield Flaw("byte-range-gap", text)
        return
    if len(digits) != len(inside):
        yield Flaw("contents-spaces", "署名のデータの中に、空白が混じっています。", severity=Severity.MINOR)
    if digits not in (digits.lower(), digits.upper()):
        yield Flaw("contents-case", "署名のデータの書き方が途中で変わっています。", severity=Severity.MINOR)


def _is_hex(digits: bytes) -> bool:
    return not digits.strip(bytes(_HEX))  # strips from both ends: what remains begins with another byte


def _blocks(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The file in pieces that overlap a little, so that no word falls between two."""
    start, rest = 0, b""
    stream.seek(0)
    while piece := stream.read(CHUNK):
        block = rest + piece
        yield start - len(rest), block
        start += len(piece)
        rest = block[-16:]
