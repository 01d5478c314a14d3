"""Draft a contract (契約書の作成): generated from the case or uploaded, up to the files that one envelope holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.locks import lock_case
from portal.workflows.texts import fitting_line
from procurement.contracts import Contract, ContractDocument, ContractStage
from procurement.errors import RuleViolation


@dataclass(frozen=True)
class NewDocument:
    """A document that lies in the store already; `date_field` is ``{"page", "rect"}`` or None. (SIGN-04)"""

    name: str
    origin: str
    sha256: str
    size: int
    page_count: int
    date_field: dict[str, Any] | None = None


def add_document(act: Act, contract: Contract, new: NewDocument) -> ContractDocument:
    """Put a document into the envelope to be; a generated contract replaces the earlier generated one."""
    lock_case(act, contract.case_id)
    refuse_unless_drafting(contract)
    name = fitting_line(new.name, ContractDocument.name, "書類の名前")
    _refuse_twin(contract, new)
    if new.origin == "generated":
        contract.documents = [d for d in contract.documents if d.origin != "generated"]
        act.session.flush()
    limit = act.rules(contract.city).signing.max_files
    if len(contract.documents) >= limit:
        raise RuleViolation(
            "too_many_documents",
            f"一つの封筒に入れられる書類は{limit}ファイルまでです。",
            act.rules(contract.city).signing.mark.source,
            "要らない書類を外すか、PDF を一つにまとめます。",
        )
    document = ContractDocument(
        city=contract.city,
        position=_next_position(contract, first=new.origin == "generated"),
        name=name,
        origin=new.origin,
        draft_sha256=new.sha256,
        size=new.size,
        page_count=new.page_count,
        date_field=new.date_field,
    )
    contract.documents.append(document)
    contract.documents.sort(key=lambda d: d.position)
    act.session.flush()
    act.audit(
        Tag.CONTRACT_DRAFTED,
        city=contract.city,
        subject=("contract", contract.id),
        name=name,
        sha256=new.sha256,
    )
    return document


def _refuse_twin(contract: Contract, new: NewDocument) -> None:
    """The same bytes uploaded twice are a slip, or a second press of the same button."""
    same = any(kept.draft_sha256 == new.sha256 for kept in contract.documents)
    if same and new.origin == "uploaded":
        raise RuleViolation(
            "same_document_twice",
            f"「{new.name}」と同じ内容の書類が、すでに入っています。",
            remedy="入っている書類をご確認ください。",
        )


def remove_document(act: Act, contract: Contract, document_id: str) -> None:
    """Take a document out again before sending."""
    lock_case(act, contract.case_id)
    refuse_unless_drafting(contract)
    kept: Sequence[ContractDocument] = [d for d in contract.documents if d.id != document_id]
    for document in contract.documents:
        if document.id == document_id:
            act.audit(
                Tag.CONTRACT_DOCUMENT_REMOVED,
                city=contract.city,
                subject=("contract", contract.id),
                name=document.name,
            )
    contract.documents = list(kept)
    act.session.flush()


def place_date_field(
    act: Act, contract: Contract, document_id: str, date_field: dict[str, Any] | None
) -> None:
    """Say where the contract date goes in a document; only one document carries it. (SIGN-50)"""
    lock_case(act, contract.case_id)
    refuse_unless_drafting(contract)
    for document in contract.documents:
        document.date_field = date_field if document.id == document_id else None
    act.session.flush()


def refuse_unless_drafting(contract: Contract) -> None:
    """Documents change only before they are sent: what is sent is what is signed."""
    if contract.stage is not ContractStage.DRAFTING:
        raise RuleViolation(
            "contract_not_draft",
            "契約書類を変えられるのは、利用申請の受理後、署名依頼を送信する前だけです。",
            remedy="送信済みのときは、署名依頼を取り消してから作り直します。",
        )


def _next_position(contract: Contract, *, first: bool) -> int:
    positions = [d.position for d in contract.documents]
    if first:
        return min(positions, default=1) - 1
    return max(positions, default=0) + 1
