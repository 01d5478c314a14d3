"""Signers of a contract (署名する方): who is asked in which order, and how far each has come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from procurement.contracts import Contract
from signing import CirculationStep, Envelope, Side, StepRole


@dataclass(frozen=True)
class Signer:
    """One person of the circulation, with a status word and the instant it stands for."""

    name: str
    organisation: str
    mail_address: str
    part: str
    status: str
    at: datetime | None
    is_mine: bool


def signers_of(session: Session, contract: Contract) -> list[Signer]:
    """Everybody who is asked about a contract, in order; the city's addresses are not shown."""
    envelope = session.get(Envelope, contract.envelope_id) if contract.envelope_id else None
    return [_signer(step) for step in envelope.steps] if envelope else []


def _signer(step: CirculationStep) -> Signer:
    is_mine = step.side is Side.RECEIVER
    status, at = _status(step)
    confirms = step.role is StepRole.REVIEWER
    part = "内容を確認する方" if confirms else "署名する方"
    return Signer(step.name, step.organisation, step.email if is_mine else "", part, status, at, is_mine)


def _status(step: CirculationStep) -> tuple[str, datetime | None]:
    facts = (
        (step.declined_at, "却下"),
        (step.forwarded_at, "転送"),
        (step.sealed_at, "署名済み"),
        (step.consented_at, "同意済み"),
        (step.problem_reported_at, "確認中"),
        (step.opened_at, "開封済み"),
        (step.asked_at, "送信済み"),
    )
    return next(((word, at) for at, word in facts if at), ("これから", None))
