"""Home (今日すること): queues with counts, the deadlines of two weeks, and whether the machine is at work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.identity import current_principal
from portal.acting import looking
from portal.deadline_views import deadline_view
from portal.filters import seireki_date
from portal.office import blueprint
from portal.office.access import Page, own_rules, show
from portal.office.completions import waiting_seals
from portal.office.jobs import stopped_since
from portal.office.queues import SOON, TODAY, WAITING
from portal.permissions import Permission, requires
from portal.pictures.calendars import DueDay, month_calendar, months_of
from portal.workflows.act import Act
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.wareki import jst_date

MOST_DEADLINES = 15


@blueprint.get("/")
@requires(Permission.OFFICE_READ)
def show_home() -> Page:
    """What must be done today; whoever signs for the city sees what waits for a signature first."""
    with looking() as act:
        found = near_deadlines(act)
        return show(
            "home/index",
            act,
            today=TODAY,
            waiting=WAITING,
            signs=current_principal().may(Permission.OFFICE_SIGN),
            deadlines=[(row.case, deadline_view(row, act.now)) for row in found[:MOST_DEADLINES]],
            more=max(0, len(found) - MOST_DEADLINES),
            calendars=_calendars(act, found),
            seals=waiting_seals(act),
            stopped=stopped_since(act),
        )


def near_deadlines(act: Act) -> Sequence[CaseDeadline]:
    """Open deadlines that passed or come within two weeks, the oldest first."""
    query = (
        select(CaseDeadline)
        .join(CaseDeadline.case)
        .options(joinedload(CaseDeadline.case).joinedload(ProcurementCase.award))
        .where(
            CaseDeadline.settled_at.is_(None),
            CaseDeadline.lifted_at.is_(None),
            CaseDeadline.due_at <= act.now + SOON,
        )
    )
    return act.session.scalars(query.order_by(CaseDeadline.due_at)).all()


def _calendars(act: Act, found: Sequence[CaseDeadline]) -> list[dict[str, Any]]:
    """A month each as a drawing, with the rows of the table behind it."""
    today, rules = jst_date(act.now), own_rules(act)
    due_days = [DueDay(row.due_on, row.case.title) for row in found if row.due_on >= today]
    return [
        {
            "title": f"{month.year}年{month.month}月の期限",
            "drawing": month_calendar(month, due_days, today, lambda day: not rules.calendar.is_open(day)),
            "rows": [
                (seireki_date(r.due_on), r.case.title) for r in found if r.due_on.replace(day=1) == month
            ],
        }
        for month in months_of(due_days, today, most=2)
    ]
