"""DER (ITU-T X.690): just enough to write what we sign, byte for byte, without building objects first.

And to find where a value of others ends, which may be BER.
"""

SEQUENCE = 0x30
SET = 0x31
OCTET_STRING = 0x04
INTEGER = 0x02
OBJECT_IDENTIFIER = 0x06
IA5_STRING = 0x16
NULL = b"\x05\x00"
_DEPTH = 40


def tlv(tag: int, *parts: bytes) -> bytes:
    """Tag, length, and the parts one after the other."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def sequence(*parts: bytes) -> bytes:
    return tlv(SEQUENCE, *parts)


def set_of(*members: bytes) -> bytes:
    """SET OF: DER wants the members in the order of their encodings."""
    return tlv(SET, *sorted(members))


def octets(content: bytes) -> bytes:
    return tlv(OCTET_STRING, content)


def integer(value: int) -> bytes:
    """The shortest form in two's complement; one byte more where the first bit would read as a sign."""
    positive = value if value >= 0 else ~value
    return tlv(INTEGER, value.to_bytes(positive.bit_length() // 8 + 1, "big", signed=True))


def identifier(dotted: str) -> bytes:
    """Object identifier from its dotted form."""
    first, second, *others = (int(arc) for arc in dotted.split("."))
    return tlv(OBJECT_IDENTIFIER, *map(_base128, (40 * first + second, *others)))


def with_tag(tag: int, encoded: bytes) -> bytes:
    """The same content under another tag (IMPLICIT tagging)."""
    return bytes((tag,)) + encoded[1:]


def _base128(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | value & 0x7F)
    return bytes(reversed(digits))


def end_of(data: bytes) -> int | None:
    """Where the first value of some bytes ends, if it is a SEQUENCE; None where it is none or is cut off."""
    return _end(data, 0, 0) if data[:1] == bytes((SEQUENCE,)) else None


def _end(data: bytes, at: int, depth: int) -> int | None:
    """The end of one value; of indefinite length (BER) where its own end-of-contents octets stand."""
    if at + 2 > len(data) or depth > _DEPTH:
        return None
    if data[at] & 0x1F == 0x1F:  # a tag of several octets, which CMS does not have
        return None
    length, begin = data[at + 1], at + 2
    if length == 0x80:
        return _end_of_parts(data, begin, depth)
    if length > 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[at + 2 : begin], "big")
    return begin + length if begin + length <= len(data) else None


def _end_of_parts(data: bytes, at: int, depth: int) -> int | None:
    while data[at : at + 2] != b"\0\0":
        end = _end(data, at, depth + 1)
        if end is None:
            return None
        at = end
    return at + 2
