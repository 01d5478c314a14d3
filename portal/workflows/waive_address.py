"""Go on without a confirmed address (確認を待たずに進める): an officer's decision with its reason. (FORM-C06)"""

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.draft_contract import refuse_unless_drafting
from portal.workflows.locks import lock_case
from portal.workflows.review_filing import request_in_force
from portal.workflows.send_for_signing import awaits_address
from portal.workflows.texts import required_reason
from procurement.contracts import Contract
from procurement.electronic_contract_requests import ElectronicContractRequest
from procurement.errors import RuleViolation


def waive_address_confirmation(act: Act, contract: Contract, reason: str) -> None:
    """The address of the application in force counts as settled; a new application is asked anew."""
    reason = required_reason(
        reason, ElectronicContractRequest.address_waived_because, "確認を待たずに進める理由"
    )
    lock_case(act, contract.case_id)
    refuse_unless_drafting(contract)
    request = request_in_force(act, contract.case_id)
    if request is None or not awaits_address(request, act.rules(contract.city)):
        raise RuleViolation(
            "address_not_awaited",
            "メールアドレスの確認を待っている申請はありません。",
            remedy="案件の画面で、いまの状態を確かめてください。",
        )
    request.address_waived_at, request.address_waived_because = act.now, reason
    version = request.filing_version
    act.audit(
        Tag.FILING_ADDRESS_WAIVED,
        city=contract.city,
        subject=("filing", version.filing_id),
        version=version.number,
        reason=reason,
    )
