"""Demo PKI (デモ認証局): a built-in CA with a witness key and a time-stamping authority beside it.

For demonstration and tests only; every subject says so. Private keys are encrypted on the disk.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.pades.algorithms import PrivateKey
from signing.pades.built_in_ca import BuiltInCa
from signing.pades.ca_folders import (
    CaPlan,
    authority_name,
    make_ca,
    make_folder_once,
    open_ca,
    read_key,
    service_certificate,
    write_key,
)
from signing.pades.ca_parts import CaAddresses, certificate_builder, digest_for, with_extensions, write_once
from signing.pades.certificate_requests import sealing_usage

__all__ = [
    "NOT_AFTER",
    "NOT_BEFORE",
    "ORGANISATION",
    "DemoPki",
    "PrivateKey",
    "issue_witness",
    "open_demo_pki",
]

ORGANISATION = "割符 デモ認証局"
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Wide, because the demo's clock may be set back and forth."""

_FOLDER = "demo-pki"
_PLAN = CaPlan(ORGANISATION, NOT_BEFORE, NOT_AFTER, NOT_AFTER, ec.SECP256R1(), "割符 デモOCSP")


@dataclass(frozen=True)
class DemoPki:
    """The opened demo PKI: keys in memory, certificates by role."""

    folder: Path
    keys: dict[str, PrivateKey] = field(repr=False)
    certificates: dict[str, x509.Certificate]
    witness_password: bytes = field(repr=False)

    @property
    def witness_p12(self) -> Path:
        return self.folder / "witness.p12"

    @property
    def ca(self) -> BuiltInCa:
        """The demo's CA: issues and revokes the demo's party certificates."""
        return self.ca_at(None)

    def ca_at(self, addresses: CaAddresses | None) -> BuiltInCa:
        """The same, writing the addresses of its answers into what it issues."""
        return BuiltInCa(self.folder, self.keys, self.certificates, True, addresses)

    def ocsp_response(self, certificate: x509.Certificate, now: datetime) -> bytes:
        """What the demo responder says about a certificate of the issuing CA: good, or revoked since when."""
        return self.ca.ocsp_response(certificate, now)

    def crl(self, now: datetime) -> bytes:
        """The issuing CA's list of revoked certificates."""
        return self.ca.crl(now)

    def root_crl(self, now: datetime) -> bytes:
        """The root's list of revoked certificates: it is empty."""
        return self.ca.root_crl(now)


def open_demo_pki(keys_dir: Path) -> DemoPki:
    """Opens the demo PKI, and makes it on first start. Two processes at once end up with the same one."""
    folder = keys_dir / _FOLDER
    if not folder.is_dir():
        make_folder_once(folder, _make)
    return _load(folder)


def issue_witness(pki: DemoPki, name: str, key: PrivateKey, *, serial: int | None = None) -> x509.Certificate:
    """A sealing certificate of the demo CA for another key (another algorithm, another name)."""
    return _witness(pki.keys["issuing"], pki.certificates["issuing"], name, key, serial)


def _make(folder: Path) -> None:
    password = secrets.token_urlsafe(32).encode()
    write_once(folder / "password", password, 0o600)
    keys, certificates = make_ca(folder, password, _PLAN)
    tsa_key = ec.generate_private_key(ec.SECP256R1())
    tsa = service_certificate(
        _PLAN,
        "割符 デモ時刻認証局",
        keys["issuing"],
        certificates["issuing"],
        tsa_key,
        ExtendedKeyUsageOID.TIME_STAMPING,
    )
    write_key(folder, "tsa", tsa_key, tsa, password)
    witness_key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    witness = _witness(keys["issuing"], certificates["issuing"], "割符 デモ立会人署名", witness_key, None)
    archive = pkcs12.serialize_key_and_certificates(
        "割符 デモ".encode(),
        witness_key,
        witness,
        [certificates["issuing"]],
        BestAvailableEncryption(password),
    )
    write_once(folder / "witness.p12", archive, 0o600)
    ca = BuiltInCa(folder, keys, certificates, is_demo=True)
    for issued in (tsa, witness):
        ca.note_issued(issued)


def _load(folder: Path) -> DemoPki:
    password = (folder / "password").read_bytes()
    ca = open_ca(folder, password, is_demo=True)
    key, certificate = read_key(folder, "tsa", password)
    return DemoPki(folder, ca.keys | {"tsa": key}, ca.certificates | {"tsa": certificate}, password)


def _witness(
    signing_key: PrivateKey, issuer: x509.Certificate, name: str, key: PrivateKey, serial: int | None
) -> x509.Certificate:
    subject = authority_name(ORGANISATION, name)
    builder = certificate_builder(subject, key.public_key(), issuer, NOT_BEFORE, NOT_AFTER, serial)
    builder = with_extensions(
        builder, (x509.BasicConstraints(ca=False, path_length=None), True), (sealing_usage(), True)
    )
    return builder.sign(signing_key, digest_for(signing_key))
