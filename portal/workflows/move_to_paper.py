"""Move to paper (紙契約への切替え), and record what was concluded on paper."""

from datetime import date, datetime, time

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.changed_certificates import look_again
from portal.workflows.guarantee_on_paper import confirm_open_guarantee
from portal.workflows.locks import lock_case
from portal.workflows.recipients import notify_contractor
from portal.workflows.review_filing import request_in_force
from portal.workflows.texts import required_reason
from procurement.contract_dates import check_contract_date, check_paper_contract_date
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from procurement.rules import CityRules, DeadlineKind, Route
from procurement.wareki import JST, jst_date

LONGEST_REASON = 250
"""It stands in the voiding of the application as well, with words around it."""


def move_to_paper(act: Act, contract: Contract, *, reason: str) -> None:
    """The contract goes on paper, with a reason; the usage application becomes void. (CITY-13, CITY-69)"""
    reason = required_reason(reason, Contract.route_reason, "紙の契約に切り替える理由", limit=LONGEST_REASON)
    _refuse_where_not_allowed(act.rules(contract.city))
    lock_case(act, contract.case_id)
    contract.move_to_paper(reason)
    case = contract.case
    if not contract.is_amendment:
        void_applications(act, contract, f"紙の契約に切り替えたため（{reason}）")
        _lift_application(act, contract)
    act.audit(Tag.CONTRACT_TO_PAPER, city=contract.city, subject=("contract", contract.id), reason=reason)
    notify_contractor(
        act, case, "moved_to_paper", key=f"moved-to-paper:{contract.id}", contract=contract, reason=reason
    )


def _refuse_where_not_allowed(rules: CityRules) -> None:
    if not rules.late_handling.move_to_paper_with_reason:
        raise RuleViolation(
            "paper_not_allowed",
            f"{rules.name}では、電子契約から紙の契約に切り替えません。",
            rules.late_handling.mark.source,
            "電子契約の手続きを続けます。",
        )


def conclude_on_paper(act: Act, contract: Contract, *, on: date, guarantee_open_because: str = "") -> None:
    """Record that the contract was signed on paper on that day; never for an electronic one. (CITY-08, CITY-69)

    `guarantee_open_because` says why no guarantee could be confirmed, where one is required. (CITY-30)
    """
    rules = act.rules(contract.city)
    lock_case(act, contract.case_id)
    if contract.route is not Route.PAPER:
        check_contract_date(on, contract.concluded_at, rules)
        contract.conclude_on_paper(on=on, recorded_at=act.now)
    award = contract.case.award
    assert award is not None
    check_paper_contract_date(on, award.awarded_on, jst_date(act.now), rules)
    confirm_open_guarantee(act, contract, guarantee_open_because)
    contract.conclude_on_paper(on=on, recorded_at=act.now)
    if not contract.is_amendment:
        void_applications(act, contract, "紙の契約書で契約を締結したため")
        _lift_application(act, contract)
        _settle_conclusion(contract, on)
    else:
        look_again(act, contract.case_id)
    act.audit(
        Tag.CONTRACT_CONCLUDED_ON_PAPER,
        city=contract.city,
        subject=("contract", contract.id),
        on=on.isoformat(),
    )


def note_refused_date(act: Act, contract: Contract, claimed: date) -> None:
    """Record that a contract date was claimed and refused; in an act of its own, after the refused one. (CITY-08)"""
    act.audit(
        Tag.CONTRACT_DATE_REFUSED,
        city=contract.city,
        subject=("contract", contract.id),
        claimed=claimed.isoformat(),
    )


def void_applications(act: Act, contract: Contract, because: str) -> None:
    """The usage application counts no longer (無効). (CITY-69)"""
    form_code = act.rules(contract.city).usage_application.form
    for filing in contract.case.filings:
        if filing.form_code == form_code:
            filing.void(act.now, because)
    request = request_in_force(act, contract.case_id)
    if request is not None:
        request.voided_at, request.voided_because = act.now, because


def _lift_application(act: Act, contract: Contract) -> None:
    for deadline in contract.case.deadlines:
        if deadline.kind == DeadlineKind.USAGE_APPLICATION:
            deadline.lift(act.now, "紙の契約に切り替えたため")


def _settle_conclusion(contract: Contract, on: date) -> None:
    """What counts is the day on the paper, not the day on which somebody recorded it."""
    for deadline in contract.case.deadlines:
        if deadline.kind == DeadlineKind.CONTRACT_CONCLUSION:
            deadline.settle(datetime.combine(on, time(), JST))
