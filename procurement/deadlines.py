"""Deadlines (期限): what a city's rule asks until when, as an instant that explains itself in words.

A deadline is the last instant that is in time, to the second: a day without a clock time ends at
23:59:59 Japanese time (民法第141条), a noon deadline at 12:00:00. What a clock says is never moved
because a day is closed unless the rule says so (地方自治法第4条の2第4項: 時をもって定める期間を除く).
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol

from procurement.business_days import CityCalendar
from procurement.cities.kinds import (
    BaseEvent,
    DeadlineKind,
    ProcurementCategory,
    ProcurementMethod,
    Roll,
    Unit,
)
from procurement.cities.marks import Mark
from procurement.wareki import JST, format_clock, format_wareki_weekday, jst_date

END_OF_DAY = time(23, 59, 59)
CLOSED_DAY_NOTE = "ご注意ください。"
"""Begins the sentences of an explanation that speak of a due day on which the city is closed."""
NOT_BEFORE_AWARD = "期限は落札決定の日より前にはなりません。"


class Counting(Protocol):
    """How a deadline is counted (数え方), whatever it is a deadline of."""

    @property
    def n(self) -> int: ...

    @property
    def unit(self) -> Unit: ...

    @property
    def count_first_day(self) -> bool: ...

    @property
    def roll(self) -> Roll: ...


def counting_words(n: int, unit: Unit, count_first_day: bool) -> str:
    """A counting in words, to be put behind the event: の翌日から数えて5日以内."""
    if count_first_day:
        return f"を1日目として{n}{unit.label}以内"
    if n == 0:
        return "の当日"
    if n == 1:
        return "の翌開庁日" if unit is Unit.BUSINESS_DAY else "の翌日"
    return f"の翌日から数えて{n}{unit.label}以内"


@dataclass(frozen=True)
class DeadlineRule:
    """Rule for a deadline (期限の定め): n units from an event, cut-off, roll. (CITY-10, CITY-40)

    From the award it counts forward, from the deadline of the conclusion (契約締結期限) backward.
    """

    kind: DeadlineKind
    n: int
    unit: Unit = Unit.DAY
    count_first_day: bool = False
    cut_off: time | None = None
    roll: Roll = Roll.NONE
    base: BaseEvent = BaseEvent.AWARD
    categories: frozenset[ProcurementCategory] = frozenset(ProcurementCategory)
    methods: frozenset[ProcurementMethod] = frozenset(ProcurementMethod)
    text: str = ""
    legal_basis: str = ""
    mark: Mark = field(default_factory=Mark)

    def applies(self, category: ProcurementCategory, method: ProcurementMethod | None, on: date) -> bool:
        """Whether the rule is for this kind of case and in force on the day; an unknown method fits any."""
        fits_method = method is None or method in self.methods
        return category in self.categories and fits_method and self.mark.in_force(on)

    @property
    def is_backward(self) -> bool:
        """Whether the days are counted back from a later deadline (何日前)."""
        return self.base is BaseEvent.CONCLUSION_DEADLINE

    def words(self) -> str:
        """The counting in words: 翌日から数えて5日以内, 翌開庁日, 3開庁日前 …"""
        if self.is_backward and self.n:
            return f"の{self.n}{self.unit.label}前"
        return counting_words(self.n, self.unit, self.count_first_day)


@dataclass(frozen=True)
class Deadline:
    """Deadline (期限): the last instant in time (`due_at`, Japanese time), its day, and its reason in words.

    `counted_from` is day 1 of the counting (起算日). `closed_day` warns that the office is closed on
    `due_on`; `last_business_day` is the last open day on or before it.
    """

    kind: DeadlineKind
    due_at: datetime
    due_on: date
    counted_from: date
    closed_day: bool
    last_business_day: date
    text: str
    source: str
    rule: DeadlineRule

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON: instants in ISO 8601 with offset, dates in ISO 8601."""
        return {
            "kind": str(self.kind),
            "due_at": self.due_at.isoformat(),
            "due_on": self.due_on.isoformat(),
            "counted_from": self.counted_from.isoformat(),
            "closed_day": self.closed_day,
            "last_business_day": self.last_business_day.isoformat(),
            "text": self.text,
            "source": self.source,
        }


def deadline_from(
    rule: DeadlineRule, base_at: datetime, calendar: CityCalendar, not_before: date | None = None
) -> Deadline:
    """Compute a deadline (期限の計算) from its base event; only the Japanese date of the event counts.

    `not_before` is the day of the award where days are counted back. Sources: 民法第140条・第141条・
    第142条, the city's rule. (CITY-10, CITY-40, AMB-01, AMB-42)
    """
    base_on = jst_date(base_at)
    first_on = not_before or base_on
    days = _day_before if rule.is_backward else _last_day
    wanted_on = days(rule, base_on, calendar)
    counted_on = max(wanted_on, first_on)
    due_on = _rolled(rule, first_on, counted_on, calendar)
    return Deadline(
        kind=rule.kind,
        due_at=datetime.combine(due_on, rule.cut_off or END_OF_DAY, JST),
        due_on=due_on,
        counted_from=_first_counted_day(rule, base_on),
        closed_day=not calendar.is_open(due_on),
        last_business_day=calendar.last_business_day_on_or_before(due_on),
        text=_explanation(rule, base_on, counted_on, due_on, calendar)
        + (NOT_BEFORE_AWARD if wanted_on < first_on else ""),
        source=rule.mark.source or rule.legal_basis,
        rule=rule,
    )


def _first_counted_day(rule: DeadlineRule, base_on: date) -> date:
    if rule.count_first_day:
        return base_on
    return base_on + timedelta(days=-1 if rule.is_backward else 1)


def _day_before(rule: DeadlineRule, base_on: date, calendar: CityCalendar) -> date:
    if rule.unit is Unit.DAY:
        return base_on - timedelta(days=rule.n)
    return calendar.add_business_days(base_on, -rule.n)


def counted_day(rule: Counting, base_on: date, calendar: CityCalendar) -> date:
    """The last day that a counting gives, rolled where the rule says so."""
    return _rolled(rule, base_on, _last_day(rule, base_on, calendar), calendar)


def _last_day(rule: Counting, base_on: date, calendar: CityCalendar) -> date:
    if rule.unit is Unit.DAY:
        return base_on + timedelta(days=rule.n - 1 if rule.count_first_day else rule.n)
    if rule.count_first_day:
        return calendar.add_business_days(base_on - timedelta(days=1), rule.n)
    return calendar.add_business_days(base_on, rule.n)


def _rolled(rule: Counting, first_on: date, day: date, calendar: CityCalendar) -> date:
    """The last day after rolling; rolling back never passes the first day, it goes forward instead."""
    earlier = calendar.last_business_day_on_or_before(day)
    if rule.roll is Roll.PREVIOUS and earlier >= first_on:
        return earlier
    return day if rule.roll is Roll.NONE else calendar.first_business_day_on_or_after(day)


def split_explanation(text: str) -> tuple[str, str]:
    """An explanation cut in two: why the deadline is so, and what to mind because its day is closed (else empty)."""
    reason, note, rest = text.partition(CLOSED_DAY_NOTE)
    return reason, note + rest


def _explanation(
    rule: DeadlineRule, base_on: date, counted_on: date, due_on: date, calendar: CityCalendar
) -> str:
    clock = format_clock(rule.cut_off) if rule.cut_off else ""
    sentences = [
        f"{rule.kind.label}は、{format_wareki_weekday(due_on)}{clock}までです"
        f"（{rule.base.label}（{format_wareki_weekday(base_on)}）{rule.words()}）。"
    ]
    if counted_on != due_on:
        moved = "延びました" if due_on > counted_on else "早まりました"
        sentences.append(
            f"末日の{format_wareki_weekday(counted_on)}が閉庁日（{calendar.reason_closed(counted_on)}）のため、"
            f"{format_wareki_weekday(due_on)}に{moved}。"
        )
    if reason := calendar.reason_closed(due_on):
        last_open = format_wareki_weekday(calendar.last_business_day_on_or_before(due_on))
        sentences.append(
            f"{CLOSED_DAY_NOTE}期限の日は閉庁日（{reason}）ですが、期限は動きません。"
            f"市役所が開いている最後の日は{last_open}です。"
        )
    return "".join(sentences)
