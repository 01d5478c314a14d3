"""Generate the contract document (契約書の作成) of a case, or of an amendment, as PDF/A with its empty date field."""

from datetime import datetime

from forms.issued.contract_document import IssuedDocument, contract_document
from forms.issued.facts import AmendmentFacts, ContractFacts
from forms.pictures import page_count
from portal.workflows.act import Act
from portal.workflows.draft_contract import NewDocument, refuse_unless_drafting
from procurement.contracts import Contract, ContractAmendment
from procurement.errors import RuleViolation
from procurement.guarantee_limits import limits_for, share
from procurement.wareki import jst_date
from signing import DocumentStore

GUARANTEE_UNKNOWN = "契約金額の100分の10以上"
GUARANTEE_NONE = "免除"
ADVANCE_PAYMENT = "約款の定めるところによる（契約金額の{}以内）"
ADVANCE_NONE = "なし"


def contract_facts(act: Act, contract: Contract) -> ContractFacts:
    """Everything the document says of a contract, from the case as it stands now."""
    refuse_unless_drafting(contract)
    if contract.ends_on is None:
        raise RuleViolation(
            "period_missing",
            "工期・履行期間の終わりの日が登録されていないため、契約書を作成できません。",
            remedy="案件に期間を登録するか、契約書の PDF を追加します。",
        )
    rules, case, company = act.rules(contract.city), contract.case, contract.company
    return ContractFacts(
        category=case.category,
        contract_number=contract.number,
        title=contract.title,
        place=case.place,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        contract_price=contract.contract_price,
        consumption_tax=contract.consumption_tax,
        city_name=rules.name,
        mayor_title=rules.mayor,
        mayor_name="",
        contractor_name=company.name,
        contractor_representative=company.representative,
        contractor_address=company.address,
        guarantee_text=GUARANTEE_UNKNOWN if case.requires_contract_guarantee else GUARANTEE_NONE,
        advance_payment_text=_advance_payment_text(act, contract),
        special_terms=tuple(line for line in contract.special_terms.splitlines() if line.strip()),
        amendment=_amendment(contract) if isinstance(contract, ContractAmendment) else None,
    )


def _advance_payment_text(act: Act, contract: Contract) -> str:
    """Whether there are advance payments: as the terms say, up to the city's share, or none for this kind of case."""
    category = contract.case.category
    limits = limits_for(act.rules(contract.city), category, jst_date(act.now))
    percent = limits.get("advance_percent")
    if not percent or contract.contract_price < (limits.get("advance_price_at_least") or 0):
        return ADVANCE_NONE
    return ADVANCE_PAYMENT.format(share(percent))


def generate_contract(facts: ContractFacts, made_at: datetime, store: DocumentStore) -> NewDocument:
    """Make the PDF and put it into the store; needs no transaction."""
    issued = contract_document(facts, made_at)
    return new_document(issued, store)


def new_document(issued: IssuedDocument, store: DocumentStore) -> NewDocument:
    """An issued document as a draft of the envelope."""
    sha256 = store.put(issued.pdf)
    place = issued.date_field
    return NewDocument(
        name=issued.title,
        origin="generated",
        sha256=sha256,
        size=len(issued.pdf),
        page_count=page_count(store.path(sha256)),
        date_field={"page": place.page + 1, "rect": list(place.rect)},  # people count pages from 1
    )


def _amendment(amendment: ContractAmendment) -> AmendmentFacts:
    before = amendment.original
    assert before.concluded_on is not None
    assert before.ends_on is not None
    return AmendmentFacts(
        number=amendment.amendment_number,
        original_concluded_on=before.concluded_on,
        original_price=before.contract_price,
        original_consumption_tax=before.consumption_tax,
        original_starts_on=before.starts_on,
        original_ends_on=before.ends_on,
        reason=amendment.amendment_reason or "",
    )
