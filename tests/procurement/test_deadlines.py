"""Deadlines (期限): a truth table with the weekday in each row, and properties that hold for every rule."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.business_days import CityCalendar
from procurement.cases import CaseDeadline
from procurement.cities.kinds import DeadlineKind, Roll, Unit
from procurement.deadlines import DeadlineRule, deadline_from, split_explanation
from procurement.wareki import JST, format_wareki_weekday, jst_date, weekday_of

CONCLUSION = DeadlineKind.CONTRACT_CONCLUSION
CALENDAR = CityCalendar()
FIVE_DAYS = DeadlineRule(CONCLUSION, 5, roll=Roll.NEXT)
FIVE_DAYS_UNMOVED = DeadlineRule(CONCLUSION, 5)
SEVEN_FROM_THE_DAY = DeadlineRule(CONCLUSION, 7, count_first_day=True, roll=Roll.NEXT)
NEXT_OPEN_DAY = DeadlineRule(DeadlineKind.USAGE_APPLICATION, 1, Unit.BUSINESS_DAY)
NOON = DeadlineRule(DeadlineKind.USAGE_APPLICATION, 1, Unit.BUSINESS_DAY, cut_off=time(12))
FOURTEEN_DAYS = DeadlineRule(CONCLUSION, 14, roll=Roll.NEXT)

# japan.md 1.3, measured; requirements.md CITY-10, CITY-12. Award and due day with their weekdays.
TRUTH = [
    (FIVE_DAYS_UNMOVED, "2026-05-01 金", "2026-05-06 水", True),
    (FIVE_DAYS, "2026-05-01 金", "2026-05-07 木", False),
    (SEVEN_FROM_THE_DAY, "2026-05-01 金", "2026-05-07 木", False),
    (NEXT_OPEN_DAY, "2026-05-01 金", "2026-05-07 木", False),
    (FOURTEEN_DAYS, "2026-05-01 金", "2026-05-15 金", False),
    (FIVE_DAYS_UNMOVED, "2026-09-17 木", "2026-09-22 火", True),
    (FIVE_DAYS, "2026-09-17 木", "2026-09-24 木", False),
    (SEVEN_FROM_THE_DAY, "2026-09-17 木", "2026-09-24 木", False),
    (NEXT_OPEN_DAY, "2026-09-17 木", "2026-09-18 金", False),
    (FOURTEEN_DAYS, "2026-09-17 木", "2026-10-01 木", False),
    (FIVE_DAYS_UNMOVED, "2026-12-25 金", "2026-12-30 水", True),
    (FIVE_DAYS, "2026-12-25 金", "2027-01-04 月", False),
    (SEVEN_FROM_THE_DAY, "2026-12-25 金", "2027-01-04 月", False),
    (NEXT_OPEN_DAY, "2026-12-25 金", "2026-12-28 月", False),
    (FOURTEEN_DAYS, "2026-12-25 金", "2027-01-08 金", False),
    (FIVE_DAYS_UNMOVED, "2026-12-28 月", "2027-01-02 土", True),
    (FIVE_DAYS, "2026-12-28 月", "2027-01-04 月", False),
    (SEVEN_FROM_THE_DAY, "2026-12-28 月", "2027-01-04 月", False),
    (NEXT_OPEN_DAY, "2026-12-28 月", "2027-01-04 月", False),
    (FOURTEEN_DAYS, "2026-12-28 月", "2027-01-12 火", False),
    (FIVE_DAYS, "2027-03-19 金", "2027-03-24 水", False),
    (SEVEN_FROM_THE_DAY, "2027-03-19 金", "2027-03-25 木", False),
    (NEXT_OPEN_DAY, "2027-03-19 金", "2027-03-23 火", False),
    (FOURTEEN_DAYS, "2027-03-19 金", "2027-04-02 金", False),
    (NEXT_OPEN_DAY, "2019-04-26 金", "2019-05-07 火", False),
    (FIVE_DAYS_UNMOVED, "2026-03-10 火", "2026-03-15 日", True),
    (NEXT_OPEN_DAY, "2026-03-19 木", "2026-03-23 月", False),
]


def day_of(text: str) -> date:
    """A day of the table; its weekday must be the written one."""
    day = date.fromisoformat(text[:10])
    assert weekday_of(day) == text[-1], text
    return day


def at(day: date, hour: int = 10) -> datetime:
    """An instant of a day in Japanese time."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=JST)


@pytest.mark.parametrize(("rule", "awarded", "due", "closed"), TRUTH)
def test_a_deadline_falls_on_the_day_that_the_table_says(rule, awarded, due, closed):
    deadline = deadline_from(rule, at(day_of(awarded)), CALENDAR)
    assert deadline.due_on == day_of(due)
    assert deadline.closed_day is closed
    assert format_wareki_weekday(deadline.due_on) in deadline.text


def test_a_day_deadline_ends_at_the_last_second_of_its_day():
    deadline = deadline_from(FIVE_DAYS_UNMOVED, at(date(2026, 3, 10)), CALENDAR)
    assert deadline.due_at.isoformat() == "2026-03-15T23:59:59+09:00"
    assert deadline.counted_from == date(2026, 3, 11)
    assert deadline.last_business_day == date(2026, 3, 13)
    assert "閉庁日（日曜日）" in deadline.text
    assert "令和8年3月13日（金）" in deadline.text


def test_an_explanation_speaks_of_a_closed_day_apart_and_once():
    closed = deadline_from(FIVE_DAYS_UNMOVED, at(date(2026, 3, 10)), CALENDAR)
    reason, note = split_explanation(closed.text)
    assert reason + note == closed.text
    assert "閉庁日" not in reason
    assert note.count("閉庁日") == 1
    opened = deadline_from(FIVE_DAYS, at(date(2026, 5, 1)), CALENDAR)
    assert split_explanation(opened.text) == (opened.text, "")


def test_a_noon_deadline_is_met_at_noon_and_missed_a_second_later():
    deadline = deadline_from(NOON, at(date(2026, 3, 19)), CALENDAR)
    assert deadline.due_at.isoformat() == "2026-03-23T12:00:00+09:00"
    assert "正午まで" in deadline.text
    kept = CaseDeadline(due_at=deadline.due_at)
    assert not kept.is_missed(datetime(2026, 3, 23, 2, 59, 59, tzinfo=UTC))
    assert not kept.is_missed(datetime(2026, 3, 23, 3, 0, 0, 999, tzinfo=UTC))
    assert kept.is_missed(datetime(2026, 3, 23, 3, 0, 1, tzinfo=UTC))


def test_a_clock_deadline_on_a_closed_day_moves_only_when_the_rule_says_so():
    saturday = at(date(2026, 5, 1))
    still = deadline_from(DeadlineRule(CONCLUSION, 1, cut_off=time(12)), saturday, CALENDAR)
    moved = deadline_from(DeadlineRule(CONCLUSION, 1, cut_off=time(12), roll=Roll.NEXT), saturday, CALENDAR)
    early = deadline_from(
        DeadlineRule(CONCLUSION, 1, cut_off=time(12), roll=Roll.PREVIOUS), saturday, CALENDAR
    )
    assert (still.due_on, still.closed_day) == (date(2026, 5, 2), True)
    assert moved.due_at == datetime(2026, 5, 7, 12, tzinfo=JST)
    assert "延びました" in moved.text
    assert early.due_on == date(2026, 5, 1)
    assert "早まりました" in early.text


def test_rolling_back_never_puts_a_deadline_before_the_award():
    sunday = deadline_from(DeadlineRule(CONCLUSION, 1, roll=Roll.PREVIOUS), at(date(2026, 5, 9)), CALENDAR)
    assert sunday.due_on == date(2026, 5, 11)


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_the_hour_of_the_award_does_not_move_a_deadline(hour):
    assert deadline_from(FIVE_DAYS, at(date(2026, 5, 1), hour), CALENDAR).due_on == date(2026, 5, 7)


def test_an_award_late_in_utc_counts_on_its_japanese_day():
    award = datetime(2026, 4, 30, 16, tzinfo=UTC)
    assert deadline_from(FIVE_DAYS, award, CALENDAR).counted_from == date(2026, 5, 2)


def test_the_first_day_counts_only_where_the_rule_says_so():
    rule = DeadlineRule(CONCLUSION, 1, Unit.BUSINESS_DAY, count_first_day=True)
    assert deadline_from(rule, at(date(2026, 5, 1)), CALENDAR).due_on == date(2026, 5, 1)
    assert deadline_from(rule, at(date(2026, 5, 2)), CALENDAR).due_on == date(2026, 5, 7)


@given(
    day=st.datetimes(min_value=datetime(2016, 1, 1), max_value=datetime(2035, 1, 1)),
    n=st.integers(min_value=1, max_value=60),
    unit=st.sampled_from(Unit),
    roll=st.sampled_from(Roll),
    first=st.booleans(),
)
def test_every_rule_gives_a_deadline_that_keeps_its_promises(day, n, unit, roll, first):
    awarded_at = day.replace(tzinfo=JST)
    rule = DeadlineRule(CONCLUSION, n, unit, count_first_day=first, roll=roll)
    deadline = deadline_from(rule, awarded_at, CALENDAR)
    assert jst_date(deadline.due_at) == deadline.due_on
    assert deadline.closed_day is not CALENDAR.is_open(deadline.due_on)
    assert deadline.last_business_day <= deadline.due_on
    assert (deadline.last_business_day == deadline.due_on) is not deadline.closed_day
    if roll is not Roll.NONE or unit is Unit.BUSINESS_DAY:
        assert not deadline.closed_day
    if unit is Unit.DAY and roll is Roll.NONE:
        assert deadline.due_on == deadline.counted_from + timedelta(days=n - 1)
    assert deadline.due_on >= jst_date(awarded_at)
    longer = deadline_from(
        DeadlineRule(CONCLUSION, n + 1, unit, count_first_day=first, roll=roll), awarded_at, CALENDAR
    )
    assert longer.due_at >= deadline.due_at
