"""Timeline of an envelope (経過), and the lock that every change of an envelope takes first."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from signing.errors import AlreadyCancelled, AlreadyDeclined, AlreadyFinished, UnknownEnvelope, UnknownStep
from signing.orm import CirculationStep, Envelope, EnvelopeEvent


def note(
    session: Session,
    envelope: Envelope,
    name: str,
    now: datetime,
    step: CirculationStep | None = None,
    **details: Any,
) -> None:
    """Adds one line to the timeline, in the transaction of the change it tells of."""
    step_id = step.id if step else None
    session.add(
        EnvelopeEvent(
            owner=envelope.owner,
            envelope_id=envelope.id,
            step_id=step_id,
            at=now,
            name=name,
            details=details,
        )
    )


def lock_envelope(session: Session, envelope_id: str) -> Envelope:
    """Loads the envelope and keeps every other writer out of it until the caller commits.

    PostgreSQL locks the row; on SQLite the caller's BEGIN IMMEDIATE has already locked the file.
    """
    query = select(Envelope).where(Envelope.id == envelope_id).with_for_update()
    envelope = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if envelope is None:
        raise UnknownEnvelope(envelope_id=envelope_id)
    session.expire(envelope, ["documents", "steps", "events"])
    return envelope


def lock_step(session: Session, step_id: str) -> CirculationStep:
    """Loads a step with its envelope locked."""
    envelope_id = session.scalar(select(CirculationStep.envelope_id).where(CirculationStep.id == step_id))
    if envelope_id is None:
        raise UnknownStep(step_id=step_id)
    lock_envelope(session, envelope_id)
    return session.get_one(CirculationStep, step_id, populate_existing=True)


def refuse_ended(envelope: Envelope) -> None:
    """Refuses whatever can no longer be done once an envelope has ended, and says how it ended."""
    if envelope.cancelled_at:
        raise AlreadyCancelled(at=envelope.cancelled_at, reason=envelope.cancel_reason)
    if envelope.declined_at:
        raise AlreadyDeclined(at=envelope.declined_at)
    if envelope.finished_at:
        raise AlreadyFinished(at=envelope.finished_at)
