"""A small PKI of the tests' own: any certificate, good or bad, and truthful or false answers about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
UNTIL = datetime(2045, 1, 1, tzinfo=UTC)
SHA256 = hashes.SHA256()


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    key: Any
    certificate: x509.Certificate

    @property
    def asn1(self) -> asn1.Certificate:
        return asn1.Certificate.load(self.certificate.public_bytes(Encoding.DER))


@dataclass
class Pki:
    """Root and issuing CA; `base` is the address of the server that answers for them."""

    base: str
    clock: Callable[[], datetime]
    revoked: dict[int, tuple[datetime, x509.ReasonFlags]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = self._ca("試験ルート", None)
        self.issuing = self._ca("試験発行", self.root)
        self.responder = self.issue("試験OCSP", uses=[ExtendedKeyUsageOID.OCSP_SIGNING], is_told=False)

    def issue(
        self,
        name: str,
        *,
        uses: list[x509.ObjectIdentifier] | None = None,
        is_critical: bool = True,
        since: datetime = SINCE,
        until: datetime = UNTIL,
        is_told: bool = True,
        issuer: Issued | None = None,
        rsa_bits: int = 0,
        algorithm: hashes.HashAlgorithm = SHA256,
    ) -> Issued:
        """A certificate for a service or a signer; `is_told`: it says where its state can be asked."""
        key = (
            rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
        )
        issuer = issuer or self.issuing
        builder = _builder(name, key, issuer.certificate.subject, since, until)
        builder = builder.add_extension(x509.BasicConstraints(False, None), True)
        builder = builder.add_extension(_usage("digital_signature", "content_commitment"), True)
        builder = builder.add_extension(_authority(issuer.certificate), False)
        if uses:
            builder = builder.add_extension(x509.ExtendedKeyUsage(uses), is_critical)
        if is_told:
            builder = _with_places(builder, f"{self.base}/ocsp", f"{self.base}/crl/issuing")
        else:
            builder = builder.add_extension(x509.OCSPNoCheck(), False)
        return Issued(key, builder.sign(issuer.key, algorithm))

    def tsa(self, name: str = "試験時刻認証局", **how: Any) -> Issued:
        """A certificate of a time-stamping authority."""
        return self.issue(name, **{"uses": [ExtendedKeyUsageOID.TIME_STAMPING]} | how)

    def self_signed(self, name: str = "自己署名") -> Issued:
        """A time-stamping certificate that nobody vouches for."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, key, _name(name), SINCE, UNTIL)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
        return Issued(key, builder.sign(key, SHA256))

    def revoke(self, issued: Issued, at: datetime, why: x509.ReasonFlags) -> None:
        self.revoked[issued.certificate.serial_number] = (at, why)

    def crl(
        self, name: str = "issuing", *, days: float = 7, since: datetime | None = None, **how: Any
    ) -> bytes:
        """A list of revoked certificates; `signer`, `issuer` and `algorithm` make a false one."""
        ca: Issued = getattr(self, name)
        since = since or self.clock()
        builder = x509.CertificateRevocationListBuilder().issuer_name(
            how.get("issuer", ca).certificate.subject
        )
        builder = builder.last_update(since).next_update(since + timedelta(days=days))
        for serial, (at, why) in self.revoked.items() if name == "issuing" else ():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
            builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(why), False).build())
        for extension in how.get("extensions", ()):
            builder = builder.add_extension(extension, True)
        signed = builder.sign(how.get("signer", ca).key, how.get("algorithm", SHA256))
        return signed.public_bytes(Encoding.DER)

    def ocsp(self, request: bytes, **how: Any) -> bytes:
        """An answer of the responder; `signer`, `about`, `status`, `since`, `days`, `nonce` make a false one."""
        asked = ocsp.load_der_ocsp_request(request)
        about: x509.Certificate | None = how.get("about")
        serial = about.serial_number if about else asked.serial_number
        at, why = self.revoked.get(serial, (None, None))
        status = how.get("status", ocsp.OCSPCertStatus.REVOKED if at else ocsp.OCSPCertStatus.GOOD)
        since = how.get("since") or self.clock()
        names = (asked.issuer_name_hash, asked.issuer_key_hash)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            *names, serial, asked.hash_algorithm, status, since,
            since + timedelta(days=how.get("days", 7)) if how.get("days", 7) else None, at, why,
        )  # fmt: skip
        signer: Issued = how.get("signer", self.responder)
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
        if signer is not self.issuing:
            builder = builder.certificates([signer.certificate])
        nonce = how.get("nonce", "same")
        for extension in asked.extensions if nonce == "same" else ():
            builder = builder.add_extension(extension.value, False)
        if isinstance(nonce, bytes):
            builder = builder.add_extension(x509.OCSPNonce(nonce), False)
        return builder.sign(signer.key, SHA256).public_bytes(Encoding.DER)

    def _ca(self, name: str, issuer: Issued | None) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, key, issuer.certificate.subject if issuer else _name(name), SINCE, UNTIL)
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
        builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), True)
        if issuer is not None:
            builder = builder.add_extension(_authority(issuer.certificate), False)
            builder = _with_places(builder, None, f"{self.base}/crl/root")
        return Issued(key, builder.sign(issuer.key if issuer else key, SHA256))


def _with_places(
    builder: x509.CertificateBuilder, responder: str | None, crl: str
) -> x509.CertificateBuilder:
    if responder:
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(responder)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), False)
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
    return builder.add_extension(x509.CRLDistributionPoints([point]), False)


def _builder(
    name: str, key: Any, issuer: x509.Name, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(_name(name)).issuer_name(issuer)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(since).not_valid_after(until)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _authority(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _usage(*used: str) -> x509.KeyUsage:
    every = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
        " key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{usage: usage in used for usage in every.split()})
