"""Complete the signing (署名の完了): seal what was agreed to, ask the next, conclude what is finished.

Run by a job, again and again: everything here may be killed at any line and run in two processes at once.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.conclude_contract import FinishedDocument, conclude_contract, report_unverified
from portal.workflows.locks import lock_case
from portal.workflows.mail_signing_password import PasswordDesk, write_password
from portal.workflows.recipients import notify_officers
from portal.workflows.write_signing_letters import write_request
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from procurement.wareki import format_wareki
from signing import (
    AlreadyFinished,
    CirculationStep,
    Envelope,
    Expectation,
    SealingServices,
    Side,
    SigningRefused,
    TrustStore,
    ask,
    finished_envelopes,
    seal_pending,
    steps_to_ask,
    verify_pdf,
)

log = logging.getLogger(__name__)

CHECK_AGAIN_AFTER = timedelta(minutes=10)
Acts = Callable[[], AbstractContextManager[Act]]
Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Completion:
    """What completing needs: `acts` opens a transaction as the scheduler, `looks` only reads, `transaction` is bare."""

    acts: Acts
    looks: Acts
    transaction: Transaction
    services: SealingServices
    trust: TrustStore
    now: Callable[[], datetime]
    desk: PasswordDesk | None = None
    """Issues signing passwords to whoever signs with an own certificate (当事者型)."""


def complete_signing(work: Completion) -> int:
    """One round: returns how many things moved on; run again until it returns 0."""
    outcomes = seal_pending(work.transaction, work.services, work.now, format_wareki)
    moved = sum(outcome.problem is None for outcome in outcomes)
    return moved + ask_next(work) + conclude_finished(work)


def ask_next(work: Completion) -> int:
    """Write to everybody whose turn has come: the city only after the contractor's seal is stored. (CITY-70)"""
    with work.looks() as act:
        waiting = [step.id for step in steps_to_ask(act.session)]
    return sum(_ask(work, step_id) for step_id in waiting)


def conclude_finished(work: Completion) -> int:
    """Verify each finished envelope, outside of any transaction, and conclude its contract."""
    with work.looks() as act:
        finished = [
            (envelope.id, _files(envelope))
            for envelope in finished_envelopes(act.session)
            if envelope.owner in act.cities  # a city whose file is broken holds up no other
            and is_worth_checking(contract_of(act.session, envelope), act.now)
        ]
    return sum(_conclude(work, envelope_id, _all_verified(work, files)) for envelope_id, files in finished)


def is_worth_checking(contract: Contract, now: datetime) -> bool:
    """A file that did not pass is looked at again after a while, not in every round."""
    return contract.completion_checked_at is None or now - contract.completion_checked_at >= CHECK_AGAIN_AFTER


def contract_of(session: Session, envelope: Envelope) -> Contract:
    """The contract that an envelope belongs to."""
    return session.scalars(select(Contract).where(Contract.id == envelope.reference)).one()


def _ask(work: Completion, step_id: str) -> bool:
    try:
        with work.acts() as act:
            asked = ask(act.session, step_id, act.now)
            if asked is None:
                return False
            contract = contract_of(act.session, asked.step.envelope)
            _note_returned(act, contract, asked.step)
            write_request(act, contract, asked)
            if work.desk is not None:
                write_password(act, work.desk, contract, asked.step)
            return True
    except SigningRefused:
        return False  # ended, or another worker was first; the facts of the envelope say which
    except RuleViolation as refusal:  # one address that takes no mail holds up no other envelope
        log.error("step %s is not asked: %s", step_id, refusal.sentence())
        return False


def _note_returned(act: Act, contract: Contract, step: CirculationStep) -> None:
    """A signature that could not be completed counts no longer: the contract and the officers are told. (AMB-05)"""
    if step.returned_because is None:
        return
    if step.side is Side.SENDER:
        contract.city_agreed_at = None
    else:
        contract.contractor_agreed_at = None
    act.audit(
        Tag.CONTRACT_SIGNATURE_RETURNED,
        city=contract.city,
        subject=("contract", contract.id),
        step=step.id,
        reason=step.returned_because,
    )
    notify_officers(
        act,
        contract.case,
        "signing_returned",
        key=f"signing-returned:{step.id}:{act.now.isoformat()}",
        contract=contract,
        step=step,
        reason=step.returned_because,
    )


def _files(envelope: Envelope) -> list[tuple[str, str, Expectation]]:
    fields = tuple(step.field_name for step in envelope.active_steps if step.field_name)
    return [
        (d.id, d.head_sha256, Expectation(signature_fields=fields, sha256=d.head_sha256))
        for d in envelope.documents
    ]


def _all_verified(work: Completion, files: list[tuple[str, str, Expectation]]) -> dict[str, FinishedDocument]:
    """By document; one that the store has lost is missing here, which keeps its contract from being concluded."""
    found = {}
    for document_id, sha256, expected in files:
        try:
            found[document_id] = _verified(work, document_id, sha256, expected)
        except (OSError, SigningRefused) as error:
            log.error("document %s (%s) cannot be read: %s", document_id, sha256, error)
    return found


def _verified(work: Completion, document_id: str, sha256: str, expected: Expectation) -> FinishedDocument:
    path = work.services.store.path(sha256)
    verdict = verify_pdf(path, work.trust, work.now(), expected)
    return FinishedDocument(document_id, sha256, path.stat().st_size, verdict)


def _conclude(work: Completion, envelope_id: str, documents: dict[str, FinishedDocument]) -> bool:
    with work.acts() as act:
        envelope = act.session.get_one(Envelope, envelope_id)
        contract = contract_of(act.session, envelope)
        lock_case(act, contract.case_id)
        if contract.is_concluded:
            return False
        try:
            with act.session.begin_nested():
                conclude_contract(act, contract, envelope, documents)
        except AlreadyFinished:
            return False
        except RuleViolation as refusal:
            report_unverified(act, contract, refusal)
            return False
        return True
