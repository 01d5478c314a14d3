"""Sign as a party (当事者型の署名): consent and signature of the party's own key, kept in one commit. (PTY-01)"""

from datetime import datetime, timedelta

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.answer_signing_request import begin_answer, note_agreement, refuse_after_deadline
from portal.workflows.guarantee_gate import refuse_without_guarantee
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from signing import (
    CirculationStep,
    Circumstances,
    HandOut,
    PartyPreparation,
    PartyTurn,
    SignedParty,
    hand_out,
    keep_party,
    keep_taken_back,
    party_turn,
)


def look_at_turn(act: Act, contract: Contract, step: CirculationStep) -> PartyTurn:
    """What the person would sign now; every reason against it comes before a key is touched."""
    refuse_witness_step(step)
    refuse_after_deadline(act, contract)
    refuse_without_guarantee(act, contract, step)
    return party_turn(act.session, step.id, act.now)


def sign_contract(
    act: Act, contract: Contract, step: CirculationStep, signed: SignedParty, circumstances: Circumstances
) -> None:
    """Keep what the party's key has signed; the time-stamp follows, made by a job."""
    _begin(act, contract, step)
    keep_party(act.session, signed, circumstances, act.now)
    note_agreement(act, contract, step, circumstances)


def hand_out_contract(
    act: Act, contract: Contract, step: CirculationStep, preparation: PartyPreparation, lifetime: timedelta
) -> HandOut:
    """Hand out what an outside device is to sign (署名するデータの受渡し)."""
    _begin(act, contract, step)
    handed = hand_out(act.session, preparation, act.now, lifetime)
    act.audit(
        Tag.CONTRACT_HANDED_OUT,
        city=contract.city,
        subject=("contract", contract.id),
        step=step.id,
        until=_text(handed.handed_out_until),
        certificate=preparation.subject.fingerprint,
    )
    return handed


def take_contract_back(
    act: Act, contract: Contract, step: CirculationStep, signed: SignedParty, circumstances: Circumstances
) -> None:
    """Keep the signatures that came back in time."""
    _begin(act, contract, step)
    keep_taken_back(act.session, signed, circumstances, act.now)
    note_agreement(act, contract, step, circumstances)


def refuse_witness_step(step: CirculationStep) -> None:
    """These acts are for whoever signs with an own certificate, whatever an address bar says."""
    if not step.signs_as_party:
        raise RuleViolation(
            "not_a_party_step",
            "この依頼は、ご自身の証明書で署名するものではありません。",
            remedy="書類の画面から、表示されたボタンで回答します。",
        )


def _begin(act: Act, contract: Contract, step: CirculationStep) -> None:
    begin_answer(act, contract, step)
    refuse_witness_step(step)
    refuse_after_deadline(act, contract)
    refuse_without_guarantee(act, contract, step)


def _text(at: datetime) -> str:
    return at.isoformat()
