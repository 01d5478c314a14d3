"""Which notice is due: the newest that has passed, never one from before the deadline was made known."""

from datetime import UTC, datetime, timedelta

import pytest

from procurement.cases import CaseDeadline
from procurement.reminders import moment_to_send
from procurement.rules import ReminderMoment

DUE = datetime(2026, 5, 12, 15, 0, tzinfo=UTC)
MADE = DUE - timedelta(days=5)
MOMENTS = [
    ReminderMoment("D-3", DUE - timedelta(days=3), False),
    ReminderMoment("D-1", DUE - timedelta(days=1), False),
    ReminderMoment("D+1", DUE + timedelta(days=1), True),
]


def due(now: datetime, deadline: CaseDeadline | None = None) -> str | None:
    moment = moment_to_send(deadline or CaseDeadline(due_at=DUE, made_at=MADE), MOMENTS, now)
    return moment.code if moment else None


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (timedelta(days=-3, seconds=-1), None),
        (timedelta(days=-3), "D-3"),
        (timedelta(days=-1, seconds=-1), "D-3"),
        (timedelta(days=-1), "D-1"),
        (timedelta(days=1), "D+1"),
        (timedelta(days=300), "D+1"),
    ],
)
def test_the_newest_moment_that_has_passed_is_due(after: timedelta, code: str | None) -> None:
    assert due(DUE + after) == code


def test_a_moment_before_the_deadline_was_made_known_is_never_due() -> None:
    deadline = CaseDeadline(due_at=DUE, made_at=DUE - timedelta(days=2))
    assert due(DUE - timedelta(days=2), deadline) is None
    assert due(DUE - timedelta(days=1), deadline) == "D-1"


def test_what_is_met_or_lifted_is_not_recalled_until_it_is_open_again() -> None:
    deadline = CaseDeadline(due_at=DUE, made_at=MADE)
    deadline.settle(DUE - timedelta(days=4))
    assert due(DUE, deadline) is None
    deadline.reopen()
    assert due(DUE, deadline) == "D-1"
    deadline.lift(DUE, "紙")
    assert due(DUE, deadline) is None
