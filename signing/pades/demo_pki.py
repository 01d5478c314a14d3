"""Demo PKI (デモ認証局): root, issuing CA, witness, time-stamping authority, OCSP responder.

For demonstration and tests only; every subject says so. Private keys are encrypted on the disk.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANISATION = "割符 デモ認証局"
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Wide, because the demo's clock may be set back and forth."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_FOLDER = "demo-pki"
_AUTHORITIES = ("root", "issuing", "tsa", "ocsp")


@dataclass(frozen=True)
class DemoPki:
    """The opened demo PKI: keys in memory, certificates by role."""

    folder: Path
    keys: dict[str, PrivateKey]
    certificates: dict[str, x509.Certificate]
    witness_password: bytes

    @property
    def witness_p12(self) -> Path:
        return self.folder / "witness.p12"

    def ocsp_response(self, certificate: x509.Certificate, now: datetime) -> bytes:
        """What the demo responder says about a certificate of the issuing CA: it is good."""
        moment = now.astimezone(UTC).replace(microsecond=0)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.certificates["issuing"],
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=moment,
            next_update=moment + timedelta(days=7),
            revocation_time=None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificates["ocsp"])
        builder = builder.certificates([self.certificates["ocsp"]])
        return builder.sign(self.keys["ocsp"], hashes.SHA256()).public_bytes(Encoding.DER)

    def root_crl(self, now: datetime) -> bytes:
        """The root's list of revoked certificates: it is empty."""
        moment = now.astimezone(UTC).replace(microsecond=0)
        root = self.certificates["root"]
        builder = x509.CertificateRevocationListBuilder().issuer_name(root.subject)
        builder = builder.last_update(moment).next_update(moment + timedelta(days=30))
        number = x509.CRLNumber(int(moment.timestamp()))
        builder = builder.add_extension(number, critical=False)
        builder = builder.add_extension(_authority(root), critical=False)
        return builder.sign(self.keys["root"], hashes.SHA256()).public_bytes(Encoding.DER)


def open_demo_pki(keys_dir: Path) -> DemoPki:
    """Opens the demo PKI, and makes it on first start. Two processes at once end up with the same one."""
    folder = keys_dir / _FOLDER
    if not folder.is_dir():
        _make_once(keys_dir, folder)
    return _load(folder)


def issue_witness(pki: DemoPki, name: str, key: PrivateKey, *, serial: int | None = None) -> x509.Certificate:
    """A sealing certificate of the demo CA for another key (another algorithm, another name)."""
    return _signing_certificate(pki.keys["issuing"], pki.certificates["issuing"], name, key, serial)


def _make_once(keys_dir: Path, folder: Path) -> None:
    keys_dir.mkdir(parents=True, exist_ok=True)
    keys_dir.chmod(0o700)
    workshop = Path(tempfile.mkdtemp(prefix=".demo-pki-", dir=keys_dir))
    try:
        _make(workshop)
        workshop.rename(folder)  # a folder with content cannot be replaced: whoever is first wins
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _make(folder: Path) -> None:
    password = secrets.token_urlsafe(32).encode()
    _write(folder / "password", password, 0o600)
    keys: dict[str, PrivateKey] = {name: ec.generate_private_key(ec.SECP256R1()) for name in _AUTHORITIES}
    root = _authority_certificate(keys["root"], None, "ルート", keys["root"], path_length=1)
    issuing = _authority_certificate(keys["root"], root, "発行", keys["issuing"], path_length=0)
    certificates = {
        "root": root,
        "issuing": issuing,
        "tsa": _service_certificate(
            keys["issuing"], issuing, "割符 デモ時刻認証局", keys["tsa"], ExtendedKeyUsageOID.TIME_STAMPING
        ),
        "ocsp": _service_certificate(
            keys["issuing"], issuing, "割符 デモOCSP", keys["ocsp"], ExtendedKeyUsageOID.OCSP_SIGNING
        ),
    }
    encryption = BestAvailableEncryption(password)
    for name in _AUTHORITIES:
        encrypted = keys[name].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        _write(folder / f"{name}.key.pem", encrypted, 0o600)
        _write(folder / f"{name}.cert.pem", certificates[name].public_bytes(Encoding.PEM), 0o644)
    witness_key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    witness = _signing_certificate(keys["issuing"], issuing, "割符 デモ立会人署名", witness_key, None)
    archive = pkcs12.serialize_key_and_certificates(
        "割符 デモ".encode(), witness_key, witness, [issuing], encryption
    )
    _write(folder / "witness.p12", archive, 0o600)


def _load(folder: Path) -> DemoPki:
    password = (folder / "password").read_bytes()
    keys: dict[str, PrivateKey] = {}
    certificates: dict[str, x509.Certificate] = {}
    for name in _AUTHORITIES:
        key = load_pem_private_key((folder / f"{name}.key.pem").read_bytes(), password)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        keys[name] = key
        certificates[name] = x509.load_pem_x509_certificate((folder / f"{name}.cert.pem").read_bytes())
    return DemoPki(folder, keys, certificates, password)


def _write(path: Path, content: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _authority(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _builder(
    subject: x509.Name, key: PrivateKey, issuer: x509.Certificate | None, serial: int | None = None
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
    builder = builder.issuer_name(issuer.subject if issuer else subject)
    builder = builder.serial_number(serial or x509.random_serial_number())
    builder = builder.not_valid_before(NOT_BEFORE).not_valid_after(NOT_AFTER)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    if issuer is not None:
        builder = builder.add_extension(_authority(issuer), critical=False)
    return builder


def _usage(*used: str) -> x509.KeyUsage:
    every: Sequence[str] = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{usage: usage in used for usage in every})


def _authority_certificate(
    signing_key: PrivateKey, issuer: x509.Certificate | None, label: str, key: PrivateKey, path_length: int
) -> x509.Certificate:
    builder = _builder(_name(f"{ORGANISATION} {label}"), key, issuer)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    return builder.sign(signing_key, hashes.SHA256())


def _service_certificate(
    signing_key: PrivateKey,
    issuer: x509.Certificate,
    name: str,
    key: PrivateKey,
    purpose: x509.ObjectIdentifier,
) -> x509.Certificate:
    builder = _builder(_name(name), key, issuer)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature"), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    if purpose == ExtendedKeyUsageOID.OCSP_SIGNING:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def _signing_certificate(
    signing_key: PrivateKey, issuer: x509.Certificate, name: str, key: PrivateKey, serial: int | None
) -> x509.Certificate:
    builder = _builder(_name(name), key, issuer, serial)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature", "content_commitment"), critical=True)
    return builder.sign(signing_key, hashes.SHA256())
