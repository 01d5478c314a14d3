"""Drafts of applications (申込みの下書き): the form of a kind with what the desk knows, and what is filled in beforehand."""

from collections.abc import Mapping

from sqlalchemy import select

from forms.desk_applications import DeskApplicationForm, DeskContext
from guarantees.desk.companies import desk_of
from guarantees.desk.histories import newest_contents
from guarantees.desk.orm import (
    ApplicationKind,
    DeskApplication,
    DeskCustomer,
    DeskGuarantee,
    DeskRecommendation,
)
from guarantees.issuers import issuer_of
from guarantees.products import Product
from portal.workflows.act import Act
from portal.workflows.apply_for_guarantee import typed_of
from portal.workflows.desk_facts import base_guarantees, is_allowed, orderers_for, prefilled_from
from procurement.wareki import jst_date

BASES = {
    ApplicationKind.ADVANCE_AFTER_CONTRACT: Product.CONTRACT,
    ApplicationKind.INTERIM: Product.ADVANCE_PAYMENT,
}


def form_for(
    act: Act,
    customer: DeskCustomer,
    kind: ApplicationKind,
    typed: Mapping[str, str],
    recommendation: DeskRecommendation | None = None,
) -> DeskApplicationForm:
    """The form of a kind of application with what was typed, or what is known beforehand."""
    issuer = issuer_of(customer.issuer)
    base = base_guarantees(act, customer.id, BASES[kind]) if kind in BASES else {}
    context = DeskContext(
        kind=kind,
        issuer=issuer.code,
        is_west=issuer.layout == "west",
        today=jst_date(act.now),
        orderers=orderers_for(act, issuer.code),
        branches=desk_of(issuer.code).branches,
        is_allowed=is_allowed(act, recommendation),
        base=base,
    )
    return DeskApplicationForm(context, typed)


def form_of(act: Act, application: DeskApplication) -> DeskApplicationForm:
    """The form of an application that was begun."""
    recommendation = (
        act.session.get(DeskRecommendation, application.recommendation_id)
        if application.recommendation_id
        else None
    )
    return form_for(act, application.customer, application.kind, typed_of(application), recommendation)


def begun_with(customer: DeskCustomer, recommendation: DeskRecommendation | None) -> dict[str, str]:
    """What is filled in at the start: the recommended work, the customer's own address, its usual answers. (GUAR-14)"""
    is_west = issuer_of(customer.issuer).layout == "west"
    values = {
        "redeposit": "no",
        "advance_payment_way": "at_once",
        "contract_payment_way": "at_once",
        "interim_payment_way": "at_once",
        "branch": desk_of(customer.issuer).branches[0],
        "mail_address": customer.mail_address,
        "addressee": customer.name,
        "address1": customer.address,
        "receiving": "" if is_west else "post",
        "notice": "" if is_west else "yes",
    }
    values |= {name: str(value) for name, value in (recommendation.values if recommendation else {}).items()}
    return {name: value for name, value in values.items() if value}


def with_base(act: Act, customer: DeskCustomer, typed: dict[str, str]) -> dict[str, str]:
    """What the chosen earlier guarantee says of the work, where nothing is typed yet."""
    number = typed.get("base_number")
    own = select(DeskGuarantee).where(
        DeskGuarantee.customer_id == customer.id, DeskGuarantee.number == number
    )
    base = act.session.scalar(own)
    if base is None:
        return typed
    return {"orderer": base.orderer} | prefilled_from(newest_contents(base)) | typed
