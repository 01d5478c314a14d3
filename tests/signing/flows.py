"""The main job in a few words, for the tests."""

from datetime import date, datetime

import signing
from signing.orm import Envelope
from signing.services import SealingServices
from signing.testing import MovableClock, agree, make_envelope


def date_text(day: date) -> str:
    return f"令和{day.year - 2018}年{day.month}月{day.day}日"


def seal(transaction, services: SealingServices, clock: MovableClock) -> list[signing.SealOutcome]:
    return signing.seal_pending(transaction, services, clock, date_text)


def start(transaction, services: SealingServices, now: datetime, **draft) -> str:
    """An envelope that has been sent; its id."""
    with transaction() as session:
        envelope = make_envelope(session, services, now, **draft)
        signing.send(session, envelope.id, now)
        return envelope.id


def agree_next(transaction, envelope_id: str, now: datetime) -> None:
    """Whoever has been asked agrees; asks the next one first where nobody has been."""
    with transaction() as session:
        for step in signing.steps_to_ask(session):
            signing.ask(session, step.id, now)
        envelope = session.get_one(Envelope, envelope_id)
        for step in envelope.active_steps:
            if step.asked_at and not step.consented_at:
                agree(session, step, now)


def conclude(transaction, services: SealingServices, clock: MovableClock, **draft) -> str:
    """The whole circulation up to the finished files; the envelope's id."""
    envelope_id = start(transaction, services, clock(), **draft)
    for _ in range(20):
        clock.move(minutes=5)
        agree_next(transaction, envelope_id, clock())
        outcomes = seal(transaction, services, clock)
        assert all(outcome.problem is None for outcome in outcomes), outcomes
        if outcomes and outcomes[-1].result is signing.SealResult.FINISHED:
            return envelope_id
    raise AssertionError("not finished")


def heads(transaction, envelope_id: str) -> list[str]:
    with transaction() as session:
        return [document.head_sha256 for document in session.get_one(Envelope, envelope_id).documents]
