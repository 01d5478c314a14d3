"""Kept papers (発行書類の保存): sealed papers of the service itself, put into the archive beside the documents.

A paper lies in an envelope of its own without a circulation: nobody is asked, it is finished from the start. So
it is watched, renewed, reported and found again by its hash exactly as concluded documents are.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from signing.modes import JobKind, ViewingRule
from signing.orm import DocumentVersion, Envelope, EnvelopeDocument
from signing.timelines import note


@dataclass(frozen=True)
class SealedPaper:
    """A paper that `seal_paper` made: whose it is, what it is about, and its file."""

    owner: str
    reference: str
    issuer: str
    name: str
    sha256: str
    size: int
    page_count: int
    made_at: datetime


def keep_paper(session: Session, paper: SealedPaper, now: datetime) -> EnvelopeDocument:
    """Puts a sealed paper into the archive; the same file of the same owner is put there once."""
    known = kept_paper(session, paper.owner, paper.sha256)
    if known is not None:
        return known
    envelope = Envelope(
        owner=paper.owner,
        number="6" + "".join(secrets.choice("0123456789") for _ in range(9)),
        reference=paper.reference,
        title=paper.name,
        sender_name=paper.issuer,
        viewing_rule=ViewingRule.NONE,
        link_lifetime_minutes=0,
        created_at=now,
        finished_at=paper.made_at,
        released_at=paper.made_at,
    )
    document = EnvelopeDocument(
        owner=paper.owner,
        position=1,
        name=paper.name,
        upload_sha256=paper.sha256,
        prepared_sha256=paper.sha256,
        head_sha256=paper.sha256,
        page_count=paper.page_count,
    )
    document.versions.append(_original(paper))
    envelope.documents.append(document)
    session.add(envelope)
    session.flush()
    note(session, envelope, "paper_kept", now)
    return document


def kept_paper(session: Session, owner: str, sha256: str) -> EnvelopeDocument | None:
    """The archive's row of a file, where there is one."""
    versions = select(DocumentVersion.document_id).where(
        DocumentVersion.sha256 == sha256, DocumentVersion.owner == owner
    )
    return session.scalars(select(EnvelopeDocument).where(EnvelopeDocument.id.in_(versions))).first()


def _original(paper: SealedPaper) -> DocumentVersion:
    """Its last revision is a document time-stamp, as that of every original."""
    return DocumentVersion(
        owner=paper.owner,
        sequence=1,
        sha256=paper.sha256,
        size=paper.size,
        made_by=JobKind.DOCUMENT_TIMESTAMP.value,
        step_id=None,
        made_at=paper.made_at,
    )
