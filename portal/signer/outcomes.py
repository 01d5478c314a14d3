"""Outcomes (回答のあとの状態) of a signing request, as its page tells them to whoever has answered."""

from enum import StrEnum

from portal.signer.visits import Visit
from signing import CirculationStep, pending_seals


class Outcome(StrEnum):
    """What came of a request."""

    FORWARDED = "forwarded"
    DECLINED = "declined"
    REPORTED = "reported"
    SEALING = "sealing"
    DELAYED = "delayed"
    UNVERIFIED = "unverified"
    CONFIRMED = "confirmed"
    SIGNED = "signed"
    CONCLUDED = "concluded"


def outcome_of(visit: Visit) -> Outcome | None:
    """The outcome for this person; None while an answer is still asked for, or can no longer be given."""
    step = visit.step
    if step.forwarded_at:
        return Outcome.FORWARDED
    if step.declined_at:
        return Outcome.DECLINED
    if visit.envelope.cancelled_at or visit.envelope.declined_at:
        return None
    if step.consented_at:
        return _after_consent(visit)
    return Outcome.REPORTED if visit.is_suspended and visit.problem is None else None


def next_people(visit: Visit) -> list[CirculationStep]:
    """Those who are asked after this person, in their order."""
    return [step for step in visit.envelope.active_steps if step.turn > visit.step.turn]


def _after_consent(visit: Visit) -> Outcome:
    if visit.envelope.released_at:
        return Outcome.CONCLUDED
    if visit.is_reviewer:
        return Outcome.CONFIRMED
    if visit.step.is_done and next_people(visit):
        return Outcome.SIGNED
    if visit.envelope.finished_at and visit.contract.completion_problem:
        return Outcome.UNVERIFIED
    pending = pending_seals(visit.act.session, visit.envelope.owner)
    is_failing = any(job.envelope_id == visit.envelope.id and job.failing_since for job in pending)
    return Outcome.DELAYED if is_failing else Outcome.SEALING
