"""Advance payments of the demo (デモの前払金): asked for, approved and paid, and the election of an interim one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from forms.meanings import Meaning
from forms.official.paper import render_paper
from guarantees.products import Product
from portal import clock
from portal.acting import acting, looking
from portal.demo.answers import BANK, filled_in
from portal.demo.guarantees import amount_of
from portal.demo.players import Players
from portal.workflows.act import Act
from portal.workflows.case_facts import facts_for
from portal.workflows.decide_advance_payment import approve_advance_payment, record_payment
from portal.workflows.file_application import save_draft, submit_filing
from portal.workflows.request_advance_payment import (
    NewPayment,
    claim_advance_payment,
    request_advance_payment,
)
from portal.workflows.review_filing import accept_filing
from portal.workflows.usage_forms import form_of
from procurement.advance_payments import AdvancePayment
from procurement.bank_accounts import BankAccount
from procurement.cities.kinds import GuaranteeKind
from procurement.wareki import jst_date

ACCOUNT = BankAccount(*BANK.values())


def ask_advance(players: Players) -> None:
    """Request and claim (申請と請求): by the city's own paper where the data names one, else on the page."""
    amount = amount_of(Product.ADVANCE_PAYMENT, players.data["contract_price"])
    if "advance_form" in players.data:
        _file(players, players.data["advance_form"], BANK | {Meaning.ADVANCE_AMOUNT: amount})
        return
    with acting(players.as_contractor) as act:
        new = NewPayment(GuaranteeKind.ADVANCE_PAYMENT, amount)
        payment = request_advance_payment(act, players.case(act), new)
        claim_advance_payment(act, payment, ACCOUNT)


def approve_advance(players: Players) -> None:
    """The officer approves (支払の承認)."""
    with acting(players.as_officer) as act:
        approve_advance_payment(act, _payment(act, players), "")


def pay_advance(players: Players) -> None:
    """The officer records the day of the payment (支払日)."""
    with acting(players.as_officer) as act:
        record_payment(act, _payment(act, players), jst_date(act.now))


def elect_interim(players: Players) -> None:
    """The paper that chooses the interim payment, the first of its choices (中間前払金の選択)."""
    _file(players, players.data["election_form"], {})


def _file(players: Players, code: str, answers: Mapping[Meaning, Any]) -> None:
    """A paper of the city, filled in, handed in and accepted."""
    with looking(players.as_contractor) as act:
        case = players.case(act)
        form, facts = form_of(act, case, code), facts_for(act, case)
    values = filled_in(form, facts, players.company, answers)
    paper = render_paper(form, values, clock.now())
    with acting(players.as_contractor) as act:
        version = save_draft(act, players.case(act), form, values)
        submit_filing(act, version.filing, form, paper=paper)
        number = version.number
    with acting(players.as_officer) as act:
        filing = next(filing for filing in players.case(act).filings if filing.form_code == code)
        accept_filing(act, filing, form, version_number=number)


def _payment(act: Act, players: Players) -> AdvancePayment:
    return act.session.scalars(select(AdvancePayment).where(AdvancePayment.case_id == players.case_id)).one()
