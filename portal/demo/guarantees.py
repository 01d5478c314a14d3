"""Guarantees of the demo (デモの保証): applied for, issued, published, lodged and changed through the workflows that people use."""

from datetime import timedelta

from sqlalchemy import select

from forms.desk_changes import DeskChangeForm
from guarantees.checks import Result
from guarantees.desk.histories import newest_contents
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
from portal import clock
from portal.acting import acting, house, looking
from portal.demo.players import Players
from portal.desk_publishing import publish_guarantee
from portal.guarantee_looking import look_now
from portal.surety.desk_drafts import begun_with, form_for
from portal.workflows.act import SCHEDULER, Act, Actor
from portal.workflows.apply_for_guarantee import begin_application, submit_application
from portal.workflows.decide_guarantee import accept_guarantee, decide_line
from portal.workflows.guarantee_needs import lodged_of
from portal.workflows.issue_guarantee import issue_product, make_asked_change
from portal.workflows.lodge_guarantee import Lodging, lodge
from procurement.cities.kinds import Channel, GuaranteeKind
from procurement.wareki import format_wareki

SURETY_OFFICER = Actor("surety", "demo", "保証会社の担当者")
PERCENT = {Product.CONTRACT: 10, Product.ADVANCE_PAYMENT: 40}
ADVANCES_ROUNDED_TO = 100_000
BY_THEN = timedelta(days=7)
"""So long after the application the customer of the demo wants its certificate."""
ANSWERS = {"permission": "y", "receiving": "post", "notice": "yes", "bid_rounds": "1", "bidders": "5"}
"""What the customer of the demo answers beside the recommended work."""
OF_ADVANCE = {
    "deposit_institution": "みほん銀行　本店",
    "redeposit": "no",
    "has_interim": "yes",
    "plans_interim": "yes",
}
FINE = "変更契約の金額と工期に合わせた変更であることを確かめたため"


def ask_guarantee(players: Players) -> None:
    """An application that waits at the desk."""
    if players.data.get("guarantees"):
        with acting(players.as_customer) as act:
            _apply(act, players)


def issue_guarantees(players: Players) -> None:
    """Everything that the case's data names, issued by the company's officer; electronic ones are published."""
    if not players.data.get("guarantees"):
        return
    with acting(players.as_customer) as act:
        application_id = _apply(act, players).id
    with acting(SURETY_OFFICER) as act:
        application = act.session.get_one(DeskApplication, application_id)
        made = [
            issue_product(act, application, Product(word), house().desk_secrets)
            for word in players.data["guarantees"]
        ]
        electronic = [guarantee.id for guarantee in made if guarantee.is_electronic]
    for guarantee_id in electronic:
        publish_guarantee(guarantee_id)


def lodge_guarantees(players: Players) -> None:
    """What the data says is lodged; a guarantee on paper is announced, and its original has still to come."""
    for word in players.data.get("lodged", ()):
        with looking(SCHEDULER) as act:
            is_electronic = _guarantee(act, players, Product(word)).is_electronic
        if is_electronic:
            _lodge_and_accept(players, Product(word))
        else:
            _announce_paper(players, Product(word))


def lodge_advance_guarantee(players: Players) -> None:
    """The guarantee of an advance payment that is asked for next."""
    _lodge_and_accept(players, Product.ADVANCE_PAYMENT)


def change_guarantees(players: Players) -> None:
    """The changed certificate that an amendment asks for: applied for, issued, published, looked up, accepted."""
    for word in players.data.get("lodged", ()):
        guarantee_id = _apply_for_change(players, Product(word))
        publish_guarantee(guarantee_id)
        with looking(SCHEDULER) as act:
            obligation = GuaranteeKind(word)
            lodged_id = next(row.id for row in lodged_of(act, players.case(act), obligation) if row.is_live)
        _look_and_accept(players, lodged_id)


def _lodge_and_accept(players: Players, product: Product) -> None:
    """The contractor hands number and key in, the officer looks it up and accepts it."""
    with looking(SCHEDULER) as act:
        guarantee = _guarantee(act, players, product)
        number, key = guarantee.number, key_of(guarantee, house().desk_secrets)
    lodging = Lodging(
        obligation=GuaranteeKind(product.value),
        means=Means.ELECTRONIC_SURETY,
        channel=Channel.WEB,
        number=number,
        key=key,
    )
    with acting(players.as_contractor) as act:
        lodged_id = lodge(act, players.case(act), lodging, house().lodged_secrets).id
    _look_and_accept(players, lodged_id)


def _look_and_accept(players: Players, lodged_id: str) -> None:
    """The officer looks, decides what is left to people, and accepts; a mismatch stays refused."""
    look_now(lodged_id, players.as_officer)
    with acting(players.as_officer) as act:
        lodged = act.session.get_one(LodgedGuarantee, lodged_id)
        look = lodged.last_answer
        for line in (look.lines or []) if look else []:
            if lodged.result_of_line(line) is Result.LOOK:
                decide_line(act, lodged, line["code"], is_fine=True, reason=FINE)
        accept_guarantee(act, lodged)


def _announce_paper(players: Players, product: Product) -> None:
    with acting(players.as_contractor) as act:
        guarantee = _guarantee(act, players, product)
        says = newest_contents(guarantee)
        lodging = Lodging(
            obligation=GuaranteeKind(product.value),
            means=Means.PAPER_SURETY,
            channel=Channel.WEB,
            number=guarantee.number,
            issuer_name=issuer_of(guarantee.issuer).name,
            amount=says.guaranteed_amount,
            starts_on=says.guarantee_starts_on,
            ends_on=says.guarantee_ends_on,
        )
        lodge(act, players.case(act), lodging, house().lodged_secrets)


def _apply_for_change(players: Players, product: Product) -> str:
    """The customer asks for the amounts and the end of the work of the amendment; the officer issues."""
    with acting(players.as_customer) as act:
        guarantee, amendment = _guarantee(act, players, product), players.contract(act)
        says, price = newest_contents(guarantee), amendment.contract_price
        typed = DeskChangeForm.typed_from(says, guarantee.form, guarantee.customer.mail_address) | {
            "contract_price": f"{price:,}",
            "guaranteed_amount": f"{price * PERCENT[product] // 100:,}",
            "work_ends_on": format_wareki(amendment.ends_on) if amendment.ends_on else "",
            "reason": "変更契約に伴う契約金額の増額と工期の延長のため",
        }
        form = DeskChangeForm(typed)
        if not form.validate():
            raise ValueError(f"the demo cannot apply for a change: {form.errors}")
        kind = ApplicationKind.CHANGE
        application = begin_application(act, guarantee.customer, kind, typed, guarantee=guarantee)
        submit_application(act, application, form.asked())
        application_id = application.id
    with acting(SURETY_OFFICER) as act:
        application = act.session.get_one(DeskApplication, application_id)
        return make_asked_change(act, application, house().desk_secrets).id


def _apply(act: Act, players: Players) -> DeskApplication:
    offer = _offer(act, players)
    customer = act.session.get_one(DeskCustomer, offer.customer_id)
    typed = begun_with(customer, offer) | _answers(
        players, customer, takes_electronic=_is_taken(act, players)
    )
    form = form_for(act, customer, ApplicationKind.NEW, typed, offer)
    if not form.validate():
        raise ValueError(f"the demo cannot apply for a guarantee: {form.errors}")
    application = begin_application(act, customer, ApplicationKind.NEW, form.typed(), recommendation=offer)
    submit_application(act, application, form.asked())
    return application


def _answers(players: Players, customer: DeskCustomer, *, takes_electronic: bool) -> dict[str, str]:
    price = players.data.get("guarantee_price", players.data["contract_price"])
    wanted = clock.today() + BY_THEN
    answers = ANSWERS | {"contract_price": str(price)}
    answers |= {"wanted_month": str(wanted.month), "wanted_day": str(wanted.day)}
    for word in players.data["guarantees"]:
        product = Product(word)
        name = "contract" if product is Product.CONTRACT else "advance"
        answers |= OF_ADVANCE if product is Product.ADVANCE_PAYMENT else {}
        answers |= {f"apply_{name}": "y", f"{name}_amount": str(amount_of(product, price))}
        answers |= {f"{name}_form": "electronic" if takes_electronic else "paper"}
    if issuer_of(customer.issuer).layout == "west":
        answers |= {"receiving": "electronic" if takes_electronic else "post"}
    return answers


def amount_of(product: Product, price: int) -> int:
    """What the demo has guaranteed, and asks for as an advance payment, of a price; in yen."""
    amount = price * PERCENT[product] // 100
    return amount - amount % ADVANCES_ROUNDED_TO if product is Product.ADVANCE_PAYMENT else amount


def _is_taken(act: Act, players: Players) -> bool:
    """Whether the city takes electronic guarantees at all."""
    return bool(act.city(players.city).guarantees.electronic)


def _offer(act: Act, players: Players) -> DeskRecommendation:
    """The recommendation at the desk that the data names, or else of the company that the city takes electronically."""
    names = {row.issuer for row in act.city(players.city).guarantees.electronic}
    taken = [issuer.code for issuer in issuers() if issuer.name in names]
    codes = [players.data["surety"]] if "surety" in players.data else taken
    return act.session.scalars(
        select(DeskRecommendation).where(
            DeskRecommendation.reference == f"{players.city}/{players.case_id}",
            DeskRecommendation.issuer.in_(codes),
        )
    ).one()


def _guarantee(act: Act, players: Players, product: Product) -> DeskGuarantee:
    offer = _offer(act, players)
    return act.session.scalars(
        select(DeskGuarantee)
        .join(DeskApplication)
        .where(DeskApplication.recommendation_id == offer.id, DeskGuarantee.product == product)
    ).one()
