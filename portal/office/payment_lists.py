"""List of advance payments (前払金の一覧): the query of a city's payments, and how many there are at each state."""

from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import joinedload

from portal.payment_views import OPEN, turn_at
from portal.workflows.act import Act
from procurement.advance_payments import AdvancePayment, PaymentStatus
from procurement.cities.kinds import GuaranteeKind

_FACTS: tuple[tuple[Any, PaymentStatus], ...] = (
    (AdvancePayment.returned_at, PaymentStatus.RETURNED),
    (AdvancePayment.paid_on, PaymentStatus.PAID),
    (AdvancePayment.approved_at, PaymentStatus.APPROVED),
    (AdvancePayment.claimed_at, PaymentStatus.CLAIMED),
    (AdvancePayment.recognised_at, PaymentStatus.RECOGNISED),
)
STATUS: Any = case(
    *((fact.is_not(None), status.value) for fact, status in _FACTS), else_=PaymentStatus.REQUESTED.value
)
"""The twin of `AdvancePayment.status` in SQL."""


def payments_query(wanted: str) -> Select[Any]:
    """The payments at a state, or all of them, those that wait for the office first, then by state, the newest first."""
    query = select(AdvancePayment).options(
        joinedload(AdvancePayment.case), joinedload(AdvancePayment.company)
    )
    if wanted:
        query = query.where(wanted == STATUS)
    return query.order_by(_urgency(), AdvancePayment.requested_at.desc(), AdvancePayment.id)


def payment_counts(act: Act) -> dict[PaymentStatus, int]:
    """How many payments of the city stand at each state."""
    query = select(STATUS, func.count(AdvancePayment.id)).group_by(STATUS)
    found = {PaymentStatus(status): count for status, count in act.session.execute(query)}
    return {status: found.get(status, 0) for status in PaymentStatus}


def _urgency() -> ColumnElement[int]:
    """A number for each state of each kind: the office's turn, what is open, what is over."""
    is_interim = AdvancePayment.kind == GuaranteeKind.INTERIM_ADVANCE_PAYMENT
    return case(
        *(
            (and_(status.value == STATUS, is_interim.is_(interim)), _place(status, is_interim=interim))
            for status, interim in product(PaymentStatus, (True, False))
        )
    )


def _place(status: PaymentStatus, *, is_interim: bool) -> int:
    states = list(PaymentStatus)
    _, is_office_turn = turn_at(status, is_interim=is_interim)
    group = 0 if is_office_turn else 1 if status in OPEN else 2
    return group * len(states) + states.index(status)
