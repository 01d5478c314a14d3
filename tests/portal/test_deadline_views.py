"""Deadlines in words: what is said of a day on which the city is closed is said once."""

from datetime import date, datetime

from portal.deadline_views import deadline_view
from procurement.business_days import CityCalendar
from procurement.cases import CaseDeadline
from procurement.cities.kinds import DeadlineKind
from procurement.deadlines import DeadlineRule, deadline_from
from procurement.wareki import JST


def test_a_closed_due_day_is_warned_of_once() -> None:
    awarded = datetime(2026, 3, 10, 10, tzinfo=JST)
    rule = DeadlineRule(DeadlineKind.CONTRACT_CONCLUSION, 5)
    found = deadline_from(rule, awarded, CityCalendar())
    kept = CaseDeadline(
        kind=rule.kind,
        due_on=found.due_on,
        due_at=found.due_at,
        text=found.text,
        source="",
        closed_day=found.closed_day,
        last_business_day=found.last_business_day,
    )
    view = deadline_view(kept, awarded)
    assert kept.due_on == date(2026, 3, 15)
    assert "閉庁日（日曜日）" in view.warning
    assert "令和8年3月13日（金）" in view.warning
    assert "閉" not in view.reason
