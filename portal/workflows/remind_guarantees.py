"""Bring guarantees to mind (保証のお知らせの時期): what is missing, covered time that ends, certificates to look at again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from guarantees.lodged import GuaranteeNotice, LodgedGuarantee
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import LIVE
from portal.workflows.guarantee_standings import standing
from portal.workflows.guarantee_times import ending, look_again
from portal.workflows.locks import lock_case
from portal.workflows.notify_guarantees import (
    once,
    tell_of_expiry,
    tell_of_look_again,
    tell_of_missing,
)
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.cities.kinds import DeadlineKind, GuaranteeKind
from procurement.wareki import jst_date


@dataclass(frozen=True)
class DueNotice:
    """A notice that is due (送る時期の来たお知らせ): of a case, or of one lodged guarantee of it."""

    key: str
    case_id: str
    lodged_id: str | None = None
    is_look: bool = False
    """Whether a certificate is to be looked at again."""


def due_notices(act: Act, *, looks_by_hand: bool) -> list[DueNotice]:
    """Everything that was not yet brought to mind; `looks_by_hand` where this portal asks no registry."""
    found = [*_missing(act), *_of_guarantees(act, looks_by_hand)]
    made = set(act.session.scalars(select(GuaranteeNotice.key)))
    return [notice for notice in found if notice.key not in made]


def write_notice(act: Act, notice: DueNotice) -> bool:
    """Write one notice, unless another process was first or it is no longer true."""
    lock_case(act, notice.case_id)
    case = act.session.get_one(ProcurementCase, notice.case_id)
    if notice.lodged_id is None:
        return _write_missing(act, case, notice)
    lodged = act.session.get_one(LodgedGuarantee, notice.lodged_id)
    if notice.is_look:
        return _write_look(act, case, lodged, notice.key)
    text = ending(act, case, lodged) if lodged.is_in_force else None
    if text is None or not once(act, case, notice.key):
        return False
    tell_of_expiry(act, lodged, text.text, notice.key)
    return True


def _write_look(act: Act, case: ProcurementCase, lodged: LodgedGuarantee, key: str) -> bool:
    again = look_again(act, case, lodged)
    if again is None or not once(act, case, key):
        return False
    tell_of_look_again(act, lodged, again.text, key)
    return True


def _write_missing(act: Act, case: ProcurementCase, notice: DueNotice) -> bool:
    each = standing(act, case, GuaranteeKind.CONTRACT)
    if each.is_in_force or each.due is None or not once(act, case, notice.key):
        return False
    days_left = (each.due - jst_date(act.now)).days
    tell_of_missing(act, case, each.obligation, each.limit, each.due, days_left, notice.key)
    return True


def _missing(act: Act) -> Iterator[DueNotice]:
    today, moments = (
        jst_date(act.now),
        {city: act.rules(city).guarantee_reminders.missing for city in act.cities},
    )
    query = (
        select(CaseDeadline)
        .join(ProcurementCase, ProcurementCase.id == CaseDeadline.case_id)
        .where(
            CaseDeadline.kind == DeadlineKind.CONTRACT_CONCLUSION.value,
            CaseDeadline.settled_at.is_(None),
            CaseDeadline.lifted_at.is_(None),
            CaseDeadline.due_on >= today,
            CaseDeadline.city.in_(act.cities),  # a city whose file is broken holds up no other
            CaseDeadline.due_on <= today + timedelta(days=max((0, *chain(*moments.values())))),
            ProcurementCase.requires_contract_guarantee,
        )
    )
    for deadline in act.session.scalars(query):
        moment = _moment((deadline.due_on - today).days, moments[deadline.city])
        if moment is None:
            continue
        key = f"missing:{deadline.case_id}:{deadline.due_on.isoformat()}:{moment}"
        if not standing(act, deadline.case, GuaranteeKind.CONTRACT).is_in_force:
            yield DueNotice(key, deadline.case_id)


def _moment(days_left: int, moments: tuple[int, ...]) -> int | None:
    """The nearest moment that has come: after a pause of the jobs only the newest one is told; None before the first."""
    return min((moment for moment in moments if moment >= days_left), default=None)


def _of_guarantees(act: Act, looks_by_hand: bool) -> Iterator[DueNotice]:
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
            key = f"{found.code}:{lodged.id}:{found.ends_on.isoformat()}"
            yield DueNotice(key, lodged.case_id, lodged.id)
        is_asked = lodged.key_sealed is not None and not lodged.unanswered and not looks_by_hand
        again = None if is_asked else look_again(act, lodged.case, lodged)
        if again is not None:
            key = f"look_again:{lodged.id}:{again.since.isoformat()}"
            yield DueNotice(key, lodged.case_id, lodged.id, is_look=True)
