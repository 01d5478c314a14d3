"""Answers of a certification authority whose keys are here (失効情報の作成): OCSP responses and lists, signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signing.pades.algorithms import PrivateKey
from signing.pades.ca_parts import authority_of, digest_for

OCSP_LIFE = timedelta(days=7)
CRL_LIFE = timedelta(days=30)


@dataclass(frozen=True)
class Revoked:
    """A revocation (失効): when, and for which of the reasons of RFC 5280."""

    serial: int
    at: datetime
    reason: x509.ReasonFlags


def response_about(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    algorithm: hashes.HashAlgorithm,
    now: datetime,
    revoked: Revoked | None = None,
) -> ocsp.OCSPResponseBuilder:
    """What is said about a certificate: good, or revoked since when. `algorithm` hashes the issuer's names."""
    moment = now.astimezone(UTC).replace(microsecond=0)
    return ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=issuer,
        algorithm=algorithm,
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        this_update=moment,
        next_update=moment + OCSP_LIFE,
        revocation_time=revoked.at if revoked else None,
        revocation_reason=revoked.reason if revoked and _is_told(revoked.reason) else None,
    )


def signed_response(builder: ocsp.OCSPResponseBuilder, responder: x509.Certificate, key: PrivateKey) -> bytes:
    """The response in DER, signed by the responder, whose certificate comes along."""
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder).certificates([responder])
    return builder.sign(key, digest_for(key)).public_bytes(Encoding.DER)


def signed_list(
    issuer: x509.Certificate, key: PrivateKey, now: datetime, entries: Iterable[Revoked] = ()
) -> bytes:
    """A list of revoked certificates (CRL) in DER, with instants and reasons."""
    moment = now.astimezone(UTC).replace(microsecond=0)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
    builder = builder.last_update(moment).next_update(moment + CRL_LIFE)
    builder = builder.add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
    builder = builder.add_extension(authority_of(issuer), critical=False)
    for entry in entries:
        builder = builder.add_revoked_certificate(_listed(entry))
    return builder.sign(key, digest_for(key)).public_bytes(Encoding.DER)


def _listed(entry: Revoked) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(entry.serial).revocation_date(entry.at)
    if _is_told(entry.reason):
        builder = builder.add_extension(x509.CRLReason(entry.reason), critical=False)
    return builder.build()


def _is_told(reason: x509.ReasonFlags) -> bool:
    """RFC 5280, 5.3.1: an unspecified reason is told by leaving the extension out."""
    return reason is not x509.ReasonFlags.unspecified
