"""Watch over the archive (保存の見張り): which finished document must be renewed when, and what hinders it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from signing.modes import JobKind
from signing.orm import CirculationStep, DocumentVersion, Envelope, EnvelopeDocument, SealJob
from signing.orm_preservation import ArchiveRenewal, ArchiveWatch
from signing.pades.holding import Holding
from signing.timelines import lock_envelope, note

LOOK_EVERY = timedelta(days=7)
"""How often each stored file is hashed, and its dates are computed anew from the table of algorithms."""
AGAIN_AFTER = timedelta(hours=1)
"""After an authority did not answer."""
AGAIN_AFTER_DAMAGE = timedelta(days=1)
"""After something that a person must put right."""
OUTAGES: Sequence[str] = (
    "timestamp_unavailable",
    "timestamp_rejected",
    "unforeseen_authority",
    "revocation_unavailable",
    "store_unavailable",
)
"""Codes of problems that pass without anybody's doing: an authority or the store does not answer."""
SHARED: Sequence[str] = (*OUTAGES, "no_longer_timestamp")
"""Codes of problems that many documents have together, because the authority is the problem."""
_FOUND_BY_LOOKING = ("damaged_document", "no_timestamp", "unforeseen")
RENEWED = "archive_renewal"
"""`made_by` of a version that a renewal made."""


@dataclass(frozen=True)
class ArchivedDocument:
    """A finished document as it stands: its newest bytes, the token over them where it is on record."""

    document_id: str
    owner: str
    envelope_id: str
    reference: str
    head_sha256: str
    original_sha256: str
    signature_fields: tuple[str, ...]
    token: bytes | None


@dataclass(frozen=True)
class Problem:
    """What hinders the preservation of one document (保存できない理由)."""

    code: str
    text: str
    is_new: bool = True


def unwatched_or_stale(session: Session, now: datetime, limit: int) -> list[str]:
    """Released documents that nobody watches yet, or that were not looked at for a week; the former first."""
    stale = or_(ArchiveWatch.document_id.is_(None), ArchiveWatch.looked_at <= now - LOOK_EVERY)
    query = (
        _released()
        .outerjoin(ArchiveWatch, ArchiveWatch.document_id == EnvelopeDocument.id)
        .where(stale)
        .order_by(ArchiveWatch.looked_at.is_not(None), ArchiveWatch.looked_at, EnvelopeDocument.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def due_documents(session: Session, now: datetime, limit: int) -> list[str]:
    """Documents whose renewal is due and may be tried now; those that hold shortest first."""
    query = (
        select(ArchiveWatch.document_id)
        .where(ArchiveWatch.renew_at <= now, ArchiveWatch.next_attempt_at <= now)
        .order_by(ArchiveWatch.holds_until, ArchiveWatch.document_id)
        .limit(limit)
    )
    return list(session.scalars(query))


def archived_document(session: Session, document_id: str) -> ArchivedDocument:
    """A released document with what is on record about it."""
    document = session.get_one(EnvelopeDocument, document_id, populate_existing=True)
    envelope = document.envelope
    signers = [step for step in envelope.active_steps if step.field_name and step.sealed_at]
    return ArchivedDocument(
        document_id=document.id,
        owner=document.owner,
        envelope_id=envelope.id,
        reference=envelope.reference,
        head_sha256=document.head_sha256,
        original_sha256=original_of(session, document_id) or document.head_sha256,
        signature_fields=tuple(s.field_name for s in sorted(signers, key=_sealing_order) if s.field_name),
        token=_token(session, document),
    )


def original_of(session: Session, document_id: str) -> str | None:
    """SHA-256 of the released original: the version that sealing made last (原本のハッシュ値)."""
    query = select(DocumentVersion.sha256).where(
        DocumentVersion.document_id == document_id,
        DocumentVersion.made_by == JobKind.DOCUMENT_TIMESTAMP.value,
    )
    return session.scalars(query.order_by(DocumentVersion.sequence.desc())).first()


def note_look(
    session: Session, document: ArchivedDocument, found: Holding, problem: Problem | None, now: datetime
) -> bool:
    """Writes down what a look found; True when a problem is new. One of a renewal under way is left as it is."""
    watch = _watch(session, document, found, now)
    watch.holds_until, watch.because, watch.renew_at = found.until, found.because[:300], found.renew_at
    watch.looked_at = now
    if problem is not None:
        return _note_problem(watch, problem, now)
    if watch.renew_at > now or watch.problem_code in _FOUND_BY_LOOKING:
        _settle(watch, now)
    return False


def note_failure(session: Session, document_id: str, problem: Problem, now: datetime) -> bool:
    """Writes down why a renewal did not come about, and when it is tried again; True when that is new."""
    watch = session.get_one(ArchiveWatch, document_id, populate_existing=True)
    return _note_problem(watch, problem, now)


def keep_renewal(
    session: Session,
    document: ArchivedDocument,
    renewal: ArchiveRenewal,
    size: int,
    because: str,
    renew_at: datetime,
) -> bool:
    """Moves the document to its renewed version and keeps the proof, if the document still stands where it stood.

    False when somebody else has moved it: then nothing is changed.
    """
    envelope = lock_envelope(session, document.envelope_id)
    row = session.get_one(EnvelopeDocument, document.document_id, populate_existing=True)
    if row.head_sha256 != document.head_sha256 or renewal.before_sha256 != document.head_sha256:
        return False
    session.add_all([renewal, _version(row, renewal, size)])
    row.head_sha256 = renewal.after_sha256
    watch = session.get_one(ArchiveWatch, row.id, populate_existing=True)
    watch.holds_until, watch.because, watch.renew_at = renewal.holds_until, because[:300], renew_at
    watch.looked_at = renewal.renewed_at
    _settle(watch, renewal.renewed_at)
    note(session, envelope, "preserved", renewal.renewed_at, authority=renewal.authority)
    session.flush()
    return True


def _released() -> Select[Any]:
    return (
        select(EnvelopeDocument.id)
        .join(Envelope, Envelope.id == EnvelopeDocument.envelope_id)
        .where(Envelope.released_at.is_not(None))
    )


def unwatched(session: Session, owner: str | None = None) -> int:
    """How many released documents nobody watches yet."""
    watched = exists().where(ArchiveWatch.document_id == EnvelopeDocument.id)
    query = _released().where(~watched)
    if owner is not None:
        query = query.where(EnvelopeDocument.owner == owner)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _sealing_order(step: CirculationStep) -> tuple[datetime, int]:
    assert step.sealed_at is not None
    return step.sealed_at, step.position


def _token(session: Session, document: EnvelopeDocument) -> bytes | None:
    """The token over the newest version, from the proof of its renewal or the journal of its sealing."""
    renewed = select(ArchiveRenewal.token).where(
        ArchiveRenewal.document_id == document.id, ArchiveRenewal.after_sha256 == document.head_sha256
    )
    sealed = select(SealJob.cms).where(
        SealJob.document_id == document.id,
        SealJob.kind == JobKind.DOCUMENT_TIMESTAMP,
        SealJob.result_sha256 == document.head_sha256,
    )
    return session.scalars(renewed).first() or session.scalars(sealed).first()


def _version(document: EnvelopeDocument, renewal: ArchiveRenewal, size: int) -> DocumentVersion:
    return DocumentVersion(
        owner=document.owner,
        document_id=document.id,
        sequence=max((version.sequence for version in document.versions), default=0) + 1,
        sha256=renewal.after_sha256,
        size=size,
        made_by=RENEWED,
        step_id=None,
        made_at=renewal.renewed_at,
    )


def _watch(session: Session, document: ArchivedDocument, found: Holding, now: datetime) -> ArchiveWatch:
    watch = session.get(ArchiveWatch, document.document_id, populate_existing=True)
    if watch is None:
        watch = ArchiveWatch(
            document_id=document.document_id,
            owner=document.owner,
            renew_at=found.renew_at,
            holds_until=found.until,
            because=found.because[:300],
            looked_at=now,
            next_attempt_at=now,
        )
        session.add(watch)
    return watch


def _note_problem(watch: ArchiveWatch, problem: Problem, now: datetime) -> bool:
    is_new = watch.problem_code != problem.code
    if is_new:
        watch.failing_since = now
    watch.problem_code, watch.problem = problem.code, problem.text
    is_outage = problem.code in OUTAGES
    watch.next_attempt_at = now + (AGAIN_AFTER if is_outage else AGAIN_AFTER_DAMAGE)
    return is_new


def _settle(watch: ArchiveWatch, now: datetime) -> None:
    watch.problem_code = watch.problem = watch.failing_since = None
    watch.next_attempt_at = now
