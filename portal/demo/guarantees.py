"""Guarantees of the demo (デモの保証): applied for, issued, published and lodged through the workflows that people use."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from forms.issued.key_notices import key_notice
from guarantees.desk.issuing import key_of
from guarantees.desk.orm import (
    ApplicationKind,
    DeskApplication,
    DeskCustomer,
    DeskGuarantee,
    DeskRecommendation,
)
from guarantees.issuers import issuer_of, issuers
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.products import Product
from portal.acting import acting, house, looking
from portal.desk_publishing import publish_guarantee
from portal.guarantee_looking import look_now
from portal.surety.desk_drafts import begun_with, form_for
from portal.surety.desk_guarantees import notice_facts
from portal.workflows.act import SCHEDULER, Act, Actor
from portal.workflows.apply_for_guarantee import begin_application, submit_application
from portal.workflows.decide_guarantee import accept_guarantee
from portal.workflows.issue_guarantee import issue_product
from portal.workflows.lodge_guarantee import Lodging, lodge
from procurement.cases import ProcurementCase
from procurement.cities.kinds import Channel, GuaranteeKind

PERCENT = {Product.CONTRACT: 10, Product.ADVANCE_PAYMENT: 40}
ADVANCES_ROUNDED_TO = 100_000
ANSWERS = {
    "deposit_institution": "みほん銀行　本店",
    "redeposit": "no",
    "has_interim": "yes",
    "plans_interim": "yes",
    "permission": "y",
    "receiving": "post",
    "wanted_month": "6",
    "wanted_day": "1",
    "notice": "yes",
    "bid_rounds": "1",
    "bidders": "5",
}
"""What the customer of the demo answers beside the recommended work."""


@dataclass(frozen=True)
class Told:
    """Which case, and who acts for it."""

    city: str
    data: Mapping[str, Any]
    case_id: str
    company_id: str
    officer_id: str


def ask_guarantee(told: Told) -> None:
    """An application that waits at the desk."""
    if told.data.get("guarantees"):
        with acting(_customer_actor(told)) as act:
            _apply(act, told)


def issue_guarantees(told: Told) -> None:
    """Everything that the case's data names, issued by the company's officer and published."""
    if not told.data.get("guarantees"):
        return
    with acting(_customer_actor(told)) as act:
        application_id = _apply(act, told).id
    with acting(Actor("surety", "demo", "保証会社の担当者")) as act:
        application = act.session.get_one(DeskApplication, application_id)
        made = [
            issue_product(act, application, Product(word), house().desk_secrets).id
            for word in told.data["guarantees"]
        ]
    for guarantee_id in made:
        publish_guarantee(guarantee_id)


def lodge_guarantees(told: Told) -> None:
    """What the data says is lodged: the contractor hands it in, the officer looks it up and accepts it."""
    for word in told.data.get("lodged", ()):
        with looking(SCHEDULER) as act:
            guarantee = _guarantee(act, told, Product(word))
            number, key = guarantee.number, key_of(guarantee, house().desk_secrets)
        lodging = Lodging(
            obligation=GuaranteeKind(word),
            means=Means.ELECTRONIC_SURETY,
            channel=Channel.WEB,
            number=number,
            key=key,
        )
        contractor = Actor("contractor", told.company_id, told.data["company"])
        officer = Actor("office", told.officer_id, "市の契約担当者")
        with acting(contractor) as act:
            case = act.session.get_one(ProcurementCase, told.case_id)
            lodged_id = lodge(act, case, lodging, house().lodged_secrets).id
        look_now(lodged_id, officer)
        with acting(officer) as act:
            accept_guarantee(act, act.session.get_one(LodgedGuarantee, lodged_id))


def write_notices() -> int:
    """Key notices of every electronic guarantee under demo/notices/; the names say city, case, product, layout."""
    folder = Path(current_app.config["INSTANCE"]) / "demo" / "notices"
    folder.mkdir(parents=True, exist_ok=True)
    with looking(SCHEDULER) as act:
        rows = act.session.scalars(select(DeskGuarantee).order_by(DeskGuarantee.number)).all()
        sheets = [_sheet(act, row) for row in rows if row.is_electronic and row.has_arrived]
    for name, layout, facts in sheets:
        (folder / name).write_bytes(key_notice(layout, facts))
    return len(sheets)


def _sheet(act: Act, guarantee: DeskGuarantee) -> tuple[str, str, Any]:
    issuer = issuer_of(guarantee.issuer)
    offer = act.session.get_one(DeskRecommendation, guarantee.application.recommendation_id)
    city, _, case_id = offer.reference.partition("/")
    number = act.session.get_one(ProcurementCase, case_id).number
    name = f"{city}_{number}_{guarantee.product.value}_{issuer.layout}.pdf"
    return name.replace("/", "-"), issuer.layout, notice_facts(guarantee, issuer.name)


def _apply(act: Act, told: Told) -> DeskApplication:
    offer = _offer(act, told)
    customer = act.session.get_one(DeskCustomer, offer.customer_id)
    typed = begun_with(customer, offer) | _answers(told, customer)
    form = form_for(act, customer, ApplicationKind.NEW, typed, offer)
    if not form.validate():
        raise ValueError(f"the demo cannot apply for a guarantee: {form.errors}")
    application = begin_application(act, customer, ApplicationKind.NEW, form.typed(), recommendation=offer)
    submit_application(act, application, form.asked())
    return application


def _answers(told: Told, customer: DeskCustomer) -> dict[str, str]:
    price = told.data.get("guarantee_price", told.data["contract_price"])
    answers = ANSWERS | {"contract_price": str(price)}
    for word in told.data["guarantees"]:
        product = Product(word)
        name = "contract" if product is Product.CONTRACT else "advance"
        amount = price * PERCENT[product] // 100
        if product is Product.ADVANCE_PAYMENT:
            amount -= amount % ADVANCES_ROUNDED_TO
        answers |= {f"apply_{name}": "y", f"{name}_amount": str(amount)}
        answers |= {f"{name}_form": "electronic"}
    if issuer_of(customer.issuer).layout == "west":
        answers |= {"receiving": "electronic"}
    return answers


def _offer(act: Act, told: Told) -> DeskRecommendation:
    """The recommendation at the desk of the company that the city takes electronically."""
    names = {row.issuer for row in act.city(told.city).guarantees.electronic}
    codes = [issuer.code for issuer in issuers() if issuer.name in names]
    return act.session.scalars(
        select(DeskRecommendation).where(
            DeskRecommendation.reference == f"{told.city}/{told.case_id}",
            DeskRecommendation.issuer.in_(codes),
        )
    ).one()


def _guarantee(act: Act, told: Told, product: Product) -> DeskGuarantee:
    offer = _offer(act, told)
    return act.session.scalars(
        select(DeskGuarantee)
        .join(DeskApplication)
        .where(DeskApplication.recommendation_id == offer.id, DeskGuarantee.product == product)
    ).one()


def _customer_actor(told: Told) -> Actor:
    return Actor("surety", told.company_id, "お客様")
