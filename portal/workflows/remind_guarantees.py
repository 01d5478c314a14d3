"""Bring guarantees to mind (保証のお知らせの時期): what is missing before its day, and covered time that ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from guarantees.lodged import GuaranteeNotice, LodgedGuarantee
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import LIVE
from portal.workflows.guarantee_standings import ending, standing
from portal.workflows.locks import lock_case
from portal.workflows.notify_guarantees import once, tell_of_expiry, tell_of_missing
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.cities.kinds import DeadlineKind, GuaranteeKind
from procurement.wareki import jst_date

MOMENTS = (7, 3, 0)
"""So many days before the contract must be concluded a missing guarantee is brought to mind, once each."""


@dataclass(frozen=True)
class DueNotice:
    """A notice that is due (送る時期の来たお知らせ): of a case, or of one lodged guarantee of it."""

    key: str
    case_id: str
    lodged_id: str | None = None


def due_notices(act: Act) -> list[DueNotice]:
    """Everything that was not yet brought to mind."""
    found = [*_missing(act), *_expiring(act)]
    made = set(act.session.scalars(select(GuaranteeNotice.key)))
    return [notice for notice in found if notice.key not in made]


def write_notice(act: Act, notice: DueNotice) -> bool:
    """Write one notice, unless another process was first or it is no longer true."""
    lock_case(act, notice.case_id)
    case = act.session.get_one(ProcurementCase, notice.case_id)
    if notice.lodged_id is None:
        return _write_missing(act, case, notice)
    lodged = act.session.get_one(LodgedGuarantee, notice.lodged_id)
    text = ending(act, case, lodged) if lodged.is_in_force else None
    if text is None or not once(act, case, notice.key):
        return False
    tell_of_expiry(act, lodged, text.text, notice.key)
    return True


def _write_missing(act: Act, case: ProcurementCase, notice: DueNotice) -> bool:
    each = standing(act, case, GuaranteeKind.CONTRACT)
    if each.is_in_force or each.due is None or not once(act, case, notice.key):
        return False
    days_left = (each.due - jst_date(act.now)).days
    tell_of_missing(act, case, each.obligation, each.limit, each.due, days_left, notice.key)
    return True


def _missing(act: Act) -> Iterator[DueNotice]:
    today = jst_date(act.now)
    query = (
        select(CaseDeadline)
        .join(ProcurementCase, ProcurementCase.id == CaseDeadline.case_id)
        .where(
            CaseDeadline.kind == DeadlineKind.CONTRACT_CONCLUSION.value,
            CaseDeadline.settled_at.is_(None),
            CaseDeadline.lifted_at.is_(None),
            CaseDeadline.due_on >= today,
            CaseDeadline.city.in_(act.cities),  # a city whose file is broken holds up no other
            CaseDeadline.due_on <= today + timedelta(days=max(MOMENTS)),
            ProcurementCase.requires_contract_guarantee,
        )
    )
    for deadline in act.session.scalars(query):
        moment = _moment((deadline.due_on - today).days)
        key = f"missing:{deadline.case_id}:{deadline.due_on.isoformat()}:{moment}"
        if not standing(act, deadline.case, GuaranteeKind.CONTRACT).is_in_force:
            yield DueNotice(key, deadline.case_id)


def _moment(days_left: int) -> int:
    """The nearest moment that has come: after a pause of the jobs only the newest one is told."""
    return min(moment for moment in MOMENTS if moment >= days_left)


def _expiring(act: Act) -> Iterator[DueNotice]:
    query = select(LodgedGuarantee).where(
        LodgedGuarantee.accepted_at.is_not(None),
        LodgedGuarantee.city.in_(act.cities),
        *LIVE,
    )
    whole = (
        selectinload(LodgedGuarantee.looks),
        joinedload(LodgedGuarantee.case).selectinload(ProcurementCase.contracts),
    )
    for lodged in act.session.scalars(query.options(*whole)):
        found = ending(act, lodged.case, lodged) if lodged.is_in_force else None
        if found is not None:
            yield DueNotice(f"{found.code}:{lodged.id}:{_day(found.ends_on)}", lodged.case_id, lodged.id)


def _day(day: date) -> str:
    return day.isoformat()
