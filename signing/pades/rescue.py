"""Files that no parser can read (壊れたファイル): what the bytes of their signatures still say."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info, extract_signer_info, find_unique_cms_attribute

from signing.pades.digests import hasher
from signing.pades.objects import usages
from signing.pades.reading import Cut
from signing.pades.structure import (
    CHUNK,
    OBJECT,
    Flaw,
    Severity,
    Skeleton,
    check_byte_range,
    raw_byte_ranges,
)

_ROOM = 1 << 20
_CHANGED = "署名された内容が変わっているか、署名が壊れています。"


def judge_bytes(stream: BinaryIO, skeleton: Skeleton) -> list[Flaw]:
    """Flaws that prove tampering or damage although the file cannot be parsed; nothing makes it valid."""
    flaws: list[Flaw] = []
    last = 0
    for _, numbers in raw_byte_ranges(stream, skeleton):
        gap = _gap(stream, numbers, skeleton.size)
        found = check_byte_range(stream, skeleton.size, numbers, gap)
        if not found:
            found = _check_digest(stream, numbers, gap)
        flaws += found
        if len(numbers) == 4:
            last = max(last, numbers[2] + numbers[3])
    flaws += _after(stream, skeleton, last)
    return list(dict.fromkeys(flaws))


def _gap(stream: BinaryIO, numbers: list[int], size: int) -> bytes:
    """The content of the hexadecimal string that a /ByteRange leaves out, if there is one."""
    if len(numbers) != 4 or not 0 <= numbers[1] <= numbers[2] <= min(size, numbers[1] + _ROOM):
        return b""
    stream.seek(numbers[1])
    text = stream.read(numbers[2] - numbers[1])
    try:
        return bytes.fromhex(text.strip(b"<>").decode("ascii"))
    except ValueError:
        return b""


def _check_digest(stream: BinaryIO, numbers: list[int], contents: bytes) -> list[Flaw]:
    """Whether the signed bytes are the ones that the CMS names; one that names none proves nothing either way."""
    try:
        token = cms.ContentInfo.load(contents)["content"]
        signer = extract_signer_info(token)
        extract_certificate_info(token)
        name, expected = _named_digest(token, signer)
    except Exception:  # a CMS that cannot be read matches nothing
        return [Flaw("digest", _CHANGED)]
    if expected is None:
        return []
    try:
        found = _digest(stream, numbers, name)
    except ValueError:  # a digest that this machine does not know
        text = f"知らないハッシュ方式({name})のため、署名された内容を確かめられません。"
        return [Flaw("digest-unknown", text, Severity.UNCLEAR)]
    return [] if found == expected else [Flaw("digest", _CHANGED)]


def _named_digest(token: cms.SignedData, signer: cms.SignerInfo) -> tuple[str, bytes | None]:
    """What a CMS says was signed: the digest's name and value; None where there are no signed attributes."""
    if token["encap_content_info"]["content_type"].native == "tst_info":
        imprint = token["encap_content_info"]["content"].parsed["message_imprint"]
        return imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
    name = signer["digest_algorithm"]["algorithm"].native
    if not signer["signed_attrs"].native:
        return name, None
    return name, find_unique_cms_attribute(signer["signed_attrs"], "message_digest").native


def _digest(stream: BinaryIO, numbers: list[int], name: str) -> bytes:
    made = hasher(name)
    for start, length in (numbers[:2], numbers[2:]):
        stream.seek(start, io.SEEK_SET)
        while length > 0 and (piece := stream.read(min(length, CHUNK))):
            made.update(piece)
            length -= len(piece)
    return made.digest()


def _after(stream: BinaryIO, skeleton: Skeleton, last: int) -> Iterator[Flaw]:
    """Updates after the last signed byte of a file that cannot be read: some readers will show them."""
    if not 0 < last < skeleton.size:
        return
    stream.seek(last)
    rest = stream.read(64 * CHUNK)
    if not OBJECT.search(rest) and b"xref" not in rest:
        return
    if _can_be_read(stream, last):
        yield Flaw("update-after-end", "署名のあとに、正規の更新ではない形で内容が書き込まれています。")
    else:
        text = "署名のあとに更新がありますが、ファイルを読み取れないため、何が変わったか分かりません。"
        yield Flaw("update-unreadable", text, Severity.UNCLEAR)


def _can_be_read(stream: BinaryIO, end: int) -> bool:
    """Whether the file was in order up to there, so that what follows is what broke it."""
    try:
        reader = PdfFileReader(Cut(stream, end), strict=False)
        if reader.encrypted:
            return False
        return bool(usages(reader.get_historical_resolver(reader.xrefs.total_revisions - 1)))
    except Exception:  # it was as unreadable before
        return False
