"""Access (閲覧範囲): a customer's own rows at its desk, an officer's own company; anything else is not found."""

from typing import Any, TypeVar

from flask import abort, render_template, request
from sqlalchemy import func, select

from guarantees.desk.orm import (
    DeskApplication,
    DeskCustomer,
    DeskGuarantee,
    DeskPaper,
    DeskRecommendation,
)
from guarantees.errors import GuaranteeRefused
from guarantees.issuers import Issuer, issuer_of, issuers
from portal.accounts.identity import current_principal
from portal.workflows.act import Act
from procurement.errors import RuleViolation

Page = Any
Own = TypeVar("Own", DeskApplication, DeskGuarantee, DeskPaper, DeskRecommendation)
Row = TypeVar("Row", DeskApplication, DeskGuarantee, DeskPaper, DeskCustomer)
REFUSED = (GuaranteeRefused, RuleViolation)
"""What a page shows as a refusal, with everything that was typed still there."""


def own_issuer() -> Issuer:
    """The surety company of the person at work."""
    code = current_principal().organisation
    return issuer_of(code) if code in {issuer.code for issuer in issuers()} else abort(404)


def own_customer(act: Act) -> DeskCustomer:
    """The customer that the account belongs to."""
    customer = act.session.get(DeskCustomer, current_principal().desk_customer_id or "")
    return customer if customer is not None and customer.issuer == own_issuer().code else abort(404)


def my(act: Act, kind: type[Own], row_id: str) -> Own:
    """A row of the customer itself; another customer's is not found."""
    row = select(kind).where(kind.id == row_id, kind.customer_id == own_customer(act).id)
    return act.session.scalar(row) or abort(404)


def ours(act: Act, kind: type[Row], row_id: str) -> Row:
    """A row of the officer's own company; another company's is not found."""
    row = select(kind).where(kind.id == row_id, kind.issuer == own_issuer().code)
    return act.session.scalar(row) or abort(404)


def show(template: str, act: Act, **values: Any) -> str:
    """A page for a customer, with its company's name and its own."""
    values = {"issuer": own_issuer(), "customer": own_customer(act), "now": act.now} | values
    return render_template(f"surety/desk/{template}.html", **values)


def show_officer(template: str, act: Act, **values: Any) -> str:
    """A page for an officer, with the queues and their counts."""
    issuer = own_issuer()
    values = {"issuer": issuer, "counts": _counts(act, issuer.code), "here": request.endpoint} | values
    return render_template(f"surety/officer/{template}.html", now=act.now, **values)


def waiting_applications(issuer: str) -> Any:
    """Applications that wait for the company, as a query."""
    return select(DeskApplication).where(
        DeskApplication.issuer == issuer,
        DeskApplication.submitted_at.is_not(None),
        DeskApplication.sent_back_at.is_(None),
        DeskApplication.settled_at.is_(None),
        DeskApplication.withdrawn_at.is_(None),
    )


def _counts(act: Act, issuer: str) -> dict[str, int]:
    asked = select(DeskCustomer).where(
        DeskCustomer.issuer == issuer,
        DeskCustomer.admitted_at.is_(None),
        DeskCustomer.declined_at.is_(None),
    )
    unread = select(DeskPaper).where(DeskPaper.issuer == issuer, DeskPaper.received_at.is_(None))
    queries = {"applications": waiting_applications(issuer), "customers": asked, "papers": unread}
    return {
        name: act.session.scalar(select(func.count()).select_from(query.subquery())) or 0
        for name, query in queries.items()
    }
