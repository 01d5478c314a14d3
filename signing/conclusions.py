"""What a finished envelope can prove (締結の記録): each consent with its evidence, its pages seen, its seals."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from signing.modes import JobKind, SigningMode
from signing.orm import CirculationStep, Envelope, Evidence, PageView, SealJob
from signing.pades.seal_facts import CertificateFacts, StampFacts, read_signature, read_timestamp


@dataclass(frozen=True)
class SealRecord:
    """One seal in one document (封印): its field, its type, its certificate, its time-stamp."""

    document_id: str
    field_name: str
    mode: SigningMode
    certificate: CertificateFacts
    stamp: StampFacts | None


@dataclass(frozen=True)
class ConsentRecord:
    """One consent in force (同意の記録), with the pages that were shown and the seals it led to."""

    step: CirculationStep
    evidence: Evidence
    pages_seen: dict[str, int]
    seals: Sequence[SealRecord]


@dataclass(frozen=True)
class ConclusionRecord:
    """Everything an envelope can prove; `stamps` are the document time-stamps by document id."""

    consents: Sequence[ConsentRecord]
    stamps: dict[str, StampFacts]


def conclusion_record(session: Session, envelope: Envelope) -> ConclusionRecord:
    """Reads the record of an envelope whose sealing is finished."""
    jobs = _finished_jobs(session, envelope)
    in_force = select(Evidence).where(
        Evidence.envelope_id == envelope.id, Evidence.act == "consent", Evidence.superseded_at.is_(None)
    )
    steps = {step.id: step for step in envelope.steps}
    consents = [
        ConsentRecord(
            step=steps[evidence.step_id],
            evidence=evidence,
            pages_seen=_pages_seen(session, evidence.step_id),
            seals=[_seal(job) for job in jobs if _is_seal_of(job, evidence.step_id)],
        )
        for evidence in sorted(session.scalars(in_force), key=lambda e: (e.at, steps[e.step_id].position))
    ]
    stamps = {
        j.document_id: read_timestamp(j.cms) for j in jobs if j.kind is JobKind.DOCUMENT_TIMESTAMP if j.cms
    }
    return ConclusionRecord(consents, stamps)


def _finished_jobs(session: Session, envelope: Envelope) -> Sequence[SealJob]:
    query = select(SealJob).where(SealJob.envelope_id == envelope.id, SealJob.finished_at.is_not(None))
    order = {document.id: document.position for document in envelope.documents}
    return sorted(session.scalars(query), key=lambda job: (job.created_at, order[job.document_id]))


def _is_seal_of(job: SealJob, step_id: str) -> bool:
    return job.kind is JobKind.SIGNATURE and job.step_id == step_id and job.cms is not None


def _seal(job: SealJob) -> SealRecord:
    assert job.cms is not None
    found = read_signature(job.cms)
    is_own_key = job.signer_certificates is not None or bool(job.step and job.step.certificate_id)
    return SealRecord(
        document_id=job.document_id,
        field_name=(job.step.field_name if job.step else None) or "",
        mode=SigningMode.PARTY if is_own_key else SigningMode.WITNESS,
        certificate=found.certificate,
        stamp=found.stamp,
    )


def _pages_seen(session: Session, step_id: str) -> dict[str, int]:
    query = select(PageView.document_id, func.count()).where(PageView.step_id == step_id)
    return {row[0]: row[1] for row in session.execute(query.group_by(PageView.document_id))}
