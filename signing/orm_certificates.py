"""Tables of the signers' own certificates (当事者型の電子証明書). Imported by whoever makes tables."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from signing.columns import Base, Id, Line, Owner, Sha256
from signing.modes import CertificateStatus, KeyCustody

__all__ = ["SignerCertificate", "SigningPassword"]


class SignerCertificate(Base):
    """Certificate of a signer (署名者の電子証明書) and, where we hold it, its encrypted key.

    `owner` is whoever the signer signs for: a city or a company of the caller's; `managed_by` who had it issued,
    and alone may renew or revoke it: a company may work for several cities. `sealed_key` is encrypted
    under the signer's PIN and a secret of this installation together; neither opens it alone.
    """

    __tablename__ = "signer_certificates"
    __table_args__ = (
        Index("ix_signer_certificates_owner_email", "owner", "email"),
        Index("ix_signer_certificates_not_after", "not_after"),
        UniqueConstraint("fingerprint"),
        CheckConstraint("confirmed_at IS NULL OR issued_at IS NOT NULL", name="issued_first"),
    )

    id: Mapped[Id]
    owner: Mapped[Owner]
    managed_by: Mapped[Owner]
    email: Mapped[Line]
    name: Mapped[Line]
    organisation: Mapped[Line]
    unit: Mapped[Line] = mapped_column(default="")
    title: Mapped[Line] = mapped_column(default="")
    custody: Mapped[KeyCustody]
    authority: Mapped[Line]

    sealed_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    request: Mapped[bytes | None] = mapped_column(LargeBinary)
    certificate: Mapped[bytes | None] = mapped_column(LargeBinary)
    chain: Mapped[bytes | None] = mapped_column(LargeBinary)
    fingerprint: Mapped[Sha256 | None]
    serial: Mapped[str | None] = mapped_column(String(48))
    not_before: Mapped[datetime | None]
    not_after: Mapped[datetime | None]

    requested_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str | None] = mapped_column(Text)
    renews_id: Mapped[str | None] = mapped_column(String(22))
    pin_failures: Mapped[int] = mapped_column(default=0)
    locked_at: Mapped[datetime | None]
    expiry_noticed_for: Mapped[int | None]

    def status_at(self, now: datetime) -> CertificateStatus:
        """Status (状態), derived from the facts."""
        if self.revoked_at:
            return CertificateStatus.REVOKED
        if self.issued_at is None or self.not_after is None:
            return CertificateStatus.REQUESTED
        if now > self.not_after:
            return CertificateStatus.EXPIRED
        if self.locked_at:
            return CertificateStatus.LOCKED
        return CertificateStatus.CONFIRMED if self.confirmed_at else CertificateStatus.ISSUED


class SigningPassword(Base):
    """One-time signing password (署名用パスワード, PTY-08 to PTY-12): mailed at most once a day, kept as a hash."""

    __tablename__ = "signing_passwords"
    __table_args__ = (Index("ix_signing_passwords_owner_email", "owner", "email"),)

    id: Mapped[Id]
    owner: Mapped[Owner]
    email: Mapped[Line]
    secret_hash: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date] = mapped_column(Date())
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
