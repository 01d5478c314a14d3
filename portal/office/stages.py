"""Stages in SQL (段階の絞り込み): the twins of `Contract.stage` and `Filing.status`, for lists and counts."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractStage
from procurement.filings import Filing, FilingVersion
from procurement.rules import Route

Condition = ColumnElement[bool]

_FACTS: tuple[tuple[Any, ContractStage], ...] = (
    (Contract.concluded_at, ContractStage.CONCLUDED),
    (Contract.declined_at, ContractStage.DECLINED),
    (Contract.suspended_at, ContractStage.SUSPENDED),
    (Contract.city_agreed_at, ContractStage.COMPLETING),
    (Contract.contractor_agreed_at, ContractStage.CITY_SIGNING),
    (Contract.sent_at, ContractStage.CONTRACTOR_SIGNING),
    (Contract.route, ContractStage.DRAFTING),
)


def contract_is(stage: ContractStage) -> Condition:
    """The contract stands at this stage; the first fact of the list that is there decides."""
    if stage is ContractStage.PAPER:
        return Contract.route == Route.PAPER
    earlier: list[Condition] = [Contract.route.is_distinct_from(Route.PAPER)]
    for fact, reached in _FACTS:
        if reached is stage:
            return and_(*earlier, fact.is_not(None))
        earlier.append(fact.is_(None))
    return and_(*earlier)


def newest_contract(*conditions: Condition) -> Condition:
    """The case's newest contract (the original, or its last amendment) is like this."""
    later = aliased(Contract)
    superseded = exists().where(
        later.case_id == Contract.case_id, later.amendment_number > Contract.amendment_number
    )
    return exists().where(Contract.case_id == ProcurementCase.id, ~superseded, *conditions)


def newest_stage(*stages: ContractStage) -> Condition:
    """The case's newest contract stands at one of these stages."""
    return newest_contract(or_(*(contract_is(stage) for stage in stages)))


def has_filing_to_review() -> Condition:
    """Something was handed in and nobody has decided about it; it is always the newest version."""
    return _filing(
        FilingVersion.submitted_at.is_not(None),
        FilingVersion.accepted_at.is_(None),
        FilingVersion.rejected_at.is_(None),
        FilingVersion.sent_back_at.is_(None),
        FilingVersion.withdrawn_at.is_(None),
    )


def has_filing_sent_back() -> Condition:
    """What was handed in last was sent back, whether or not the contractor is writing again."""
    return _filing(FilingVersion.sent_back_at.is_not(None), ~_handed_in_again())


def has_filing_rejected() -> Condition:
    """What was handed in last was rejected."""
    return _filing(FilingVersion.rejected_at.is_not(None), ~_handed_in_again())


def _handed_in_again() -> Condition:
    later = aliased(FilingVersion)
    return exists().where(
        later.filing_id == FilingVersion.filing_id,
        later.number > FilingVersion.number,
        later.submitted_at.is_not(None),
    )


def _filing(*conditions: Condition) -> Condition:
    return exists().where(
        Filing.case_id == ProcurementCase.id,
        Filing.voided_at.is_(None),
        FilingVersion.filing_id == Filing.id,
        *conditions,
    )
