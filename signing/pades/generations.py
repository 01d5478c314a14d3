"""Generations of authorities (認証局の世代): roots, issuers, time-stamping authorities that come, live and go.

For the simulation of decades only. Nothing here is trusted by anything but the simulation that made it.
"""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.pades.algorithms import PrivateKey
from signing.pades.ca_folders import authority_name
from signing.pades.ca_parts import Extension, certificate_builder, digest_for, with_extensions
from signing.pades.certificate_requests import key_usage, sealing_usage
from signing.pades.stamping import StampingKey

_POLICY = "1.3.6.1.4.1.32473.1.2"


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
    def stamping_key(self) -> StampingKey:
        """What its time-stamping authority signs with."""
        issuing = self.certificates["issuing"]
        return StampingKey(self.keys["tsa"], self.certificates["tsa"], issuing, _POLICY, self.digest)

    def is_alive(self, now: datetime) -> bool:
        """Whether its servers answer: nobody runs them once its certificates have ended."""
        return self.starts <= now < self.ends

    def asn1(self, role: str) -> asn1_x509.Certificate:
        """A certificate of it, as pyHanko wants it."""
        loaded: asn1_x509.Certificate = asn1_x509.Certificate.load(
            self.certificates[role].public_bytes(Encoding.DER)
        )
        return loaded

    def issue_signer(self, name: str, organisation: str, key: PrivateKey) -> x509.Certificate:
        """A sealing certificate of this generation, for as long as the generation lives."""
        subject, issuer = authority_name(organisation, name), self.certificates["issuing"]
        builder = certificate_builder(subject, key.public_key(), issuer, self.starts, self.ends)
        builder = with_extensions(builder, (sealing_usage(), True))
        return builder.sign(self.keys["issuing"], digest_for(self.keys["issuing"]))


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

    def sign(role: str, common_name: str, by: str | None, *extensions: Extension) -> None:
        subject, issuer = authority_name(organisation, common_name), certificates[by] if by else None
        builder = certificate_builder(subject, keys[role].public_key(), issuer, starts, ends)
        signing_key = keys[by or role]
        certificates[role] = with_extensions(builder, *extensions).sign(signing_key, digest_for(signing_key))

    authority = (key_usage("key_cert_sign", "crl_sign"), True)
    leaf = (key_usage("digital_signature"), True)
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
