"""Arrange documents (契約書類の並べ替え) before they are sent: their order, and the special terms to print."""

from portal.workflows.act import Act
from portal.workflows.draft_contract import refuse_unless_drafting
from portal.workflows.locks import lock_case
from portal.workflows.texts import fitting
from procurement.contracts import Contract


def move_document(act: Act, contract: Contract, document_id: str, *, places: int) -> None:
    """Move a document up (negative) or down in the order in which the envelope shows them. (SIGN-04)"""
    lock_case(act, contract.case_id)
    refuse_unless_drafting(contract)
    order = list(contract.documents)
    here = next((at for at, document in enumerate(order) if document.id == document_id), None)
    if here is None:
        return
    moved = order.pop(here)
    order.insert(max(0, here + places), moved)
    beyond = max(len(order), *(document.position for document in order)) + 1
    for start in (beyond, 1):  # first out of the way: a position belongs to one document at every moment
        for place, document in enumerate(order, start=start):
            document.position = place
        act.session.flush()


def write_special_terms(act: Act, contract: Contract, text: str) -> None:
    """Keep the special terms (特約事項) that the generated document prints, one in each line."""
    terms = fitting(text, Contract.special_terms, "特約事項")
    lock_case(act, contract.case_id)
    refuse_unless_drafting(contract)
    contract.special_terms = terms
