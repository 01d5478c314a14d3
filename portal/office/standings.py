"""Standing of a case (案件の状態) for the office: one word for lists and heads, and its kind of tag."""

from typing import NamedTuple

from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractStage
from procurement.filings import Filing, FilingStatus

SIGNED_ON_PAPER = "紙で締結済み"


class Standing(NamedTuple):
    """The word, and the kind of tag it is shown with."""

    word: str
    kind: str


CONTRACT_WORDS = {
    ContractStage.APPLICATION: Standing("申請待ち", "todo"),
    ContractStage.DRAFTING: Standing("契約書の作成", "started"),
    ContractStage.CONTRACTOR_SIGNING: Standing("受注者の署名待ち", "waiting"),
    ContractStage.CITY_SIGNING: Standing("市の署名待ち", "waiting"),
    ContractStage.COMPLETING: Standing("署名処理中", "waiting"),
    ContractStage.SUSPENDED: Standing("問題の報告", "late"),
    ContractStage.DECLINED: Standing("同意せず却下", "stopped"),
    ContractStage.PAPER: Standing("紙の契約", "neutral"),
    ContractStage.CONCLUDED: Standing("締結済み", "done"),
}
FILING_WORDS = {
    FilingStatus.DRAFT: Standing("入力中", "started"),
    FilingStatus.SUBMITTED: Standing("審査待ち", "sent"),
    FilingStatus.SENT_BACK: Standing("差戻し", "returned"),
    FilingStatus.ACCEPTED: Standing("受理", "accepted"),
    FilingStatus.REJECTED: Standing("却下", "stopped"),
    FilingStatus.WITHDRAWN: Standing("取下げ", "stopped"),
    FilingStatus.VOID: Standing("無効", "stopped"),
}


def contract_standing(contract: Contract) -> Standing:
    """Where one contract stands."""
    if contract.is_concluded and contract.stage is ContractStage.PAPER:
        return Standing(SIGNED_ON_PAPER, "done")
    if contract.completion_problem and not contract.is_concluded:
        return Standing("検証で問題", "late")
    return CONTRACT_WORDS[contract.stage]


def case_standing(case: ProcurementCase) -> Standing:
    """Where a case stands: its newest contract, before that what was last filed."""
    contract = case.contracts[-1]
    if contract.stage is not ContractStage.APPLICATION:
        found = contract_standing(contract)
        return Standing(f"変更：{found.word}", found.kind) if contract.is_amendment else found
    for filing in case.filings:
        status = filing_status(filing)
        if status is FilingStatus.SUBMITTED:
            return Standing("申請の審査待ち", "sent")
        if status in (FilingStatus.SENT_BACK, FilingStatus.REJECTED):
            word = "差戻し中" if status is FilingStatus.SENT_BACK else "申請却下"
            return Standing(word, FILING_WORDS[status].kind)
    return CONTRACT_WORDS[ContractStage.APPLICATION]


def filing_status(filing: Filing) -> FilingStatus:
    """The status as the office sees it: a draft that follows a decision is still the contractor's own."""
    if filing.voided_at:
        return FilingStatus.VOID
    handed_in = filing.handed_in
    return handed_in[-1].status if handed_in else FilingStatus.DRAFT


def filing_standing(filing: Filing) -> Standing:
    """Where one filing stands."""
    return FILING_WORDS[filing_status(filing)]
