"""What a signed PDF holds, read with pikepdf, asn1crypto and cryptography alone: for `tests.pades_baseline`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pikepdf
from asn1crypto import cms, crl, ocsp, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pikepdf import Dictionary, Name

STRONG = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


@dataclass(frozen=True)
class Signature:
    """One signed field, with the bytes of the file."""

    name: str
    value: dict[str, Any]
    content: bytes

    @property
    def is_timestamp(self) -> bool:
        return str(self.value.get("/Type", "")) == "/DocTimeStamp"

    @property
    def byte_range(self) -> list[int]:
        return [int(number) for number in self.value.get("/ByteRange", [])]

    @property
    def end(self) -> int:
        return self.byte_range[2] + self.byte_range[3] if len(self.byte_range) == 4 else 0

    @property
    def hole(self) -> bytes:
        _, length, start, _ = self.byte_range
        return self.content[length:start]

    @cached_property
    def covered(self) -> bytes:
        _, length, start, rest = self.byte_range
        return self.content[:length] + self.content[start : start + rest]

    @cached_property
    def contents(self) -> bytes:
        contents: bytes = self.value["/Contents"]
        return contents

    @cached_property
    def encoded(self) -> bytes:
        """The DER object in /Contents without the padding after it."""
        header = 2 + (self.contents[1] & 0x7F if self.contents[1:2] >= b"\x80" else 0)
        length = self.contents[1] if header == 2 else int.from_bytes(self.contents[2:header], "big")
        return self.contents[: header + length]

    @cached_property
    def signed_data(self) -> Any:
        try:
            content = cms.ContentInfo.load(self.encoded, strict=True)
            return content["content"] if content["content_type"].native == "signed_data" else None
        except ValueError:
            return None

    @property
    def signer(self) -> Any:
        return self.signed_data["signer_infos"][0]

    @property
    def signed(self) -> list[str]:
        """Identifiers of the signed attributes."""
        if self.signed_data is None:
            return []
        return [attribute["type"].dotted for attribute in self.signer["signed_attrs"]]

    @property
    def unsigned(self) -> list[str]:
        return [attribute["type"].dotted for attribute in self.signer["unsigned_attrs"] or ()]

    def signed_values(self, kind: str, native: bool = True) -> list[Any]:
        attributes = [a for a in self.signer["signed_attrs"] if a["type"].native == kind]
        return [value.native if native else value for a in attributes for value in a["values"]]

    @cached_property
    def tokens(self) -> list[Any]:
        """SignedData of the signature time-stamps."""
        if self.signed_data is None or self.is_timestamp:
            return []
        attributes = self.signer["unsigned_attrs"] or ()
        stamps = [a for a in attributes if a["type"].native == "signature_time_stamp_token"]
        return [value["content"] for a in stamps for value in a["values"]]

    @cached_property
    def certificate(self) -> x509.Certificate | None:
        named = self.signer["sid"].chosen
        for certificate in certificates_in(self.signed_data):
            is_serial = certificate.serial_number == named["serial_number"].native
            if is_serial and certificate.issuer.dump() == named["issuer"].dump():
                return certificate
        return None

    @property
    def covered_digest(self) -> bytes:
        name = self.signer["digest_algorithm"]["algorithm"].native
        return hashlib.new(name, self.covered).digest()

    @property
    def is_genuine(self) -> bool:
        """Whether the signature value over the signed attributes is the certificate's key's."""
        assert self.certificate is not None
        key = load_der_public_key(self.certificate.public_key.dump())
        algorithm = STRONG[self.signer["digest_algorithm"]["algorithm"].native]
        signature, data = self.signer["signature"].native, self.signer["signed_attrs"].untag().dump()
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, data, padding.PKCS1v15(), algorithm)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, data, ec.ECDSA(algorithm))
            else:
                return False
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Store:
    """The document security store (DSS)."""

    certificates: set[bytes]
    answered: set[tuple[bytes, int]]
    listing: set[bytes]

    @classmethod
    def of(cls, pdf: pikepdf.Pdf) -> Store:
        store = pdf.Root.get("/DSS", Dictionary())
        answers = [ocsp.OCSPResponse.load(answer, strict=True) for answer in _streams(store, "/OCSPs")]
        lists = [crl.CertificateList.load(each, strict=True) for each in _streams(store, "/CRLs")]
        return cls(
            certificates=set(_streams(store, "/Certs")),
            answered={
                (single["cert_id"]["issuer_key_hash"].native, single["cert_id"]["serial_number"].native)
                for answer in answers
                for single in answer.response_data["responses"]
            },
            listing={each.issuer.dump() for each in lists},
        )

    def answers_for(self, certificate: x509.Certificate) -> bool:
        """Whether an OCSP response names the certificate, or a list of its issuer is there."""
        if certificate.issuer.dump() in self.listing:
            return True
        issuers = [x509.Certificate.load(encoded) for encoded in self.certificates]
        return any(
            (hashlib.new(name, bytes(issuer.public_key["public_key"])).digest(), certificate.serial_number)
            in self.answered
            for issuer in issuers
            if issuer.subject.dump() == certificate.issuer.dump()
            for name in ("sha1", "sha256")
        )


def is_der(encoded: bytes) -> bool:
    """Whether every length is definite and as short as can be."""
    place = 0
    while place < len(encoded):
        tag = encoded[place]
        place += 1
        if tag & 0x1F == 0x1F or place >= len(encoded):
            return False
        length = encoded[place]
        place += 1
        if length == 0x80:
            return False
        if length > 0x80:
            size = length & 0x7F
            length = int.from_bytes(encoded[place : place + size], "big")
            place += size
            if length < 0x80 or length.bit_length() <= 8 * (size - 1):
                return False
        if place + length > len(encoded):
            return False
        if tag & 0x20 and not is_der(encoded[place : place + length]):
            return False
        place += length
    return True


def signed_fields(pdf: pikepdf.Pdf) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and signature dictionary of every signed field."""
    form = pdf.Root.get("/AcroForm", Dictionary())
    pending = list(form.get("/Fields", []))
    while pending:
        field = pending.pop()
        pending += list(field.get("/Kids", []))
        if field.get("/FT") == Name.Sig and "/V" in field:
            value = {key: _plain(item) for key, item in field["/V"].items()}
            value["/Contents"] = bytes(field["/V"].get("/Contents", b""))
            yield str(field.get("/T", "?")), value


def _plain(item: Any) -> Any:
    """Values that outlive the opened file."""
    if isinstance(item, pikepdf.Array):
        return [_plain(each) for each in item]
    if isinstance(item, pikepdf.String | pikepdf.Name):
        return str(item)
    return item if isinstance(item, int | float) else None


def _streams(store: Any, kind: str) -> Iterator[bytes]:
    for stream in store.get(kind, []):
        yield stream.read_bytes()


def certificates_in(signed_data: Any) -> list[x509.Certificate]:
    """The certificates that come with a CMS object."""
    return [choice.chosen for choice in signed_data["certificates"] or ()]
