"""Generations of authorities (認証局の世代): roots, issuers, time-stamping authorities that come, live and go.

For the simulation of decades only. Nothing here is trusted by anything but the simulation that made it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Generation:
    """One generation: a root, an issuing CA, a TSA and an OCSP responder, alive from `starts` to `ends`."""

    number: int
    starts: datetime
    ends: datetime
    digest: str
    keys: dict[str, ec.EllipticCurvePrivateKey]
    certificates: dict[str, x509.Certificate]

    @property
    def name(self) -> str:
        return f"模擬 第{self.number}世代 時刻認証局"

    @property
    def algorithm(self) -> hashes.SHA256 | hashes.SHA384:
        return _algorithm(self.digest)

    def is_alive(self, now: datetime) -> bool:
        """Whether its servers answer: nobody runs them once its certificates have ended."""
        return self.starts <= now < self.ends

    def asn1(self, role: str) -> asn1_x509.Certificate:
        """A certificate of it, as pyHanko wants it."""
        loaded: asn1_x509.Certificate = asn1_x509.Certificate.load(
            self.certificates[role].public_bytes(Encoding.DER)
        )
        return loaded

    def issue_signer(self, name: str, organisation: str, key: Key) -> x509.Certificate:
        """A sealing certificate of this generation, for as long as the generation lives."""
        builder = _builder(
            _name(organisation, name), key, self.certificates["issuing"], self.starts, self.ends
        )
        builder = builder.add_extension(_usage("digital_signature", "content_commitment"), critical=True)
        return builder.sign(self.keys["issuing"], self.algorithm)


def make_generation(
    number: int, starts: datetime, ends: datetime, *, is_strong: bool, is_flat: bool = False
) -> Generation:
    """Makes keys and certificates: P-256 with SHA-256, or P-384 with SHA-384.

    In a flat generation the root issues everything itself: some validators cannot look past an issuer below the
    root that has expired, and never ask a root for its dates.
    """
    curve, digest = (ec.SECP384R1(), "sha384") if is_strong else (ec.SECP256R1(), "sha256")
    keys = {role: ec.generate_private_key(curve) for role in ("root", "issuing", "tsa", "ocsp")}
    if is_flat:
        keys["issuing"] = keys["root"]
    organisation = f"模擬 第{number}世代 認証局"
    certificates: dict[str, x509.Certificate] = {}

    def sign(
        role: str, common_name: str, by: str | None, *extensions: tuple[x509.ExtensionType, bool]
    ) -> None:
        issuer = certificates[by] if by else None
        builder = _builder(_name(organisation, common_name), keys[role], issuer, starts, ends)
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, critical=is_critical)
        certificates[role] = builder.sign(keys[by or role], _algorithm(digest))

    authority = (_usage("key_cert_sign", "crl_sign"), True)
    leaf = (_usage("digital_signature"), True)
    sign("root", f"{organisation} ルート", None, (x509.BasicConstraints(True, 1), True), authority)
    if is_flat:
        certificates["issuing"] = certificates["root"]
    else:
        sign("issuing", f"{organisation} 発行", "root", (x509.BasicConstraints(True, 0), True), authority)
    stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    sign("tsa", f"模擬 第{number}世代 時刻認証局", "issuing", leaf, (stamping, True))
    answering = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    sign("ocsp", f"模擬 第{number}世代 OCSP", "issuing", leaf, (answering, True), (x509.OCSPNoCheck(), False))
    return Generation(number, starts, ends, digest, keys, certificates)


def _algorithm(digest: str) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA384() if digest == "sha384" else hashes.SHA256()


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: x509.Name, key: Key, issuer: x509.Certificate | None, starts: datetime, ends: datetime
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts.astimezone(UTC).replace(tzinfo=None, microsecond=0))
        .not_valid_after(ends.astimezone(UTC).replace(tzinfo=None, microsecond=0))
        .add_extension(identifier, critical=False)
    )
    if issuer is None:
        return builder
    above = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above)
    return builder.add_extension(authority, critical=False)


def _usage(*used: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in used for usage in every})
