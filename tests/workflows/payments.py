"""Advance payments to play with: a concluded case, guarantees in force, papers filed and accepted, acts by short names."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from forms.meanings import Meaning
from guarantees.lodged import LodgedGuarantee, Means
from portal import clock
from portal.acting import acting, looking
from portal.workflows.act import Act
from portal.workflows.advance_payments import payments_of
from portal.workflows.case_facts import facts_for
from portal.workflows.decide_advance_payment import (
    approve_advance_payment,
    recognise_advance_payment,
    record_payment,
)
from portal.workflows.file_application import save_draft, submit_filing
from portal.workflows.move_to_paper import conclude_on_paper, move_to_paper
from portal.workflows.request_advance_payment import (
    NewPayment,
    claim_advance_payment,
    request_advance_payment,
)
from portal.workflows.review_filing import accept_filing
from portal.workflows.usage_forms import form_of
from procurement.advance_payments import AdvancePayment, PaymentStatus
from procurement.bank_accounts import BankAccount
from procurement.cities.kinds import Channel, GuaranteeKind
from tests.workflows.answers import filled_in
from tests.workflows.town import CONTRACTOR, OFFICER, PAPER, Town

ADVANCE, INTERIM = GuaranteeKind.ADVANCE_PAYMENT, GuaranteeKind.INTERIM_ADVANCE_PAYMENT
ACCOUNT = BankAccount("見本銀行", "本店", "普通", "1234567", "ヤマダケンセツ")
ANSWERS = {
    Meaning.BANK_NAME: ACCOUNT.bank,
    Meaning.BANK_BRANCH: ACCOUNT.branch,
    Meaning.BANK_ACCOUNT_KIND: ACCOUNT.kind,
    Meaning.BANK_ACCOUNT_NUMBER: ACCOUNT.number,
    Meaning.BANK_ACCOUNT_HOLDER: ACCOUNT.holder,
}


def conclude(town: Town, **changes: Any) -> Town:
    """A case of eleven million yen and 100 days, concluded today on paper, which takes no keys."""
    today = clock.today()
    period = {"starts_on": today, "ends_on": today + timedelta(days=99)}
    town.award(**period | changes)
    with acting(OFFICER) as act:
        move_to_paper(act, town.contract(act), reason="希望")
        conclude_on_paper(act, town.contract(act), on=clock.today())
    return town


def secure(town: Town, kind: GuaranteeKind, amount: int) -> str:
    """A guarantee that an officer has accepted."""
    with acting(OFFICER) as act:
        case = town.case(act)
        assert case.award is not None
        lodged = LodgedGuarantee(
            city=case.city,
            case_id=case.id,
            company_id=case.award.company_id,
            obligation=kind,
            means=Means.PAPER_SURETY,
            channel=Channel.COUNTER,
            lodged_at=act.now,
            lodged_by="山田",
            amount=amount,
            accepted_at=act.now,
            accepted_by="担当",
        )
        act.session.add(lodged)
        act.session.flush()
        return lodged.id


def ask(
    town: Town, kind: GuaranteeKind = ADVANCE, amount: int = 4_400_000, progress: int | None = None
) -> str:
    with acting(CONTRACTOR) as act:
        return request_advance_payment(act, town.case(act), NewPayment(kind, amount, progress)).id


def payment(act: Act, payment_id: str) -> AdvancePayment:
    return act.session.get_one(AdvancePayment, payment_id)


def claim(payment_id: str) -> None:
    with acting(CONTRACTOR) as act:
        claim_advance_payment(act, payment(act, payment_id), ACCOUNT)


def recognise(payment_id: str, reason: str = "工程表のとおり") -> None:
    with acting(OFFICER) as act:
        recognise_advance_payment(act, payment(act, payment_id), reason)


def approve(payment_id: str, reason: str = "") -> None:
    with acting(OFFICER) as act:
        approve_advance_payment(act, payment(act, payment_id), reason)


def pay(payment_id: str, on: date | None = None) -> None:
    with acting(OFFICER) as act:
        record_payment(act, payment(act, payment_id), on or clock.today())


def statuses(town: Town) -> list[PaymentStatus]:
    with looking(OFFICER) as act:
        return [each.status for each in payments_of(act.session, town.case_id)]


def only(town: Town) -> AdvancePayment:
    with looking(OFFICER) as act:
        (found,) = payments_of(act.session, town.case_id)
        return found


def file_paper(town: Town, code: str, answers: Mapping[Meaning, str], **values: Any) -> int:
    """Fill in a paper of the city and hand it in; the number of its version."""
    with acting(CONTRACTOR) as act:
        form = form_of(act, town.case(act), code)
        filled = filled_in(form, facts_for(act, town.case(act)), answers)
        version = save_draft(act, town.case(act), form, filled | values)
        submit_filing(act, version.filing, form, paper=PAPER)
        return version.number


def accept_paper(town: Town, code: str, number: int) -> None:
    with acting(OFFICER) as act:
        case = town.case(act)
        filing = next(filing for filing in case.filings if filing.form_code == code)
        accept_filing(act, filing, form_of(act, case, code), version_number=number)
