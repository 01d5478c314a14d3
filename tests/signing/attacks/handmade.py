"""Signed files written by hand (手書きの署名済みファイル): every byte of the dictionary and of the CMS is ours to choose.

Stock libraries write what they think right. Other makers write other things, and attackers write what they like.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import algos, cms, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

Objects = Mapping[int, bytes]
ROOM = 6000
RANGE = "@range"
HOLE = "@hole"
DICTIONARY = "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached @range @hole /M (D:20260501120000+09'00') >>"
PAGE = b"BT /F1 14 Tf 60 720 Td (The price is 1,000,000 yen.) Tj ET"


@dataclass
class Paper:
    """A file that grows by revisions: numbers from 1, the table or stream that lists each revision."""

    content: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    root: str = "1 0 R"
    size: int = 1
    startxref: int = 0
    trailer: str = ""

    def write(
        self,
        objects: Objects,
        *,
        kind: str = "table",
        free: tuple[int, ...] = (),
        end: bytes = b"\n",
        extra: str = "",
    ) -> Paper:
        """One more revision; `kind` is table, stream or hybrid."""
        out, offsets = self.content, {}
        for number, body in objects.items():
            offsets[number] = len(out)
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        size = max([self.size, *(number + 1 for number in objects)])
        previous = f"/Prev {self.startxref} " if self.startxref else ""
        trailer = f"/Root {self.root} {previous}{self.trailer} {extra}"
        if kind == "table":
            start = len(out)
            out += _table(offsets, free, first=not self.startxref)
            out += f"trailer\n<< /Size {size} {trailer} >>\n".encode()
        else:
            start = len(out)
            offsets[size] = start
            out += _stream(size, offsets, trailer)
            size += 1
        out += b"startxref\n%d\n%%%%EOF" % start + end
        return Paper(out, self.root, size, start, self.trailer)

    def sign(
        self,
        objects: Mapping[int, str | bytes],
        seal: Callable[[bytes], bytes],
        *,
        room: int = ROOM,
        fill: Callable[[str, int], str] = lambda digits, room: digits.ljust(room, "0"),
        range_form: str = "/ByteRange [0 {:010d} {:010d} {:010d}]",
        **more: Any,
    ) -> Paper:
        """A revision with a signature: `@range` and `@hole` in one of its objects are filled in."""
        blank = "/ByteRange ".ljust(len(range_form.format(0, 0, 0)))
        hole = "0" * room
        ready = {
            n: (b if isinstance(b, str) else b.decode("latin-1"))
            .replace(RANGE, blank + "\x01")
            .replace(HOLE, f"/Contents <{hole}>")
            .encode("latin-1")
            for n, b in objects.items()
        }
        done = self.write(ready, **more)
        text = done.content
        at = text.index(b"/Contents <" + hole.encode(), len(self.content)) + len(b"/Contents ")
        past = at + room + 2
        numbers = range_form.format(at, past, len(text) - past).encode()
        mark = text.index(blank.encode() + b"\x01", len(self.content))
        text = text[:mark] + numbers.ljust(len(blank) + 1) + text[mark + len(blank) + 1 :]
        digits = fill(seal(text[:at] + text[past:]).hex(), room)
        assert len(digits) == room, (len(digits), room)
        text = text[: at + 1] + digits.encode("latin-1") + text[past - 1 :]
        return Paper(text, self.root, done.size, done.startxref, self.trailer)


def contract(kind: str = "table", **catalog: str) -> Paper:
    """One page that names a price, an input field, a form: objects 1 to 8; the next free number is 9."""
    keys = " ".join(f"/{key} {value}" for key, value in catalog.items())
    look = b"<< /Type /XObject /Subtype /Form /BBox [0 0 200 18] /Length 0 >>\nstream\n\nendstream"
    return Paper().write(
        {
            1: f"<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R {keys} >>".encode(),
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >>"
            b" /Annots [7 0 R] >>",
            4: stream(PAGE),
            5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            6: b"<< /Fields [7 0 R] /DA (/Helv 12 Tf 0 g) /DR << /Font << /Helv 5 0 R >> >> >>",
            7: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (remarks) /F 4 /Rect [140 676 340 694] /P 3 0 R"
            b" /DA (/Helv 12 Tf 0 g) /AP << /N 8 0 R >> >>",
            8: look,
        },
        kind=kind,
    )


FORM = "<< /Fields [7 0 R 10 0 R] /SigFlags 3 /DA (/Helv 12 Tf 0 g) /DR << /Font << /Helv 5 0 R >> >> >>"
FIELD = "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Sig1) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 9 0 R >>"
PAGE_WITH_FIELD = (
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    " /Resources << /Font << /F1 5 0 R >> >> /Annots [7 0 R 10 0 R] >>"
)


def signing(dictionary: str = DICTIONARY, **others: str) -> dict[int, str]:
    """Objects of a revision that signs the contract: 9 the signature, 10 its field, 6 the form, 3 the page."""
    return {3: PAGE_WITH_FIELD, 6: FORM, 9: dictionary, 10: FIELD} | {
        int(k[1:]): v for k, v in others.items()
    }


def stream(data: bytes, keys: bytes = b"", *, packed: bool = False) -> bytes:
    if packed:
        data, keys = zlib.compress(data), keys + b" /Filter /FlateDecode"
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (keys, len(data), data)


@dataclass
class Seal:
    """A CMS maker: what a signature says, and how it is written."""

    key: Any
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()
    digest: str = "sha256"
    attributes: tuple[tuple[str, Any], ...] = ()
    """Further signed attributes."""
    unsigned: Callable[[bytes], list[tuple[str, Any]]] | None = None
    """From the signature value."""
    replace: dict[str, Any] = field(default_factory=dict)
    """Signed attributes that are other than they should be: content_type, message_digest."""
    with_attributes: bool = True
    encode: Callable[[bytes], bytes] = bytes
    edit: Callable[[cms.SignedData], None] = lambda data: None

    def __call__(self, signed: bytes) -> bytes:
        signer = self._signer(hashlib.new(self.digest, signed).digest(), signed)
        data = cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [algos.DigestAlgorithm({"algorithm": self.digest})],
                "encap_content_info": {"content_type": "data"},
                "certificates": [self.certificate, *self.chain],
                "signer_infos": [signer],
            }
        )
        self.edit(data)
        return self.encode(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump(force=True))

    def _signer(self, digest: bytes, signed: bytes) -> cms.SignerInfo:
        values = {"content_type": "data", "message_digest": digest} | self.replace
        pairs = [*values.items(), *self.attributes]
        attributes = cms.CMSAttributes([{"type": name, "values": [value]} for name, value in pairs])
        signer: dict[str, Any] = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber(
                    {"issuer": self.certificate.issuer, "serial_number": self.certificate.serial_number}
                ),
            ),
            "digest_algorithm": {"algorithm": self.digest},
            "signature_algorithm": {"algorithm": self._algorithm()},
        }
        if self.with_attributes:
            signer["signed_attrs"] = attributes
        value = self._sign(attributes.dump() if self.with_attributes else signed)
        if self.unsigned is not None:
            pairs = self.unsigned(value)
            signer["unsigned_attrs"] = [{"type": name, "values": [item]} for name, item in pairs]
        return cms.SignerInfo({**signer, "signature": value})

    def _algorithm(self) -> str:
        return (
            f"{self.digest}_ecdsa"
            if isinstance(self.key, ec.EllipticCurvePrivateKey)
            else f"{self.digest}_rsa"
        )

    def _sign(self, data: bytes) -> bytes:
        algorithm = getattr(hashes, self.digest.upper())()
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(algorithm))
        return self.key.sign(data, padding.PKCS1v15(), algorithm)


def indefinite(der: bytes) -> bytes:
    """The outer layers in BER of indefinite length, as BouncyCastle and OpenSSL's -stream write them."""
    oid = cms.ContentInfo.load(der)["content_type"].dump()
    body = _inside(_inside(_inside(der)[len(oid) :]))
    return b"\x30\x80" + oid + b"\xa0\x80" + b"\x30\x80" + body + b"\0\0" + b"\0\0" + b"\0\0"


def _inside(encoded: bytes) -> bytes:
    """The content of a DER value."""
    return encoded[2 if encoded[1] < 0x80 else 2 + (encoded[1] & 0x7F) :]


def _table(offsets: Mapping[int, int], free: tuple[int, ...], *, first: bool) -> bytes:
    out = b"xref\n" + (b"0 1\n0000000000 65535 f \n" if first else b"")
    for number in sorted({*offsets, *free}):
        row = b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 00001 f \n"
        out += b"%d 1\n" % number + row
    return out


def _stream(number: int, offsets: Mapping[int, int], trailer: str) -> bytes:
    index = " ".join(f"{n} 1" for n in sorted(offsets))
    rows = b"".join(b"\x01" + offsets[n].to_bytes(4, "big") + b"\0\0" for n in sorted(offsets))
    head = f"<< /Type /XRef /Size {number + 1} /W [1 4 2] /Index [{index}] {trailer} /Length {len(rows)} >>"
    return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, head.encode(), rows)


def last_root(content: bytes) -> str:
    return re.findall(rb"/Root (\d+ \d+ R)", content)[-1].decode()
