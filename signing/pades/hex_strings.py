"""Hexadecimal strings (署名値の読み取り): pyHanko reads them digit by digit, which is a third of a verification.

The empty or filled hole of a signature has 32,768 digits. Here they are read in pieces. Whatever is not plain
(comments inside, foreign characters, a missing end) is left to pyHanko's own function, from the beginning.
"""

import binascii
from typing import BinaryIO

from pyhanko.pdf_utils import generic

_BLANK = b" \n\r\t\f\x00"
_PLAIN = b"0123456789abcdefABCDEF" + _BLANK
_FIRST_PIECE = 128
_PIECE = 1 << 15

stock_reader = generic.read_hex_string_from_stream


def read_hex_string(stream: BinaryIO) -> generic.PdfObject:
    """The string from its "<" to its ">", exactly as pyHanko reads it."""
    start = stream.tell()
    stream.read(1)
    pieces, size = [], _FIRST_PIECE
    while piece := stream.read(size):
        end = piece.find(b">")
        pieces.append(piece if end < 0 else piece[:end])
        if pieces[-1].translate(None, _PLAIN):
            break
        if end >= 0:
            stream.seek(end + 1 - len(piece), 1)
            return generic.pdf_string(_decoded(b"".join(pieces)))
        size = _PIECE
    stream.seek(start)
    return stock_reader(stream)


def install() -> None:
    """Makes pyHanko use it."""
    generic.read_hex_string_from_stream = read_hex_string  # type: ignore[assignment]


def uninstall() -> None:
    """Gives pyHanko its own function back; for measuring it as it comes."""
    generic.read_hex_string_from_stream = stock_reader


def _decoded(digits: bytes) -> bytes:
    plain = digits.translate(None, _BLANK)
    return binascii.unhexlify(plain + b"0" if len(plain) % 2 else plain)
