"""Parts that a certification authority's certificates are made of (証明書の部品)."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID

from signing.pades.algorithms import PrivateKey

Extension = tuple[x509.ExtensionType, bool]
"""An extension, and whether it is critical."""


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


def certificate_builder(
    subject: x509.Name,
    public_key: Any,
    issuer: x509.Certificate | None,
    starts: datetime,
    ends: datetime,
    serial: int | None = None,
) -> x509.CertificateBuilder:
    """A certificate with a random number and the identifiers of both keys; without an issuer its own root."""
    builder = x509.CertificateBuilder().subject_name(subject).public_key(public_key)
    builder = builder.issuer_name(issuer.subject if issuer else subject)
    builder = builder.serial_number(serial or x509.random_serial_number())
    builder = builder.not_valid_before(starts).not_valid_after(ends)
    identifier = x509.SubjectKeyIdentifier.from_public_key(public_key)
    builder = builder.add_extension(identifier, critical=False)
    if issuer is not None:
        builder = builder.add_extension(authority_of(issuer), critical=False)
    return builder


def with_extensions(builder: x509.CertificateBuilder, *extensions: Extension) -> x509.CertificateBuilder:
    """The builder with more extensions."""
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    return builder


def digest_for(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    """The hash that goes with a key: SHA-384 for P-384, SHA-256 for the others."""
    is_large = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size > 256
    return hashes.SHA384() if is_large else hashes.SHA256()


def authority_of(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The authority key identifier that names an issuer."""
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def address_extensions(addresses: CaAddresses, issuer: str) -> list[Extension]:
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
