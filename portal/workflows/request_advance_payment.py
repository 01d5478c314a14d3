"""Ask for an advance payment (前払金・中間前払金の申請と請求): on the contractor's page, or by an accepted filing."""

from dataclasses import dataclass

from sqlalchemy import select

from forms.meanings import Meaning
from forms.model import FormDefinition
from forms.values import read_value, restored, text_of
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.advance_payments import (
    conditions_now,
    facts_of_request,
    payments_of,
    refuse_interim_when_partial,
)
from portal.workflows.locks import lock_case
from portal.workflows.recipients import notify_officers
from procurement.advance_payments import AdvancePayment, PaymentStatus
from procurement.bank_accounts import BankAccount
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingVersion
from procurement.payment_conditions import PAYMENT_WORDS, judge, refusal_of_request

ACCOUNT_MEANINGS = {
    "bank": Meaning.BANK_NAME,
    "branch": Meaning.BANK_BRANCH,
    "kind": Meaning.BANK_ACCOUNT_KIND,
    "number": Meaning.BANK_ACCOUNT_NUMBER,
    "holder": Meaning.BANK_ACCOUNT_HOLDER,
}


@dataclass(frozen=True)
class NewPayment:
    """What is asked for: which payment, how much in yen, and, of an interim one, how much work is done in per cent."""

    kind: GuaranteeKind
    amount: int
    progress_percent: int | None = None


def request_advance_payment(act: Act, case: ProcurementCase, new: NewPayment) -> AdvancePayment:
    """Ask for it (申請); refused in words where a condition cannot be met. The guarantee may come later. (FILE-05)"""
    lock_case(act, case.id)
    refuse_request(act, case, new)
    payment = _new_payment(act, case, new)
    notify_officers(act, case, "payment_requested", key=f"payment-requested:{payment.id}", payment=payment)
    return payment


def refuse_request(act: Act, case: ProcurementCase, new: NewPayment) -> None:
    """Refuse what cannot be asked for: no award, one that is still decided on, an unmet condition."""
    if case.award is None:
        raise RuleViolation("payment_before_award", "落札者が決まるまで、前払金は申請できません。")
    refuse_second(act, case, new.kind)
    if new.progress_percent is not None and not 0 <= new.progress_percent <= 100:
        raise RuleViolation(
            "payment_progress_out_of_range", "出来高は0％から100％までです。", remedy="数字を確認します。"
        )
    facts = facts_of_request(act, case, new.kind, new.amount, new.progress_percent)
    if refusal := refusal_of_request(judge(facts)):
        raise refusal


def refuse_second(act: Act, case: ProcurementCase, kind: GuaranteeKind) -> None:
    """Refuse a second request beside one that is not paid yet: the two would be mixed up."""
    name = PAYMENT_WORDS[kind]
    for payment in payments_of(act.session, case.id):
        if payment.kind is kind and payment.is_live and payment.status is not PaymentStatus.PAID:
            raise RuleViolation(
                "payment_open",
                f"先に申請した{name}が「{payment.status.label}」の段階です。",
                remedy="その手続きが終わるのを待ちます。額を直すときは、市に差し戻してもらいます。",
            )


def claim_advance_payment(act: Act, payment: AdvancePayment, account: BankAccount) -> None:
    """Claim it (請求) with the account; of an interim payment after the recognition."""
    lock_case(act, payment.case_id)
    payment.claim(now=act.now, by=act.actor.name, account=account)
    _note_claim(act, payment)
    notify_officers(
        act, payment.case, "payment_claimed", key=f"payment-claimed:{payment.id}", payment=payment
    )


def take_up_payment(act: Act, filing: Filing, version: FilingVersion, form: FormDefinition) -> None:
    """An accepted filing that asks for an advance payment makes it, or corrects the one of its earlier version. (FILE-05, FILE-12)

    The filing is request and claim in one. What is not met does not stop the paper; it stops the approval.
    """
    kind = payment_kind(form)
    if kind is None:
        return
    words = _words(form, version)
    amount = _amount(form, version)
    if amount <= 0:
        return
    if kind is GuaranteeKind.INTERIM_ADVANCE_PAYMENT:
        refuse_interim_when_partial(act.session, filing.case_id)
    payment = _of_filing(act, filing, kind)
    if payment is None:
        refuse_second(act, filing.case, kind)
        payment = _new_payment(act, filing.case, NewPayment(kind, amount), version)
    else:
        payment.correct(amount=amount, filing_version_id=version.id)
        act.session.flush()
        payment.conditions = [condition.to_json() for condition in conditions_now(act, payment)]
    if payment.is_interim or not all(words.values()):
        return  # the recognition comes between request and claim; a form without the account leaves it to the page
    payment.claim(now=act.now, by=version.submitted_by or filing.company.name, account=BankAccount.of(words))
    _note_claim(act, payment)


def payment_kind(form: FormDefinition) -> GuaranteeKind | None:
    """Which payment a form asks for: one with an amount and an account; its code says whether the interim one."""
    needed = (Meaning.ADVANCE_AMOUNT, Meaning.BANK_ACCOUNT_NUMBER)
    if any(form.field_that_means(meaning) is None for meaning in needed):
        return None
    is_interim = form.code.startswith("interim")
    return GuaranteeKind.INTERIM_ADVANCE_PAYMENT if is_interim else GuaranteeKind.ADVANCE_PAYMENT


def _amount(form: FormDefinition, version: FilingVersion) -> int:
    """What the paper asks for, in yen; 0 where it says nothing."""
    field = form.field_that_means(Meaning.ADVANCE_AMOUNT)
    assert field is not None
    value = version.values.get(field.key)
    read = read_value(field, value) if isinstance(value, str) else value
    return read if isinstance(read, int) else 0


def _words(form: FormDefinition, version: FilingVersion) -> dict[str, str]:
    values = restored(form, version.values)
    found = {}
    for key, meaning in ACCOUNT_MEANINGS.items():
        field = form.field_that_means(meaning)
        found[key] = text_of(field, values.get(field.key)) if field else ""
    return found


def _of_filing(act: Act, filing: Filing, kind: GuaranteeKind) -> AdvancePayment | None:
    """The payment that an earlier version of this filing made and that still counts."""
    versions = [version.id for version in filing.versions]
    query = select(AdvancePayment).where(
        AdvancePayment.case_id == filing.case_id,
        AdvancePayment.kind == kind,
        AdvancePayment.filing_version_id.in_(versions),
        AdvancePayment.returned_at.is_(None),
    )
    return act.session.scalars(query.order_by(AdvancePayment.requested_at.desc())).first()


def _new_payment(
    act: Act, case: ProcurementCase, new: NewPayment, version: FilingVersion | None = None
) -> AdvancePayment:
    assert case.award is not None
    conditions = judge(facts_of_request(act, case, new.kind, new.amount, new.progress_percent))
    payment = AdvancePayment(
        city=case.city,
        case_id=case.id,
        company_id=case.award.company_id,
        kind=new.kind,
        amount=new.amount,
        requested_at=(version.submitted_at if version else None) or act.now,
        requested_by=(version.submitted_by if version else None) or act.actor.name,
        filing_version_id=version.id if version else None,
        conditions=[condition.to_json() for condition in conditions],
        progress_percent=new.progress_percent,
    )
    act.session.add(payment)
    act.session.flush()
    act.audit(
        Tag.PAYMENT_REQUESTED,
        city=case.city,
        subject=("payment", payment.id),
        kind=new.kind.value,
        amount=new.amount,
    )
    return payment


def _note_claim(act: Act, payment: AdvancePayment) -> None:
    act.audit(Tag.PAYMENT_CLAIMED, city=payment.city, subject=("payment", payment.id), amount=payment.amount)
