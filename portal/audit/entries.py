"""Audit entries (操作記録): who did what to what, when, from where; each row holds the hash before it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, event, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column, sessionmaker

from portal.audit.tags import Tag
from portal.insertions import insert_once
from procurement.orm import Base

SYSTEM = "-"
"""The chain of what belongs to no city."""
GENESIS = "0" * 64
PENDING = "audit_pending"


class AuditEntry(Base):
    """One row of the audit log (操作記録)."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "city", "subject_type", "subject_id", "seq"),
        {"comment": "append-only: prev_hash and hash chain the rows of a city"},
    )

    city: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(60))
    actor_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    tag: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(String(60))
    details: Mapped[dict[str, Any]]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    def computed_hash(self) -> str:
        """SHA-256 over the canonical JSON of everything in the row but the hash itself."""
        names = (column.key for column in self.__mapper__.column_attrs if column.key != "hash")
        content = {name: getattr(self, name) for name in names}
        content["at"] = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class AuditHead(Base):
    """The end of a city's chain; locked while a row is appended, so that no two rows follow the same one."""

    __tablename__ = "audit_heads"

    city: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(Text)


def record(
    session: Session,
    *,
    at: datetime,
    city: str | None,
    actor: tuple[str, str, str],
    tag: str,
    address: str = "",
    subject: tuple[str, str] | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Record an act in the transaction of `session`; it takes its place in the chain when that commits.

    `actor` is (side, id, name), `subject` is (kind, id); `details` must have exactly the keys of the tag.
    """
    given = dict(details or {})
    checked = Tag(tag)
    if given.keys() != checked.keys:
        raise ValueError(f"{tag} needs the details {sorted(checked.keys)}, got {sorted(given)}")
    actor_kind, actor_id, actor_name = actor
    subject_type, subject_id = subject or (None, None)
    entry = AuditEntry(
        city=city or SYSTEM,
        at=at,
        actor_kind=actor_kind,
        actor_id=actor_id,
        actor_name=actor_name,
        address=address,
        tag=checked.value,
        subject_type=subject_type,
        subject_id=subject_id,
        details=given,
    )
    session.info.setdefault(PENDING, []).append((entry, tuple(_open_savepoints(session))))
    return entry


def install(factory: sessionmaker[Session]) -> None:
    """Make every session of `factory` write its recorded acts just before it commits.

    The head rows are locked last and in one order, so that the log adds no deadlock.
    """
    event.listen(factory, "before_commit", _append_pending)
    event.listen(factory, "after_soft_rollback", _forget_rolled_back)


def _open_savepoints(session: Session) -> Iterator[SessionTransaction]:
    transaction = session.get_nested_transaction()
    while transaction is not None and transaction.nested:
        yield transaction
        transaction = transaction.parent


def _forget_rolled_back(session: Session, transaction: SessionTransaction) -> None:
    pending = session.info.get(PENDING, [])
    kept = [item for item in pending if transaction.nested and transaction not in item[1]]
    session.info[PENDING] = kept


def _append_pending(session: Session) -> None:
    if session.in_nested_transaction():
        return
    pending: list[AuditEntry] = [entry for entry, _ in session.info.pop(PENDING, [])]
    for city in sorted({entry.city for entry in pending}):
        head = _locked_head(session, city)
        for entry in (entry for entry in pending if entry.city == city):
            entry.seq, entry.prev_hash = head.seq + 1, head.hash
            entry.hash = entry.computed_hash()
            head.seq, head.hash = entry.seq, entry.hash
            session.add(entry)


def _locked_head(session: Session, city: str) -> AuditHead:
    insert_once(session, AuditHead, city=city, seq=0, hash=GENESIS)
    query = select(AuditHead).where(AuditHead.city == city).with_for_update()
    return session.execute(query, execution_options={"populate_existing": True}).scalar_one()
