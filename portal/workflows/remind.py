"""Remind (期限のお知らせ): before each open deadline and after a missed one, once each to each recipient. (CITY-11)"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from portal.workflows.act import Act
from portal.workflows.locks import lock_case
from portal.workflows.recipients import addressees_of, notify_contractor
from procurement.cases import CaseDeadline
from procurement.reminders import Reminder, moment_to_send
from procurement.rules import DeadlineKind, ReminderMoment, Side
from procurement.wareki import jst_date


def open_deadlines(act: Act) -> list[str]:
    """Ids of the deadlines that still ask for something, the nearest first."""
    query = select(CaseDeadline.id).where(CaseDeadline.settled_at.is_(None), CaseDeadline.lifted_at.is_(None))
    return list(act.session.scalars(query.order_by(CaseDeadline.due_at)))


def remind(act: Act, deadline_id: str) -> int:
    """Write the notice of one deadline that is due now; returns how many letters went into the outbox.

    Each notice is claimed by the unique key of `Reminder`, in the transaction that holds its letter, so
    two runs at once, a kill or a second run leave it exactly once.
    """
    deadline = act.session.get_one(CaseDeadline, deadline_id)
    lock_case(act, deadline.case_id)
    return _remind_of(act, deadline)


def _remind_of(act: Act, deadline: CaseDeadline) -> int:
    moments = act.city(deadline.city).reminder_moments(
        DeadlineKind(deadline.kind), due_at=deadline.due_at, awarded_at=_awarded_at(deadline)
    )
    moment = moment_to_send(deadline, moments, act.now)
    if moment is None:
        return 0
    sent = act.session.scalars(
        select(Reminder.recipient).where(
            Reminder.deadline_id == deadline.id, Reminder.offset_code == moment.code
        )
    ).all()
    waiting = {address: side for side, address in _recipients(act, deadline) if address not in set(sent)}
    for address, side in waiting.items():
        act.session.add(
            Reminder(
                city=deadline.city,
                deadline_id=deadline.id,
                offset_code=moment.code,
                recipient=address,
                made_at=act.now,
            )
        )
        act.session.flush()
        _write(act, deadline, moment, side, address)
    return len(waiting)


def _recipients(act: Act, deadline: CaseDeadline) -> Iterator[tuple[str, str]]:
    sides = act.rules(deadline.city).reminder_rule(DeadlineKind(deadline.kind)).to
    award = deadline.case.award
    if Side.CONTRACTOR in sides and award is not None and award.company.mail_address:
        yield "contractor", award.company.mail_address
    for addressee in addressees_of(act, deadline.case) if Side.CITY in sides else ():
        yield "office", addressee.mail_address


def _write(act: Act, deadline: CaseDeadline, moment: ReminderMoment, side: str, address: str) -> None:
    template = "deadline_overdue" if moment.is_overdue else "deadline_reminder"
    key = f"{template}:{deadline.id}:{moment.code}"
    days_left = (deadline.due_on - jst_date(act.now)).days
    if side == "contractor":
        notify_contractor(
            act,
            deadline.case,
            template,
            key=key,
            to=address,
            deadline=deadline,
            days_left=days_left,
            side=side,
        )
        return
    act.mail(
        template,
        address,
        city=deadline.city,
        key=key,
        case=deadline.case,
        company=deadline.case.award.company if deadline.case.award else None,
        deadline=deadline,
        days_left=days_left,
        side=side,
        case_id=deadline.case_id,
        link=act.address_of(f"/office/cases/{deadline.case_id}"),
    )


def _awarded_at(deadline: CaseDeadline) -> datetime:
    return deadline.case.award.awarded_at if deadline.case.award else deadline.made_at
