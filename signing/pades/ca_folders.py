"""Folder of a built-in CA (設備内認証局の置き場所): made once, opened by every process, keys encrypted."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.errors import SetupRequired
from signing.pades.algorithms import PrivateKey
from signing.pades.built_in_ca import BuiltInCa
from signing.pades.ca_parts import (
    CaAddresses,
    Extension,
    address_extensions,
    certificate_builder,
    digest_for,
    with_extensions,
    write_once,
)
from signing.pades.certificate_requests import key_usage

AUTHORITIES = ("root", "issuing", "ocsp")


@dataclass(frozen=True)
class CaPlan:
    """What a CA shall be called, what keys it gets, and from when to when it lives."""

    organisation: str
    starts: datetime
    ends: datetime
    issuing_ends: datetime
    curve: ec.EllipticCurve
    responder_name: str
    addresses: CaAddresses | None = None


def plan_of_city(organisation: str, now: datetime, addresses: CaAddresses | None) -> CaPlan:
    """A CA that a city runs itself: P-384, root for twenty years, issuing CA for ten."""
    start = now.astimezone(UTC).replace(microsecond=0) - timedelta(minutes=5)
    return CaPlan(
        organisation,
        start,
        start + timedelta(days=20 * 365),
        start + timedelta(days=10 * 365),
        ec.SECP384R1(),
        f"{organisation} OCSP",
        addresses,
    )


def make_folder_once(folder: Path, fill: Callable[[Path], None]) -> bool:
    """Fills a new folder whole, or leaves the one that is there: two processes at once end up with one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.chmod(0o700)
    workshop = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fill(workshop)
        workshop.rename(folder)  # a folder with content cannot be replaced: whoever is first wins
        return True
    except OSError:
        if not folder.is_dir():
            raise
        return False
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def make_ca(
    folder: Path, password: bytes, plan: CaPlan
) -> tuple[dict[str, PrivateKey], dict[str, x509.Certificate]]:
    """Makes keys and certificates of root, issuing CA and OCSP responder, and writes them, keys encrypted."""
    keys: dict[str, PrivateKey] = {name: ec.generate_private_key(plan.curve) for name in AUTHORITIES}
    root = _authority(plan, "ルート", keys["root"], None, keys["root"])
    issuing = _authority(plan, "発行", keys["root"], root, keys["issuing"])
    responder = service_certificate(
        plan, plan.responder_name, keys["issuing"], issuing, keys["ocsp"], ExtendedKeyUsageOID.OCSP_SIGNING
    )
    certificates = {"root": root, "issuing": issuing, "ocsp": responder}
    for name in AUTHORITIES:
        write_key(folder, name, keys[name], certificates[name], password)
    return keys, certificates


def open_ca(
    folder: Path, password: bytes, *, is_demo: bool = False, addresses: CaAddresses | None = None
) -> BuiltInCa:
    """Opens a CA; SetupRequired when its folder is damaged or the password is another."""
    opened = {name: read_key(folder, name, password) for name in AUTHORITIES}
    return BuiltInCa(
        folder,
        {name: key for name, (key, _) in opened.items()},
        {name: certificate for name, (_, certificate) in opened.items()},
        is_demo,
        addresses,
    )


def write_key(
    folder: Path, name: str, key: PrivateKey, certificate: x509.Certificate, password: bytes
) -> None:
    """Writes a key, encrypted, and its certificate."""
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    write_once(folder / f"{name}.key.pem", encrypted, 0o600)
    write_once(folder / f"{name}.cert.pem", certificate.public_bytes(Encoding.PEM), 0o644)


def read_key(folder: Path, name: str, password: bytes) -> tuple[PrivateKey, x509.Certificate]:
    """What `write_key` wrote."""
    try:
        key = load_pem_private_key((folder / f"{name}.key.pem").read_bytes(), password)
        certificate = x509.load_pem_x509_certificate((folder / f"{name}.cert.pem").read_bytes())
    except (OSError, ValueError) as error:
        raise SetupRequired(
            f"設備内認証局の鍵 {folder / name}.key.pem を開けません。",
            remedy="KEY_SECRET が認証局を作ったときの値であることと、ファイルが揃っていることを確認してください。",
            reason=type(error).__name__,
        ) from error
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return key, certificate


def authority_name(organisation: str, common_name: str) -> x509.Name:
    """C, O, CN of an authority's own certificates."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def service_certificate(
    plan: CaPlan,
    name: str,
    signing_key: PrivateKey,
    issuer: x509.Certificate,
    key: PrivateKey,
    purpose: x509.ObjectIdentifier,
) -> x509.Certificate:
    """A certificate for a service of the CA: time-stamps or OCSP answers, and nothing else."""
    subject = authority_name(plan.organisation, name)
    builder = certificate_builder(subject, key.public_key(), issuer, plan.starts, plan.issuing_ends)
    extensions: list[Extension] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([purpose]), True),
    ]
    if purpose == ExtendedKeyUsageOID.OCSP_SIGNING:
        extensions.append((x509.OCSPNoCheck(), False))
    return with_extensions(builder, *extensions).sign(signing_key, digest_for(signing_key))


def _authority(
    plan: CaPlan, label: str, signing_key: PrivateKey, issuer: x509.Certificate | None, key: PrivateKey
) -> x509.Certificate:
    subject = authority_name(plan.organisation, f"{plan.organisation} {label}")
    ends = plan.ends if issuer is None else plan.issuing_ends
    builder = certificate_builder(subject, key.public_key(), issuer, plan.starts, ends)
    extensions: list[Extension] = [
        (x509.BasicConstraints(ca=True, path_length=1 if issuer is None else 0), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
    ]
    if issuer is not None and plan.addresses is not None:
        extensions += address_extensions(plan.addresses, "root")
    return with_extensions(builder, *extensions).sign(signing_key, digest_for(signing_key))
