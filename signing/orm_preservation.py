"""Tables of preservation and of the authorities that it rests on (長期保存・時刻認証局・失効情報)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from signing.columns import Base, Id, Line, Owner, Sha256

__all__ = ["ArchiveRenewal", "ArchiveWatch", "AuthorityHealth", "RevocationAnswer"]


class ArchiveWatch(Base):
    """Watch over one finished document (保存の見張り): until when its newest archive time-stamp holds.

    `problem_code` names what hinders it (the code of a refusal), `problem` says it in words.
    """

    __tablename__ = "archive_watches"
    __table_args__ = (Index("ix_archive_watches_renew_at", "renew_at"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("envelope_documents.id"), primary_key=True)
    owner: Mapped[Owner]
    renew_at: Mapped[datetime]
    holds_until: Mapped[datetime]
    because: Mapped[Line]
    looked_at: Mapped[datetime]
    problem_code: Mapped[str | None] = mapped_column(String(40))
    problem: Mapped[str | None] = mapped_column(Text)
    failing_since: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime]


class ArchiveRenewal(Base):
    """Renewal of an archive time-stamp (保存用タイムスタンプの更新): what was, what is, and the proof between."""

    __tablename__ = "archive_renewals"
    __table_args__ = (
        UniqueConstraint("document_id", "before_sha256"),
        Index("ix_archive_renewals_owner", "owner"),
    )

    id: Mapped[Id]
    owner: Mapped[Owner]
    document_id: Mapped[str] = mapped_column(ForeignKey("envelope_documents.id"))
    before_sha256: Mapped[Sha256]
    after_sha256: Mapped[Sha256]
    authority: Mapped[Line]
    renewed_at: Mapped[datetime]
    held_until: Mapped[datetime]
    holds_until: Mapped[datetime]
    token: Mapped[bytes] = mapped_column(LargeBinary)
    verdict: Mapped[str] = mapped_column(String(24))


class RevocationAnswer(Base):
    """Kept OCSP answer or CRL (失効情報の控え): shared by every process, used for as long as it lives."""

    __tablename__ = "revocation_answers"
    __table_args__ = (Index("ix_revocation_answers_expires_at", "expires_at"),)

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    produced_at: Mapped[datetime]
    refresh_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    source: Mapped[Line]


class AuthorityHealth(Base):
    """Health of an authority (時刻認証局・失効情報の状態): how the last answers went."""

    __tablename__ = "authority_health"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(Text)
    milliseconds: Mapped[int | None]
    skip_until: Mapped[datetime | None]
    chains: Mapped[list[Any]] = mapped_column(default=list)
    """Certificates it signs with, each with those above it: lists of base64 DER. Other processes foresee them."""
