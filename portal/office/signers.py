"""Signers (署名する方) of a contract: each person with the times of the request."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.filters import short_instant
from portal.office.completions import WaitingSeal, waiting_seals
from portal.workflows.act import Act
from procurement.contracts import Contract
from signing import CirculationStep, Envelope, Side, StepRole, StepStatus

STEP_WORDS = {
    StepStatus.WAITING: ("順番待ち", "todo"),
    StepStatus.ASKED: ("未開封", "sent"),
    StepStatus.OPENED: ("開封済み", "sent"),
    StepStatus.CONSENTED: ("同意済み", "waiting"),
    StepStatus.SEALED: ("署名済み", "accepted"),
    StepStatus.CONFIRMED: ("確認済み", "accepted"),
    StepStatus.DECLINED: ("却下", "stopped"),
    StepStatus.FORWARDED: ("転送", "returned"),
}

UNANSWERED = (StepStatus.ASKED, StepStatus.OPENED)


@dataclass(frozen=True)
class SignerView:
    """One person of the circulation, in words."""

    step: CirculationStep
    part: str
    word: str
    kind: str
    times: list[tuple[str, str]]
    can_resend: bool


@dataclass(frozen=True)
class SigningView:
    """The circulation of one contract: its envelope, its people, what is being completed."""

    envelope: Envelope
    signers: list[SignerView]
    seals: list[WaitingSeal]

    @property
    def count(self) -> str:
        """0/2: how many have agreed. (SIGN-29)"""
        return f"{self.envelope.confirmed_count}/{len(self.envelope.active_steps)}"


def signing_view(act: Act, contract: Contract) -> SigningView | None:
    """The circulation of a contract that was sent, or None."""
    if contract.envelope_id is None:
        return None
    envelope = _envelope(act, contract)
    seals = [seal for seal in waiting_seals(act) if seal.contract.id == contract.id]
    return SigningView(envelope, [_view(step, contract) for step in envelope.steps], seals)


def _envelope(act: Act, contract: Contract) -> Envelope:
    return act.session.scalars(
        select(Envelope).where(Envelope.id == contract.envelope_id, Envelope.owner == contract.city)
    ).one()


def _view(step: CirculationStep, contract: Contract) -> SignerView:
    side = "市" if step.side is Side.SENDER else "受注者"
    role = "署名者" if step.role is StepRole.SIGNER else "確認者"
    word, kind = STEP_WORDS[step.status]
    running = contract.suspended_at is None and contract.declined_at is None
    return SignerView(
        step, f"{side}・{role}", word, kind, _times(step), running and step.status in UNANSWERED
    )


def _times(step: CirculationStep) -> list[tuple[str, str]]:
    agreed = "同意" if step.role is StepRole.SIGNER else "確認"
    moments: tuple[tuple[str, datetime | None], ...] = (
        ("依頼", step.asked_at),
        ("開封", step.opened_at),
        (agreed, step.consented_at),
        ("署名付与", step.sealed_at),
        ("却下", step.declined_at),
        ("転送", step.forwarded_at),
        ("問題の報告", step.problem_reported_at),
    )
    return [(word, short_instant(at)) for word, at in moments if at]
