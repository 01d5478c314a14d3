"""Amend a contract (変更契約): electronic only if the original was, with the addresses carried over."""

from dataclasses import dataclass
from datetime import date

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.changed_certificates import ask_for_changed_certificates
from portal.workflows.locks import lock_case
from portal.workflows.review_filing import request_in_force
from portal.workflows.texts import required_reason
from procurement.contracts import Contract, ContractAmendment, check_amounts
from procurement.errors import RuleViolation
from procurement.rules import Route


@dataclass(frozen=True)
class NewAmendment:
    """What changes: new price and tax in whole yen, new period, and why."""

    contract_price: int
    consumption_tax: int
    reason: str
    starts_on: date | None = None
    ends_on: date | None = None


def amend_contract(act: Act, original: Contract, new: NewAmendment) -> ContractAmendment:
    """Begin an electronic amendment; refused for an original on paper, in the city's words. (CITY-09, CITY-65)"""
    reason = required_reason(new.reason, ContractAmendment.amendment_reason, "変更の理由")
    check_amounts(new.contract_price, new.consumption_tax)
    lock_case(act, original.case_id)
    refuse_unless_amendable(act, original)
    case = original.case
    number = max(contract.amendment_number for contract in case.contracts) + 1
    first = case.contracts[0]
    amendment = ContractAmendment(
        city=original.city,
        company_id=original.company_id,
        amendment_number=number,
        number=f"{first.number}-A{number}",
        title=original.title,
        route=Route.ELECTRONIC,
        route_reason="当初契約が電子契約のため。利用するメールアドレスは当初の申請のものを引き継ぎます。",
        contract_price=new.contract_price,
        consumption_tax=new.consumption_tax,
        starts_on=new.starts_on or original.starts_on,
        ends_on=new.ends_on or original.ends_on,
        amendment_reason=reason,
        original_id=original.id,
        made_at=act.now,
    )
    case.contracts.append(amendment)
    act.session.flush()
    act.audit(
        Tag.CONTRACT_AMENDED, city=original.city, subject=("contract", amendment.id), original=original.number
    )
    ask_for_changed_certificates(act, amendment)
    return amendment


def refuse_unless_amendable(act: Act, original: Contract) -> None:
    """Refuse an amendment of a paper contract, of one not concluded, and a second one beside an open one."""
    rules = act.rules(original.city)
    decision = rules.amendment(original.route or Route.PAPER)
    if not decision.allowed:
        raise RuleViolation(
            "amendment_of_paper_contract",
            decision.text,
            decision.source,
            "変更契約は、当初契約と同じく紙で締結します。",
        )
    if not original.is_concluded:
        raise RuleViolation(
            "amendment_before_conclusion",
            "当初契約がまだ締結されていないため、変更契約は作成できません。",
            remedy="当初契約の内容を直すときは、契約書を作り直します。",
        )
    if any(not contract.is_concluded for contract in original.case.contracts):
        raise RuleViolation(
            "amendment_already_open",
            "締結の済んでいない変更契約があります。",
            remedy="先にその変更契約を締結するか、取り消します。",
        )
    if request_in_force(act, original.case_id) is None:
        raise RuleViolation(
            "no_addresses_to_carry_over",
            "引き継ぐメールアドレス（電子契約の利用申請）がありません。",
            remedy="事業者に利用申請を出し直してもらいます。",
        )
