"""What the archive looks like (保存の状況): counts by year of the next renewal, what waits, what failed, the proofs."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, joinedload

from signing.archive_watches import RENEWED, unwatched
from signing.orm import DocumentVersion, EnvelopeDocument
from signing.orm_preservation import ArchiveRenewal, ArchiveWatch
from signing.pades.algorithm_ends import JST


@dataclass(frozen=True)
class ArchiveSummary:
    """Counts over all watched documents; `by_year` is the year (in Japan) of the next renewal."""

    watched: int
    unwatched: int
    due: int
    failing: int
    renewals: int
    next_renewal_at: datetime | None
    by_year: dict[int, int]


@dataclass(frozen=True)
class WatchedDocument:
    """A watch with the document that it is about."""

    watch: ArchiveWatch
    document: EnvelopeDocument


@dataclass(frozen=True)
class ProvenRenewal:
    """A renewal with the document that it is about."""

    renewal: ArchiveRenewal
    document: EnvelopeDocument


def summarise(session: Session, now: datetime, owner: str | None = None) -> ArchiveSummary:
    """Counts of one owner, or of everybody."""
    mine = _owned(ArchiveWatch.owner == owner, owner)
    dates = list(session.scalars(select(ArchiveWatch.renew_at).where(mine)))
    failing = (
        select(func.count()).select_from(ArchiveWatch).where(mine, ArchiveWatch.problem_code.is_not(None))
    )
    renewals = select(func.count()).select_from(ArchiveRenewal)
    renewals = renewals.where(_owned(ArchiveRenewal.owner == owner, owner))
    return ArchiveSummary(
        watched=len(dates),
        unwatched=unwatched(session, owner),
        due=sum(at <= now for at in dates),
        failing=session.scalar(failing) or 0,
        renewals=session.scalar(renewals) or 0,
        next_renewal_at=min(dates, default=None),
        by_year=dict(sorted(Counter(at.astimezone(JST).year for at in dates).items())),
    )


def failing_documents(session: Session, owner: str | None = None, limit: int = 200) -> list[WatchedDocument]:
    """What could not be preserved, those that hold shortest first."""
    query = (
        select(ArchiveWatch, EnvelopeDocument)
        .join(EnvelopeDocument, EnvelopeDocument.id == ArchiveWatch.document_id)
        .options(joinedload(EnvelopeDocument.envelope))
        .where(_owned(ArchiveWatch.owner == owner, owner), ArchiveWatch.problem_code.is_not(None))
        .order_by(ArchiveWatch.holds_until, ArchiveWatch.document_id)
        .limit(limit)
    )
    return [WatchedDocument(watch, document) for watch, document in session.execute(query)]


def next_documents(session: Session, owner: str | None = None, limit: int = 20) -> list[WatchedDocument]:
    """What is renewed next."""
    query = (
        select(ArchiveWatch, EnvelopeDocument)
        .join(EnvelopeDocument, EnvelopeDocument.id == ArchiveWatch.document_id)
        .options(joinedload(EnvelopeDocument.envelope))
        .where(_owned(ArchiveWatch.owner == owner, owner))
        .order_by(ArchiveWatch.renew_at, ArchiveWatch.document_id)
        .limit(limit)
    )
    return [WatchedDocument(watch, document) for watch, document in session.execute(query)]


def latest_renewals(
    session: Session, owner: str | None = None, limit: int | None = 20
) -> list[ProvenRenewal]:
    """The proofs of renewals, the newest first; all of them with `limit` None."""
    query = (
        select(ArchiveRenewal, EnvelopeDocument)
        .join(EnvelopeDocument, EnvelopeDocument.id == ArchiveRenewal.document_id)
        .options(joinedload(EnvelopeDocument.envelope))
        .where(_owned(ArchiveRenewal.owner == owner, owner))
        .order_by(ArchiveRenewal.renewed_at.desc(), ArchiveRenewal.id)
        .limit(limit)
    )
    return [ProvenRenewal(renewal, document) for renewal, document in session.execute(query)]


def oldest_failure(session: Session, owner: str, code: str) -> datetime | None:
    """Since when some document of an owner has been failing for this reason: one outage, one name."""
    query = select(func.min(ArchiveWatch.failing_since))
    return session.scalar(query.where(ArchiveWatch.owner == owner, ArchiveWatch.problem_code == code))


def preserved_version(session: Session, sha256: str) -> DocumentVersion | None:
    """The newest preserved version of a released original; None while it was never renewed (最新の保存版)."""
    documents = select(DocumentVersion.document_id).where(DocumentVersion.sha256 == sha256)
    query = select(DocumentVersion).where(
        DocumentVersion.document_id.in_(documents), DocumentVersion.made_by == RENEWED
    )
    return session.scalars(query.order_by(DocumentVersion.sequence.desc())).first()


def _owned(condition: ColumnElement[bool], owner: str | None) -> ColumnElement[bool]:
    return condition if owner is not None else true()
