"""Advance payments of a case (案件の前払金): their facts, how their conditions stand now, and who may elect what."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.elections import payment_elected
from forms.meanings import Meaning
from forms.model import FormDefinition
from forms.values import text_of
from guarantees.lodged import LodgedGuarantee, Means
from portal.workflows.act import Act
from portal.workflows.case_facts import payment_election
from portal.workflows.guarantee_needs import (
    amount_of,
    governing_contract,
    limits_of,
    lodged_of,
    period_of,
    price_of,
)
from procurement.advance_payments import AdvancePayment
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation
from procurement.filings import FilingVersion
from procurement.payment_conditions import ELECTION, Condition, PaymentFacts, judge
from procurement.wareki import jst_date

PARTIAL = "partial_payment"
KINDS = (GuaranteeKind.ADVANCE_PAYMENT, GuaranteeKind.INTERIM_ADVANCE_PAYMENT)


def payments_of(session: Session, case_id: str) -> Sequence[AdvancePayment]:
    """Every advance and interim payment of a case, oldest first, those sent back included."""
    query = select(AdvancePayment).where(AdvancePayment.case_id == case_id)
    return session.scalars(query.order_by(AdvancePayment.requested_at, AdvancePayment.id)).all()


def facts_of_payment(act: Act, payment: AdvancePayment) -> PaymentFacts:
    """The facts of a payment that was asked for, as they are now."""
    return _facts(
        act,
        payment.case,
        payment.kind,
        payment.amount,
        payment.progress_percent,
        recognised=payment.recognition_reason if payment.recognised_at else "",
        besides=payment.id,
    )


def facts_of_request(
    act: Act, case: ProcurementCase, kind: GuaranteeKind, amount: int, progress_percent: int | None
) -> PaymentFacts:
    """The facts of a payment that somebody wants to ask for now. Amounts in yen."""
    return _facts(act, case, kind, amount, progress_percent)


def conditions_now(act: Act, payment: AdvancePayment) -> tuple[Condition, ...]:
    """How the conditions of a payment stand now; what was kept with it is what they were."""
    return judge(facts_of_payment(act, payment))


def refuse_interim_when_partial(session: Session, case_id: str) -> None:
    """An interim payment, and its guarantee, are refused once partial payment was elected. (FILE-04, GUAR-04)

    `session` is the session of an `Act`.
    """
    if payment_election(session, case_id) == PARTIAL:
        raise RuleViolation(
            "interim_after_partial_election",
            "部分払を選択する届出が受理されているため、中間前払金とその保証は受け付けられません。",
            ELECTION,
            "部分払を請求します。選択を改めるときは、担当課に相談して届出を出し直します。",
        )


def refuse_partial_when_interim(session: Session, case_id: str) -> None:
    """The election of partial payment is refused while an interim payment or its guarantee counts. (FILE-04, GUAR-04)"""
    what = _interim_in_hand(session, case_id)
    if what:
        raise RuleViolation(
            "partial_election_after_interim",
            f"{what}ため、部分払を選択する届出は受理できません。",
            ELECTION,
            "中間前払金の申請と保証を差し戻すか、届出を差し戻します。",
        )


def refuse_election(session: Session, case_id: str, form: FormDefinition, version: FilingVersion) -> None:
    """Refuse to accept a paper that elects partial payment while an interim payment counts; others pass. (GUAR-04)"""
    field = form.field_that_means(Meaning.INTERIM_OR_PARTIAL)
    value = version.values.get(field.key) if field else None
    if field is not None and value and payment_elected(text_of(field, value)) == PARTIAL:
        refuse_partial_when_interim(session, case_id)


def _interim_in_hand(session: Session, case_id: str) -> str:
    interim = GuaranteeKind.INTERIM_ADVANCE_PAYMENT
    if any(payment.is_live and payment.kind is interim for payment in payments_of(session, case_id)):
        return "中間前払金が申請されている"
    query = select(LodgedGuarantee).where(
        LodgedGuarantee.case_id == case_id, LodgedGuarantee.obligation == interim
    )
    if any(lodged.is_live for lodged in session.scalars(query)):
        return "中間前払金保証が提出されている"
    return ""


def _facts(
    act: Act,
    case: ProcurementCase,
    kind: GuaranteeKind,
    amount: int,
    progress_percent: int | None,
    recognised: str = "",
    besides: str = "",
) -> PaymentFacts:
    live = [p for p in payments_of(act.session, case.id) if p.is_live]
    advances = [p for p in live if p.kind is GuaranteeKind.ADVANCE_PAYMENT]
    contract = governing_contract(case)
    starts_on, ends_on = period_of(case)
    is_interim = kind is GuaranteeKind.INTERIM_ADVANCE_PAYMENT
    return PaymentFacts(
        kind=kind,
        amount=amount,
        on=jst_date(act.now),
        limits=limits_of(act, case),
        contract_price=price_of(case),
        is_concluded=contract is not None and contract.is_concluded,
        starts_on=starts_on,
        ends_on=ends_on,
        others=sum(p.amount for p in live if p.kind is kind and p.id != besides),
        advance=sum(p.amount for p in advances) if is_interim else 0,
        advance_paid=any(p.paid_on for p in advances) if advances else None,
        progress_percent=progress_percent,
        recognised=recognised,
        election=payment_election(act.session, case.id) if is_interim else None,
        guaranteed_amount=guaranteed_amount(act, case, kind),
    )


def guaranteed_amount(act: Act, case: ProcurementCase, kind: GuaranteeKind) -> int | None:
    """What guarantees in force cover of this kind of payment, in yen; None where none is in force.

    An exemption covers nothing: there is none for payments.
    """
    in_force = [
        lodged
        for lodged in lodged_of(act, case, kind)
        if lodged.is_in_force and lodged.means is not Means.EXEMPTION
    ]
    return sum(amount_of(lodged) or 0 for lodged in in_force) if in_force else None
