"""Built-in certification authority (設備内認証局): for demos, and for cities that run one of their own.

It is not a public authority, and says so in its names. Root and issuing CA, OCSP responder; what it issued
and revoked lies in its folder, one file each, so that two processes cannot lose each other's entry.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signing.errors import SigningRefused
from signing.pades.algorithms import PrivateKey
from signing.pades.ca_answers import Revoked, response_about, signed_list, signed_response
from signing.pades.ca_parts import (
    CaAddresses,
    address_extensions,
    certificate_builder,
    digest_for,
    with_extensions,
    write_once,
)
from signing.pades.certificate_requests import sealing_usage

LABEL = "この認証局は、このシステムが自ら運営するものです(公的な認証局ではありません)。"
SIGNER_DAYS = 730


class Unissued(SigningRefused):
    code = "not_issued_here"
    text = "この電子証明書は、このシステムの認証局が発行したものではありません。"


class BadRequest(SigningRefused):
    code = "bad_request"
    text = "署名要求(CSR)が正しくありません。"


@dataclass(frozen=True)
class BuiltInCa:
    """The opened CA: `keys` and `certificates` by role (root, issuing, ocsp)."""

    folder: Path
    keys: dict[str, PrivateKey] = field(repr=False)
    certificates: dict[str, x509.Certificate]
    is_demo: bool = False
    addresses: CaAddresses | None = None

    @property
    def name(self) -> str:
        """The issuing CA's name (認証局の名称)."""
        kind = x509.NameOID.COMMON_NAME
        return str(self.certificates["issuing"].subject.get_attributes_for_oid(kind)[0].value)

    @property
    def root(self) -> asn1.Certificate:
        """The root, as a trust store takes it."""
        found: asn1.Certificate = asn1.Certificate.load(self.certificates["root"].public_bytes(Encoding.DER))
        return found

    def covers(self, certificate: asn1.Certificate) -> bool:
        """Whether a certificate is of this CA: its issuer is our root or our issuing CA."""
        issuer = certificate.issuer.dump()
        return any(self.certificates[name].subject.public_bytes() == issuer for name in ("root", "issuing"))

    # issuing

    def issue(self, request: bytes, now: datetime, days: int = SIGNER_DAYS) -> x509.Certificate:
        """A sealing certificate for a CSR (DER); its subject is the request's."""
        asked = x509.load_der_x509_csr(request)
        if not asked.is_signature_valid:
            raise BadRequest
        start = now.astimezone(UTC).replace(microsecond=0) - timedelta(minutes=5)
        end = min(start + timedelta(days=days), self.certificates["issuing"].not_valid_after_utc)
        builder = certificate_builder(
            asked.subject, asked.public_key(), self.certificates["issuing"], start, end
        )
        builder = with_extensions(
            builder, (x509.BasicConstraints(ca=False, path_length=None), True), (sealing_usage(), True)
        )
        if self.addresses is not None:
            builder = with_extensions(builder, *address_extensions(self.addresses, "issuing"))
        certificate = builder.sign(self.keys["issuing"], digest_for(self.keys["issuing"]))
        self.note_issued(certificate)
        return certificate

    def note_issued(self, certificate: x509.Certificate) -> None:
        """Keeps what was issued: only of that the responder says anything."""
        content = certificate.public_bytes(Encoding.PEM)
        write_once(self._issued(certificate.serial_number), content, 0o644)

    def issued(self, serial: int) -> x509.Certificate | None:
        """The certificate of this serial number, if this CA issued it."""
        if serial == self.certificates["ocsp"].serial_number:
            return self.certificates["ocsp"]
        try:
            return x509.load_pem_x509_certificate(self._issued(serial).read_bytes())
        except FileNotFoundError:
            return None

    def every_issued(self) -> Iterator[x509.Certificate]:
        """All that was issued, in no order."""
        for path in (self.folder / "issued").glob("*.pem"):
            yield x509.load_pem_x509_certificate(path.read_bytes())

    # revoking

    def revoke(
        self,
        serial: int,
        now: datetime,
        reason: x509.ReasonFlags = x509.ReasonFlags.unspecified,
    ) -> Revoked:
        """Revokes a certificate (失効). A second time changes nothing: the first instant stands."""
        if self.issued(serial) is None:
            raise Unissued
        moment = now.astimezone(UTC).replace(microsecond=0)
        entry = {"serial": f"{serial:x}", "at": moment.isoformat(), "reason": reason.value}
        write_once(self._revoked(serial), json.dumps(entry).encode(), 0o644)
        stands = self.revocation(serial)
        assert stands is not None
        return stands

    def revocation(self, serial: int) -> Revoked | None:
        """The revocation of a certificate, or None while it is good."""
        try:
            return _read_revoked(self._revoked(serial))
        except FileNotFoundError:
            return None

    def every_revocation(self) -> list[Revoked]:
        """All revocations, the oldest first."""
        found = [_read_revoked(path) for path in (self.folder / "revoked").glob("*.json")]
        return sorted(found, key=lambda each: (each.at, each.serial))

    # answers

    def ocsp_response(self, certificate: x509.Certificate, now: datetime) -> bytes:
        """What the responder says about a certificate of the issuing CA: good, or revoked since when."""
        return self._signed(self._about(certificate, hashes.SHA256(), now))

    def answer_ocsp(self, request: bytes, now: datetime) -> bytes:
        """Encoded OCSP request → encoded response; for the public address. Says unknown of what is not ours."""
        try:
            asked = ocsp.load_der_ocsp_request(request)
            serial, algorithm = asked.serial_number, asked.hash_algorithm
        except ValueError:
            failed = ocsp.OCSPResponseBuilder.build_unsuccessful
            return failed(ocsp.OCSPResponseStatus.MALFORMED_REQUEST).public_bytes(Encoding.DER)
        certificate = self.issued(serial)
        if certificate is None or not _names_issuer(asked, self.certificates):
            failed = ocsp.OCSPResponseBuilder.build_unsuccessful
            return failed(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(Encoding.DER)
        builder = self._about(certificate, algorithm, now)
        for extension in asked.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        return self._signed(builder)

    def _about(
        self, certificate: x509.Certificate, algorithm: hashes.HashAlgorithm, now: datetime
    ) -> ocsp.OCSPResponseBuilder:
        revoked = self.revocation(certificate.serial_number)
        revoked = revoked if revoked is not None and revoked.at <= now else None
        return response_about(certificate, self.certificates["issuing"], algorithm, now, revoked)

    def _signed(self, builder: ocsp.OCSPResponseBuilder) -> bytes:
        return signed_response(builder, self.certificates["ocsp"], self.keys["ocsp"])

    def crl(self, now: datetime) -> bytes:
        """The issuing CA's list of revoked certificates (証明書失効リスト), with instants and reasons."""
        entries = [each for each in self.every_revocation() if each.at <= now]
        return signed_list(self.certificates["issuing"], self.keys["issuing"], now, entries)

    def root_crl(self, now: datetime) -> bytes:
        """The root's list: it is empty, for the issuing CA is revoked by ending the installation's CA."""
        return signed_list(self.certificates["root"], self.keys["root"], now)

    def _issued(self, serial: int) -> Path:
        return self.folder / "issued" / f"{serial:x}.pem"

    def _revoked(self, serial: int) -> Path:
        return self.folder / "revoked" / f"{serial:x}.json"


def _read_revoked(path: Path) -> Revoked:
    entry = json.loads(path.read_text(encoding="ascii"))
    return Revoked(
        int(entry["serial"], 16), datetime.fromisoformat(entry["at"]), x509.ReasonFlags(entry["reason"])
    )


def _names_issuer(asked: ocsp.OCSPRequest, certificates: dict[str, x509.Certificate]) -> bool:
    """Whether a request names our issuing CA: as a request about a certificate of its own would."""
    builder = ocsp.OCSPRequestBuilder()
    same = builder.add_certificate(
        certificates["ocsp"], certificates["issuing"], asked.hash_algorithm
    ).build()
    return asked.issuer_key_hash == same.issuer_key_hash and asked.issuer_name_hash == same.issuer_name_hash
