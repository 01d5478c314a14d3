"""The outbox (送信箱): mails are rows first; a job claims and sends them, and writes down the outcome."""

import hashlib
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.insertions import insert_once
from procurement.orm import Base, Id, Ref, new_id


@dataclass(frozen=True)
class Attachment:
    """A stored document that goes with a mail (添付), named by its hash."""

    name: str
    sha256: str
    media_type: str = "application/pdf"


@dataclass(frozen=True)
class Letter:
    """A mail to be sent (送るメール): to exactly one address, once for each `key`."""

    key: str
    to: str
    subject: str
    body: str
    city: str | None = None
    sender_name: str | None = None
    case_id: str | None = None
    contract_id: str | None = None
    due_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()


class OutboxMessage(Base):
    """A mail in the outbox (送信箱のメール). Its state is `sent_at`, `failed_at`, `lease_until`."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(
            "ix_outbox_messages_waiting",
            "next_attempt_at",
            "id",
            postgresql_where=text("sent_at IS NULL AND failed_at IS NULL"),
            sqlite_where=text("sent_at IS NULL AND failed_at IS NULL"),
        ),
        Index("ix_outbox_messages_city_case_id", "city", "case_id"),
    )

    id: Mapped[Id]
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    city: Mapped[str | None] = mapped_column(String(40))
    case_id: Mapped[Ref | None]
    contract_id: Mapped[Ref | None]
    to: Mapped[str] = mapped_column(String(254))
    sender_name: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    attachments: Mapped[list[Any]]
    message_id: Mapped[str] = mapped_column(String(120))
    """What the Message-ID begins with: the same at every attempt, so that a receiver can drop a repeated one."""
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    claimed_by: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class BadAddress(ValueError):
    """This is not exactly one mail address."""


def enqueue(session: Session, letter: Letter, now: datetime) -> None:
    """Put a mail into the outbox; a second one with the same `key` changes nothing."""
    due_at = letter.due_at or now
    row = {
        "id": new_id(),
        "dedupe_key": _dedupe_key(letter.key),
        "city": letter.city,
        "case_id": letter.case_id,
        "contract_id": letter.contract_id,
        "to": checked_address(letter.to),
        "sender_name": _one_line(letter.sender_name) if letter.sender_name else None,
        "subject": _one_line(letter.subject),
        "body": letter.body,
        "attachments": [asdict(item) for item in letter.attachments],
        "message_id": secrets.token_hex(16),
        "created_at": now,
        "due_at": due_at,
        "next_attempt_at": due_at,
        "attempts": 0,
    }
    insert_once(session, OutboxMessage, **row)


def checked_address(address: str) -> str:
    """The address, if it is exactly one; raises BadAddress otherwise."""
    try:
        return validate_email(address, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise BadAddress(address) from error


def _dedupe_key(key: str) -> str:
    """The key as it is where it fits its column; a longer one, with a long address, is told apart by its hash."""
    longest: int = OutboxMessage.dedupe_key.type.length
    if len(key) <= longest:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: longest - len(digest) - 1]}:{digest}"


def _one_line(value: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValueError("a mail header is one line")
    return value
