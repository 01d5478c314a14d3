"""Sealing journal (封印の記録): each step of a seal in a short transaction of its own; whoever is first wins.

Nothing here computes or waits. A worker that dies leaves rows from which the next one goes on.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from signing import evidence
from signing.modes import JobKind, StepRole
from signing.orm import CirculationStep, DocumentVersion, Envelope, EnvelopeDocument, SealJob
from signing.pades.seal import Prepared, Sealed
from signing.timelines import lock_envelope, note

LEASE = timedelta(minutes=3)
LATE = timedelta(minutes=10)
"""A party's signature stamped later than this after its preparation gets new evidence of its certificate: some
responders answer for a quarter of an hour only."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True)
class JobState:
    """What the journal knows about one document's seal."""

    job_id: str
    document_id: str
    head_sha256: str
    has_date_field: bool
    base_sha256: str | None
    tbs_sha256: str | None
    prepared: Prepared | None
    prepared_at: datetime | None
    filled_on: date | None
    cms: bytes | None
    stamped_at: datetime | None
    result_sha256: str | None
    attributes: bytes | None = None
    signature: bytes | None = None
    signer_certificates: bytes | None = None


@dataclass(frozen=True)
class Batch:
    """All documents of an envelope for one seal: they advance together, or none does.

    `is_party` says that the party's own key has signed already: what it signed can be completed, or returned
    to its signer, but never made anew here.
    """

    envelope_id: str
    owner: str
    reference: str
    kind: JobKind
    field_name: str
    step_id: str | None
    person: str
    organisation: str
    title: str
    email: str
    consented_at: datetime | None
    is_last_signature: bool
    is_party: bool
    appearance: dict[str, Any] | None
    late_signers: tuple[bytes, ...]
    """Certificates (PEM) of parties whose signature got its time-stamp long after it was prepared."""
    jobs: tuple[JobState, ...]


_SIGNED_OR_OURS = or_(SealJob.handed_out_until.is_(None), SealJob.signature.is_not(None))
"""Leaves out what is handed out to be signed elsewhere: nobody has consented to that yet."""


def pending_envelopes(session: Session, now: datetime, limit: int) -> list[str]:
    """Envelopes with an unfinished seal whose time has come and that no other worker holds."""
    query = (
        select(SealJob.envelope_id)
        .join(SealJob.envelope)
        .where(
            SealJob.finished_at.is_(None),
            _SIGNED_OR_OURS,
            SealJob.next_attempt_at <= now,
            Envelope.cancelled_at.is_(None),
            Envelope.declined_at.is_(None),
            or_(Envelope.leased_until.is_(None), Envelope.leased_until <= now),
        )
        .group_by(SealJob.envelope_id)
        .order_by(func.min(SealJob.next_attempt_at))
        .limit(limit)
    )
    return list(session.scalars(query))


def claim(session: Session, envelope_id: str, lease: str, now: datetime) -> bool:
    """Takes the envelope for this worker, or learns that another has it."""
    free = or_(Envelope.leased_until.is_(None), Envelope.leased_until <= now, Envelope.lease_token == lease)
    claimed: Any = session.execute(
        update(Envelope)
        .where(Envelope.id == envelope_id, free)
        .values(lease_token=lease, leased_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount == 1)


def release(session: Session, envelope_id: str, lease: str) -> None:
    """Gives the envelope back."""
    session.execute(
        update(Envelope)
        .where(Envelope.id == envelope_id, Envelope.lease_token == lease)
        .values(lease_token=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def next_batch(session: Session, envelope_id: str) -> Batch | None:
    """What is to be sealed next: the oldest consent first, document time-stamps last."""
    envelope = session.get_one(Envelope, envelope_id, populate_existing=True)
    if envelope.cancelled_at or envelope.declined_at:
        return None
    query = unfinished_jobs().where(SealJob.envelope_id == envelope_id)
    jobs = list(session.scalars(query.order_by(SealJob.created_at, SealJob.job_key, SealJob.document_id)))
    if not jobs:
        return None
    jobs = [job for job in jobs if job.job_key == jobs[0].job_key]
    step = jobs[0].step
    return Batch(
        envelope_id=envelope.id,
        owner=envelope.owner,
        reference=envelope.reference,
        kind=jobs[0].kind,
        field_name=_field_name(envelope, step),
        step_id=step.id if step else None,
        person=step.name if step else "",
        organisation=step.organisation if step else "",
        title=step.title if step else "",
        email=step.email if step else "",
        consented_at=step.consented_at if step else None,
        is_last_signature=step is not None and is_last_signature(envelope, step),
        is_party=step is not None and step.signs_as_party,
        appearance=step.appearance if step else None,
        late_signers=_late_signers(session, envelope) if step is None else (),
        jobs=tuple(_state(job) for job in jobs),
    )


def unfinished_jobs() -> Select[SealJob]:
    """Seals that were agreed to and are not made yet."""
    return select(SealJob).where(SealJob.finished_at.is_(None), _SIGNED_OR_OURS)


def keep_preparation(
    session: Session,
    job: JobState,
    tbs_sha256: str,
    prepared: Prepared,
    filled_on: date | None,
    now: datetime,
) -> None:
    """First preparation wins: preparing the same file twice gives different bytes."""
    session.execute(
        update(SealJob)
        .where(SealJob.id == job.job_id, SealJob.tbs_sha256.is_(None), SealJob.finished_at.is_(None))
        .values(
            base_sha256=job.head_sha256,
            tbs_sha256=tbs_sha256,
            digest=prepared.digest,
            hole_start=prepared.hole_start,
            hole_end=prepared.hole_end,
            prepared_at=now,
            filled_on=filled_on,
        )
        .execution_options(synchronize_session=False)
    )


def keep_cms(session: Session, job: JobState, sealed: Sealed) -> None:
    """First signature wins; a second one over the same preparation is dropped unread."""
    session.execute(
        update(SealJob)
        .where(SealJob.id == job.job_id, SealJob.tbs_sha256 == job.tbs_sha256, SealJob.cms.is_(None))
        .values(cms=sealed.cms, stamped_at=sealed.stamped_at)
        .execution_options(synchronize_session=False)
    )


def keep_result(session: Session, job: JobState, result_sha256: str) -> None:
    """The sealed file; the same bytes whoever embeds."""
    session.execute(
        update(SealJob)
        .where(SealJob.id == job.job_id, SealJob.tbs_sha256 == job.tbs_sha256, SealJob.cms == job.cms)
        .values(result_sha256=result_sha256)
        .execution_options(synchronize_session=False)
    )


def discard(session: Session, batch: Batch) -> None:
    """Throws away what was prepared for an unfinished seal (wrong day, old base): nobody has seen it."""
    session.execute(
        update(SealJob)
        .where(SealJob.id.in_([job.job_id for job in batch.jobs]), SealJob.finished_at.is_(None))
        .values(
            base_sha256=None,
            tbs_sha256=None,
            digest=None,
            hole_start=None,
            hole_end=None,
            prepared_at=None,
            filled_on=None,
            cms=None,
            stamped_at=None,
            result_sha256=None,
        )
        .execution_options(synchronize_session=False)
    )


def return_to_signer(session: Session, batch: Batch, because: str, now: datetime) -> bool:
    """Takes a kept party signature back (署名のやり直し): its signer is asked again, and told why.

    The evidence of the act stays, marked as superseded. False when somebody else was first.
    """
    assert batch.step_id is not None
    envelope = lock_envelope(session, batch.envelope_id)
    step = session.get_one(CirculationStep, batch.step_id, populate_existing=True)
    jobs = [session.get(SealJob, state.job_id, populate_existing=True) for state in batch.jobs]
    if envelope.cancelled_at or envelope.declined_at or any(job is None or job.finished_at for job in jobs):
        return False
    for job in jobs:
        session.delete(job)
    evidence.supersede(session, step, "consent", now)
    step.consented_at = step.asked_at = step.opened_at = None
    step.returned_at, step.returned_because = now, because
    note(session, envelope, "returned", now, step, person=step.name, reason=because)
    session.flush()
    return True


def advance(session: Session, batch: Batch, sizes: dict[str, int], now: datetime) -> bool:
    """Moves every document of the batch to its sealed version, if each still stands where it stood.

    False when somebody else has advanced them or the envelope has ended: then nothing is changed.
    """
    envelope = lock_envelope(session, batch.envelope_id)
    jobs = [session.get_one(SealJob, state.job_id, populate_existing=True) for state in batch.jobs]
    documents = [session.get_one(EnvelopeDocument, job.document_id, populate_existing=True) for job in jobs]
    if envelope.cancelled_at or envelope.declined_at or any(job.finished_at for job in jobs):
        return False
    if any(
        job.result_sha256 is None or job.base_sha256 != document.head_sha256
        for job, document in zip(jobs, documents, strict=True)
    ):
        return False
    for job, document in zip(jobs, documents, strict=True):
        _move_head(session, job, document, sizes[job.id], now)
    _conclude(session, envelope, batch, now)
    session.flush()
    return True


def postpone(session: Session, batch: Batch, problem: str, now: datetime) -> datetime:
    """Notes a failure and when to try again."""
    next_attempt_at = now
    for state in batch.jobs:
        job = session.get_one(SealJob, state.job_id, populate_existing=True)
        job.attempts += 1
        job.last_error = problem
        job.failing_since = job.failing_since or now
        pause = min(FIRST_PAUSE * 2 ** min(job.attempts - 1, 10), LONGEST_PAUSE)
        job.next_attempt_at = next_attempt_at = now + pause
    session.flush()
    return next_attempt_at


def _late_signers(session: Session, envelope: Envelope) -> tuple[bytes, ...]:
    jobs = session.scalars(
        select(SealJob).where(
            SealJob.envelope_id == envelope.id,
            SealJob.signer_certificates.is_not(None),
            SealJob.cms.is_not(None),
        )
    )
    late = {
        job.signer_certificates: None
        for job in jobs
        if job.stamped_at and job.prepared_at and job.stamped_at - job.prepared_at > LATE
    }
    return tuple(pem for pem in late if pem is not None)


def _field_name(envelope: Envelope, step: CirculationStep | None) -> str:
    if step is not None:
        assert step.field_name is not None
        return step.field_name
    signers = {s.field_name for s in envelope.steps if s.role is StepRole.SIGNER}
    return f"FIELD_{envelope.number}_{len(signers) + 1}"


def is_last_signature(envelope: Envelope, step: CirculationStep) -> bool:
    """Whether everybody else has sealed: then the contract date is filled in with this signature."""
    others = [s for s in envelope.active_steps if s.role is StepRole.SIGNER and s.id != step.id]
    return all(other.sealed_at for other in others)


def _state(job: SealJob) -> JobState:
    prepared = None
    if job.digest is not None and job.hole_start is not None and job.hole_end is not None:
        prepared = Prepared(job.digest, job.hole_start, job.hole_end)
    return JobState(
        job_id=job.id,
        document_id=job.document_id,
        head_sha256=job.document.head_sha256,
        has_date_field=job.document.has_date_field,
        base_sha256=job.base_sha256,
        tbs_sha256=job.tbs_sha256,
        prepared=prepared,
        prepared_at=job.prepared_at,
        filled_on=job.filled_on,
        cms=job.cms,
        stamped_at=job.stamped_at,
        result_sha256=job.result_sha256,
        attributes=job.attributes,
        signature=job.signature,
        signer_certificates=job.signer_certificates,
    )


def _move_head(session: Session, job: SealJob, document: EnvelopeDocument, size: int, now: datetime) -> None:
    assert job.result_sha256 is not None
    last = session.scalar(
        select(func.max(DocumentVersion.sequence)).where(DocumentVersion.document_id == document.id)
    )
    session.add(
        DocumentVersion(
            owner=job.owner,
            document_id=document.id,
            sequence=(last or 0) + 1,
            sha256=job.result_sha256,
            size=size,
            made_by=job.kind.value,
            step_id=job.step_id,
            made_at=now,
        )
    )
    document.head_sha256 = job.result_sha256
    job.finished_at = now
    job.last_error = None
    job.failing_since = None


def _conclude(session: Session, envelope: Envelope, batch: Batch, now: datetime) -> None:
    """Facts that follow from a finished batch: the step is sealed; after the last, time-stamps; then done."""
    if batch.kind is JobKind.DOCUMENT_TIMESTAMP:
        envelope.finished_at = now
        note(session, envelope, "finished", now)
        return
    assert batch.step_id is not None
    step = session.get_one(CirculationStep, batch.step_id)
    step.sealed_at = now
    note(session, envelope, "sealed", now, step, person=step.name)
    if batch.is_last_signature:
        filled = [state.filled_on for state in batch.jobs if state.filled_on]
        envelope.contract_on = filled[0] if filled else None
        session.add_all(_timestamp_job(envelope, document, now) for document in envelope.documents)


def _timestamp_job(envelope: Envelope, document: EnvelopeDocument, now: datetime) -> SealJob:
    return SealJob(
        owner=envelope.owner,
        envelope_id=envelope.id,
        document_id=document.id,
        step_id=None,
        kind=JobKind.DOCUMENT_TIMESTAMP,
        job_key="timestamp",
        created_at=now,
        next_attempt_at=now,
    )
