"""Built-in certification authority (設備内認証局): for demos, and for cities that run one of their own.

It is not a public authority, and says so in its names. Root and issuing CA, OCSP responder; what it issued
and revoked lies in its folder, one file each, so that two processes cannot lose each other's entry.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from signing.errors import SigningRefused
from signing.pades.algorithms import PrivateKey
from signing.pades.certificate_requests import sealing_usage

LABEL = "この認証局は、この設備が自ら運営するものです(公的な認証局ではありません)。"
OCSP_LIFE = timedelta(days=7)
CRL_LIFE = timedelta(days=30)
SIGNER_DAYS = 730


class Unissued(SigningRefused):
    code = "not_issued_here"
    text = "この電子証明書は、この設備の認証局が発行したものではありません。"


class BadRequest(SigningRefused):
    code = "bad_request"
    text = "署名要求(CSR)が正しくありません。"


@dataclass(frozen=True)
class Revoked:
    """A revocation (失効): when, and for which of the reasons of RFC 5280."""

    serial: int
    at: datetime
    reason: x509.ReasonFlags


@dataclass(frozen=True)
class CaAddresses:
    """Where the CA's answers can be had by everybody; written into each certificate that it issues."""

    ocsp: str
    crl: str
    """With `{name}` for root or issuing."""
    certificate: str

    @classmethod
    def below(cls, base_url: str) -> "CaAddresses":
        """The addresses of the portal's public door."""
        base = base_url.rstrip("/")
        return cls(f"{base}/ca/ocsp", base + "/ca/crl/{name}.crl", base + "/ca/{name}.cer")


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
        builder = self._builder(asked, start, end)
        certificate = builder.sign(self.keys["issuing"], hashes.SHA256())
        self.note_issued(certificate)
        return certificate

    def _builder(
        self, asked: x509.CertificateSigningRequest, start: datetime, end: datetime
    ) -> x509.CertificateBuilder:
        issuing = self.certificates["issuing"]
        builder = x509.CertificateBuilder().subject_name(asked.subject).issuer_name(issuing.subject)
        builder = builder.public_key(asked.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(start).not_valid_after(end)
        identifier = x509.SubjectKeyIdentifier.from_public_key(asked.public_key())
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (sealing_usage(), True),
            (identifier, False),
            (authority_of(issuing), False),
        ]
        if self.addresses is not None:
            extensions += address_extensions(self.addresses, "issuing")
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, critical=is_critical)
        return builder

    def note_issued(self, certificate: x509.Certificate) -> None:
        """Keeps what was issued: only of that the responder says anything."""
        content = certificate.public_bytes(Encoding.PEM)
        write_once(self._issued(certificate.serial_number), content, 0o644)

    def issued(self, serial: int) -> x509.Certificate | None:
        """The certificate of this serial number, if this CA issued it."""
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
        revoked = self.revocation(certificate.serial_number)
        revoked = revoked if revoked is not None and revoked.at <= now else None
        moment = now.astimezone(UTC).replace(microsecond=0)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.certificates["issuing"],
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=moment,
            next_update=moment + OCSP_LIFE,
            revocation_time=revoked.at if revoked else None,
            revocation_reason=revoked.reason if revoked and _is_told(revoked.reason) else None,
        )
        return self._signed(builder)

    def answer_ocsp(self, request: bytes, now: datetime) -> bytes:
        """Encoded OCSP request → encoded response; for the public address. Says unknown of what is not ours."""
        try:
            asked = ocsp.load_der_ocsp_request(request)
            serial, algorithm = asked.serial_number, asked.hash_algorithm
        except ValueError:
            failed = ocsp.OCSPResponseBuilder.build_unsuccessful
            return failed(ocsp.OCSPResponseStatus.MALFORMED_REQUEST).public_bytes(Encoding.DER)
        certificate = self.issued(serial)
        if certificate is None or not _names_issuer(asked, self.certificates["issuing"]):
            failed = ocsp.OCSPResponseBuilder.build_unsuccessful
            return failed(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(Encoding.DER)
        revoked = self.revocation(serial)
        moment = now.astimezone(UTC).replace(microsecond=0)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.certificates["issuing"],
            algorithm=algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=moment,
            next_update=moment + OCSP_LIFE,
            revocation_time=revoked.at if revoked else None,
            revocation_reason=revoked.reason if revoked and _is_told(revoked.reason) else None,
        )
        for extension in asked.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        return self._signed(builder)

    def _signed(self, builder: ocsp.OCSPResponseBuilder) -> bytes:
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificates["ocsp"])
        builder = builder.certificates([self.certificates["ocsp"]])
        return builder.sign(self.keys["ocsp"], hashes.SHA256()).public_bytes(Encoding.DER)

    def crl(self, now: datetime) -> bytes:
        """The issuing CA's list of revoked certificates (証明書失効リスト), with instants and reasons."""
        return self._crl("issuing", now, [each for each in self.every_revocation() if each.at <= now])

    def root_crl(self, now: datetime) -> bytes:
        """The root's list: it is empty, for the issuing CA is revoked by ending the installation's CA."""
        return self._crl("root", now, [])

    def _crl(self, name: str, now: datetime, entries: list[Revoked]) -> bytes:
        moment = now.astimezone(UTC).replace(microsecond=0)
        certificate = self.certificates[name]
        builder = x509.CertificateRevocationListBuilder().issuer_name(certificate.subject)
        builder = builder.last_update(moment).next_update(moment + CRL_LIFE)
        builder = builder.add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        builder = builder.add_extension(authority_of(certificate), critical=False)
        for entry in entries:
            builder = builder.add_revoked_certificate(_crl_entry(entry))
        return builder.sign(self.keys[name], hashes.SHA256()).public_bytes(Encoding.DER)

    def _issued(self, serial: int) -> Path:
        return self.folder / "issued" / f"{serial:x}.pem"

    def _revoked(self, serial: int) -> Path:
        return self.folder / "revoked" / f"{serial:x}.json"


def authority_of(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The authority key identifier that names an issuer."""
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def address_extensions(addresses: CaAddresses, issuer: str) -> list[tuple[x509.ExtensionType, bool]]:
    """CRL distribution point and authority information access for a certificate of `issuer`."""
    point = x509.DistributionPoint(
        [x509.UniformResourceIdentifier(addresses.crl.format(name=issuer))], None, None, None
    )
    access = [
        (AuthorityInformationAccessOID.CA_ISSUERS, addresses.certificate.format(name=issuer)),
    ]
    if issuer == "issuing":
        access.insert(0, (AuthorityInformationAccessOID.OCSP, addresses.ocsp))
    described = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(address)) for method, address in access
    ]
    return [
        (x509.CRLDistributionPoints([point]), False),
        (x509.AuthorityInformationAccess(described), False),
    ]


def write_once(path: Path, content: bytes, mode: int) -> bool:
    """Writes a file whole, unless it is there already; survives a crash at any line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
        return True
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)


def _read_revoked(path: Path) -> Revoked:
    entry = json.loads(path.read_text(encoding="ascii"))
    return Revoked(
        int(entry["serial"], 16), datetime.fromisoformat(entry["at"]), x509.ReasonFlags(entry["reason"])
    )


def _crl_entry(entry: Revoked) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(entry.serial).revocation_date(entry.at)
    if _is_told(entry.reason):
        builder = builder.add_extension(x509.CRLReason(entry.reason), critical=False)
    return builder.build()


def _is_told(reason: x509.ReasonFlags) -> bool:
    """RFC 5280, 5.3.1: an unspecified reason is told by leaving the extension out."""
    return reason is not x509.ReasonFlags.unspecified


def _names_issuer(asked: ocsp.OCSPRequest, issuer: x509.Certificate) -> bool:
    same = ocsp.OCSPRequestBuilder().add_certificate(issuer, issuer, asked.hash_algorithm).build()
    return asked.issuer_key_hash == same.issuer_key_hash and asked.issuer_name_hash == same.issuer_name_hash
