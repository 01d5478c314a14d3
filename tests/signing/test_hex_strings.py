"""Reading hexadecimal strings in pieces changes nothing but the time it takes."""

import io

from hypothesis import example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic

from signing.pades.hex_strings import install, read_hex_string, stock_reader, uninstall

ALPHABET = st.sampled_from([*b"0123456789abcdefABCDEF \n\r\t\f\x00"])
ODD = st.sampled_from([*b"0123456789abcdefABCDEF \n\x00<>%(/zZ\xff"])


def outcome(reader, content: bytes):
    """The string with its bytes and where the stream stands, or the error."""
    stream = io.BytesIO(content)
    try:
        found = reader(stream)
    except Exception as error:
        return type(error), str(error)
    return type(found), found.original_bytes, stream.tell()


@given(st.lists(ALPHABET, max_size=600), st.binary(max_size=20))
@example([48] * 128, b"")
@example([48] * 127, b">")
@example([48] * (128 + (1 << 15)), b" endobj")
def test_plain_strings_read_the_same(digits, rest):
    content = b"<" + bytes(digits) + b">" + rest
    assert outcome(read_hex_string, content) == outcome(stock_reader, content)


@given(st.lists(ODD, max_size=80))
def test_broken_strings_read_or_fail_the_same(content):
    assert outcome(read_hex_string, b"<" + bytes(content)) == outcome(stock_reader, b"<" + bytes(content))


def test_pyhanko_gets_its_own_function_back():
    before = generic.read_hex_string_from_stream
    try:
        install()
        assert generic.read_hex_string_from_stream is read_hex_string
        uninstall()
        assert generic.read_hex_string_from_stream is stock_reader
    finally:
        generic.read_hex_string_from_stream = before
