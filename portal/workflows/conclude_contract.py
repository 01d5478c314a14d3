"""Conclude a contract (契約締結): only a workflow that has verified the finished PDF may say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.changed_certificates import look_again
from portal.workflows.recipients import notify_officers
from portal.workflows.write_signing_letters import write_completion
from procurement.cases import ProcurementCase
from procurement.contract_dates import check_contract_date
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from procurement.rules import DeadlineKind
from signing import Envelope, Verdict, mark_released


@dataclass(frozen=True)
class FinishedDocument:
    """A finished document as it lies in the store, and what the verification found."""

    envelope_document_id: str
    sha256: str
    size: int
    verdict: Verdict


def conclude_contract(
    act: Act, contract: Contract, envelope: Envelope, finished: Mapping[str, FinishedDocument]
) -> None:
    """Both sides have sealed, every document was verified: the contract is concluded. (CITY-08, CITY-14)

    The caller has locked the case. `finished` is keyed by the envelope's document id. Raises RuleViolation, and concludes nothing, when a
    document is missing, is not valid, or carries another date than the day of its last signature.
    """
    _refuse_unverified(envelope, finished)
    last_signed_at = last_signature_at(finished)
    if envelope.contract_on is None:
        raise RuleViolation("contract_date_missing", "契約締結日の記入がありません。")
    check_contract_date(envelope.contract_on, last_signed_at, act.rules(contract.city))
    for document in contract.documents:
        done = finished[document.envelope_document_id or ""]
        document.final_sha256, document.final_size = done.sha256, done.size
    contract.completion_problem = None
    contract.conclude(at=last_signed_at, on=envelope.contract_on)
    mark_released(act.session, envelope.id, act.now)
    _settle_deadlines(contract.case, last_signed_at)
    if contract.is_amendment:
        look_again(act, contract.case_id)
    act.audit(
        Tag.CONTRACT_CONCLUDED,
        city=contract.city,
        subject=("contract", contract.id),
        number=contract.number,
        documents={document.name: document.final_sha256 for document in contract.documents},
    )
    write_completion(act, contract, envelope)


def report_unverified(act: Act, contract: Contract, refusal: RuleViolation) -> None:
    """The finished file did not pass: it stays "being completed", and people are told at once, and once."""
    contract.completion_checked_at = act.now
    if contract.completion_problem is not None:
        return
    contract.completion_problem = refusal.sentence()
    act.audit(
        Tag.CONTRACT_UNVERIFIED,
        city=contract.city,
        subject=("contract", contract.id),
        problem=refusal.sentence(),
    )
    notify_officers(
        act,
        contract.case,
        "signing_unverified",
        key=f"signing-unverified:{contract.envelope_id}",
        contract=contract,
        problem=refusal.sentence(),
    )


def last_signature_at(finished: Mapping[str, FinishedDocument]) -> datetime:
    """The proven instant of the newest signature in all documents."""
    instants = [
        signature.stamped_at
        for document in finished.values()
        for signature in document.verdict.signatures
        if signature.kind == "signature" and signature.stamped_at is not None
    ]
    if not instants:
        raise RuleViolation("no_signature", "完成した文書に電子署名がありません。")
    return max(instants)


def _refuse_unverified(envelope: Envelope, finished: Mapping[str, FinishedDocument]) -> None:
    for document in envelope.documents:
        done = finished.get(document.id)
        if done is None or done.sha256 != document.head_sha256:
            raise RuleViolation("document_missing", f"「{document.name}」の完成した文書が見つかりません。")
        if done.verdict.verdict != "valid":
            raise RuleViolation(
                "document_not_valid", f"「{document.name}」の検証に合格しませんでした。{done.verdict.summary}"
            )


def _settle_deadlines(case: ProcurementCase, at: datetime) -> None:
    for deadline in case.deadlines:
        if deadline.kind == DeadlineKind.CONTRACT_CONCLUSION:
            deadline.settle(at)
