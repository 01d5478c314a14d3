"""Life of a signer's certificate (署名者の電子証明書): asked for, issued, confirmed, used, renewed, revoked.

Functions with `session` take part in the caller's transaction. Those of `signing.pins`, which test a PIN,
take `transaction` and must be called before the act's own transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from sqlalchemy.orm import Session

from signing.certificate_rows import (
    PIN_TRIES,
    CertificateConflict,
    CertificateUnusable,
    NotConfirmed,
    PinLocked,
    Transaction,
    UnknownCertificate,
    certificate,
    certificates_of,
    refuse_unusable,
    usable_certificates,
)
from signing.columns import new_id
from signing.key_custody import KeyVault, new_pin
from signing.modes import KeyCustody
from signing.orm_certificates import SignerCertificate
from signing.pades.built_in_ca import SIGNER_DAYS, BuiltInCa
from signing.pades.certificate_requests import KeyAlgorithm, Subject, make_request, new_key
from signing.pades.issued_chains import IssuedChain, check_issued
from signing.pades.trust import TrustStore
from signing.pins import change_pin, confirm_certificate, unlock_key

__all__ = [
    "NOTICE_DAYS",
    "PIN_TRIES",
    "CertificateConflict",
    "CertificateUnusable",
    "Holder",
    "KeyAlgorithm",
    "NotConfirmed",
    "PinLocked",
    "PreparedRequest",
    "SignerCertificate",
    "Subject",
    "Transaction",
    "UnknownCertificate",
    "certificate",
    "certificates_of",
    "change_pin",
    "confirm_certificate",
    "confirm_elsewhere",
    "due_notice",
    "expiring",
    "import_certificate",
    "issue_from_built_in_ca",
    "prepare_request",
    "refuse_unusable",
    "register_elsewhere",
    "renew",
    "request_certificate",
    "revoke",
    "threshold",
    "unlock_key",
    "usable_certificates",
]

NOTICE_DAYS = (60, 30, 7)


@dataclass(frozen=True)
class Holder:
    """Who gets a certificate (名義人): `owner` is the city or company of the caller's.

    `managed_by`: who has it issued and answers for it; the owner itself unless it is said.
    """

    owner: str
    email: str
    subject: Subject
    managed_by: str = ""


@dataclass(frozen=True)
class PreparedRequest:
    """A new key, encrypted at once, and its CSR; `pin` is for the one mail and nothing else."""

    id: str
    holder: Holder
    request: bytes
    sealed_key: bytes = field(repr=False)
    pin: str = field(repr=False)


# asking and issuing


def prepare_request(
    vault: KeyVault, holder: Holder, algorithm: KeyAlgorithm = KeyAlgorithm.P256
) -> PreparedRequest:
    """Makes key, PIN and CSR. Slow, and needs no database."""
    key, pin, row_id = new_key(algorithm), new_pin(), new_id()
    return PreparedRequest(
        row_id, holder, make_request(key, holder.subject), vault.seal(key, pin, row_id), pin
    )


def request_certificate(
    session: Session,
    prepared: PreparedRequest,
    now: datetime,
    *,
    authority: str,
    renews: SignerCertificate | None = None,
) -> SignerCertificate:
    """Keeps a request (発行申込) until its certificate is imported or issued here."""
    row = _row(prepared.holder, KeyCustody.HELD, authority, now)
    row.id, row.request, row.sealed_key = prepared.id, prepared.request, prepared.sealed_key
    row.renews_id = renews.id if renews else None
    session.add(row)
    session.flush()
    return row


def issue_from_built_in_ca(
    session: Session, ca: BuiltInCa, certificate_id: str, now: datetime, days: int = SIGNER_DAYS
) -> SignerCertificate:
    """Has this installation's own CA issue what was asked for (設備内認証局による発行)."""
    row = _waiting(session, certificate_id)
    assert row.request is not None
    certificate = ca.issue(row.request, now, days)
    return _take(
        session, row, IssuedChain(certificate, (ca.certificates["issuing"],), ca.certificates["root"]), now
    )


def import_certificate(
    session: Session, certificate_id: str, content: bytes, trust: TrustStore, now: datetime
) -> SignerCertificate:
    """Takes the certificate that an authority issued for our CSR (証明書の取込). BadCertificate names all mistakes."""
    row = _waiting(session, certificate_id)
    return _take(session, row, check_issued(content, trust, now, request=row.request), now)


def register_elsewhere(
    session: Session, holder: Holder, content: bytes, trust: TrustStore, now: datetime
) -> SignerCertificate:
    """Registers a certificate whose key the signer keeps (鍵は署名者が保管)."""
    issued = check_issued(content, trust, now)
    row = _row(holder, KeyCustody.ELSEWHERE, _text(issued.certificate.issuer), now)
    session.add(row)
    return _take(session, row, issued, now)


def renew(
    session: Session, certificate_id: str, prepared: PreparedRequest, now: datetime, *, authority: str
) -> SignerCertificate:
    """Asks for the next certificate of the same person (更新・再発行); the old one stays until it ends."""
    return request_certificate(
        session, prepared, now, authority=authority, renews=certificate(session, certificate_id)
    )


# using


def confirm_elsewhere(session: Session, certificate_id: str, now: datetime) -> SignerCertificate:
    """Confirmation (証明書有効性確認) where the key is not here: no PIN of ours guards it. (PTY-05)"""
    row = certificate(session, certificate_id)
    refuse_unusable(row, now, needs_confirmation=False)
    if row.custody is not KeyCustody.ELSEWHERE:
        raise NotConfirmed
    row.confirmed_at = row.confirmed_at or now
    return row


def revoke(
    session: Session,
    certificate_id: str,
    reason: str,
    now: datetime,
    *,
    ca: BuiltInCa | None = None,
    flag: x509.ReasonFlags = x509.ReasonFlags.unspecified,
) -> SignerCertificate:
    """Revokes (失効): refused for signing from now on, and told to the world where our own CA issued it."""
    row = certificate(session, certificate_id, to_write=True)
    if row.revoked_at is not None:
        return row
    row.revoked_at, row.revocation_reason, row.sealed_key = now, reason, None
    session.flush()
    if ca is not None and row.serial and ca.issued(int(row.serial, 16)) is not None:
        ca.revoke(int(row.serial, 16), now, flag)
    return row


def expiring(session: Session, now: datetime) -> list[tuple[SignerCertificate, int]]:
    """Certificates that end soon, each with the threshold in days (60, 30, 7) not yet noticed. (PTY-13)"""
    horizon = now + timedelta(days=max(NOTICE_DAYS))
    query = select(SignerCertificate).where(
        SignerCertificate.not_after > now,
        SignerCertificate.not_after <= horizon,
        SignerCertificate.revoked_at.is_(None),
        SignerCertificate.issued_at.is_not(None),
    )
    found = []
    for row in session.scalars(query.order_by(SignerCertificate.not_after)):
        if (due := due_notice(row, now)) is not None:
            found.append((row, due))
    return found


def due_notice(row: SignerCertificate, now: datetime) -> int | None:
    """The notice (60, 30 or 7 days) that is due of a certificate's end and was not written yet, or None."""
    if row.not_after is None or row.not_after <= now or row.revoked_at is not None:
        return None
    due = threshold(row.not_after, now)
    told = row.expiry_noticed_for
    return due if due is not None and (told is None or due < told) else None


def threshold(not_after: datetime, now: datetime) -> int | None:
    """The nearest of 60, 30 and 7 days that has been reached, or None while there is more time."""
    reached = [days for days in NOTICE_DAYS if not_after - now <= timedelta(days=days)]
    return min(reached) if reached else None


def _waiting(session: Session, certificate_id: str) -> SignerCertificate:
    row = certificate(session, certificate_id, to_write=True)
    if row.issued_at is not None:
        raise CertificateConflict("この申込みの電子証明書は、すでに発行されています。")
    if row.revoked_at is not None:
        raise CertificateUnusable("この申込みは取り消されています。")
    return row


def _take(session: Session, row: SignerCertificate, issued: IssuedChain, now: datetime) -> SignerCertificate:
    fingerprint = issued.certificate.fingerprint(hashes.SHA256()).hex()
    known = select(SignerCertificate.id).where(SignerCertificate.fingerprint == fingerprint)
    with session.no_autoflush:
        if session.scalar(known) is not None:
            raise CertificateConflict
    row.certificate = issued.certificate.public_bytes(Encoding.DER)
    row.chain, row.fingerprint = issued.chain_der, fingerprint
    row.serial = f"{issued.certificate.serial_number:x}"
    row.not_before = issued.certificate.not_valid_before_utc
    row.not_after = issued.certificate.not_valid_after_utc
    row.issued_at = now
    session.flush()
    return row


def _row(holder: Holder, custody: KeyCustody, authority: str, now: datetime) -> SignerCertificate:
    subject = holder.subject
    return SignerCertificate(
        owner=holder.owner,
        managed_by=holder.managed_by or holder.owner,
        email=holder.email,
        name=subject.name,
        organisation=subject.organisation,
        unit=subject.unit,
        title=subject.title,
        custody=custody,
        authority=authority,
        requested_at=now,
        pin_failures=0,
    )


def _text(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()
