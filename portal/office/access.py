"""Access (閲覧範囲): what belongs to the officer's own city; anything else is not found."""

from typing import Any, TypeVar

from flask import abort, render_template, request
from sqlalchemy import select

from portal.accounts.identity import current_principal
from portal.office.queues import counted_queues
from portal.workflows.act import Act
from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractDocument
from procurement.errors import RuleViolation
from procurement.filings import Filing
from procurement.rules import CityRules
from signing import SigningRefused

Page = Any
Row = TypeVar("Row", ProcurementCase, Filing, Contract)
REFUSED = (RuleViolation, SigningRefused)
"""What a page shows as a refusal, with everything that was typed still there."""


def own_city() -> str:
    """The city of the person at work; the session sees nothing else anyway."""
    return current_principal().city or abort(403)


def own_rules(act: Act) -> CityRules:
    """The rules of that city that are in force today."""
    return act.rules(own_city())


def the_case(act: Act, case_id: str) -> ProcurementCase:
    """The case of this id; the workflows lock it before they write."""
    return _found(act, ProcurementCase, case_id)


def the_filing(act: Act, filing_id: str) -> Filing:
    """The filing of this id, once something of it was handed in."""
    filing = _found(act, Filing, filing_id)
    return filing if filing.handed_in else abort(404)


def the_contract(act: Act, contract_id: str) -> Contract:
    """The contract (or amendment) of this id."""
    return _found(act, Contract, contract_id)


def the_document(contract: Contract, document_id: str) -> ContractDocument:
    """A document of this contract; the right id under another contract is not found."""
    return next((d for d in contract.documents if d.id == document_id), None) or abort(404)


def show(template: str, act: Act, **values: Any) -> str:
    """A page of the office: with the city's name, the queues with their counts, and the present instant."""
    is_refused = request.method == "POST" and values.get("refusal") is not None
    usual = {"city": own_rules(act), "queues": counted_queues(act), "now": act.now, "is_refused": is_refused}
    values = usual | values
    return render_template(f"office/{template}.html", **values)


def _found(act: Act, kind: type[Row], row_id: str) -> Row:
    return act.session.scalar(select(kind).where(kind.id == row_id)) or abort(404)
