"""Moments of reminders (お知らせの時期): D-3 09:00, award 17:00, -3h, as city files write them. (CITY-11)"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from procurement.cities.kinds import DeadlineKind, Side
from procurement.cities.marks import Mark
from procurement.cities.values import read_clock
from procurement.wareki import JST, jst_date

_DAYS = re.compile(r"(?P<day>D|award)\s*(?P<shift>[+-]\s*\d{1,3})?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})")
_HOURS = re.compile(r"-\s*(?P<number>\d{1,3})(?P<unit>[hm])")
_DAYS_IN_WORDS = re.compile(
    r"(?:期限の)?(?:(?P<number>\d{1,3})日(?P<side>[前後])|(?P<day>当日|前日|翌日)|(?P<award>落札(?:決定)?の?日))の?(?P<clock>.+)"
)
_HOURS_IN_WORDS = re.compile(r"(?:期限の)?(?P<number>\d{1,3})(?P<unit>時間|分)前")
_SHIFTS = {"当日": 0, "前日": -1, "翌日": 1}


@dataclass(frozen=True)
class Offset:
    """One moment relative to a deadline or to the award, under the code it was written with."""

    code: str
    from_award: bool = False
    days: int = 0
    clock: time | None = None
    before: timedelta = timedelta()

    def moment(self, due_at: datetime, awarded_at: datetime) -> datetime:
        """The instant in Japanese time."""
        if self.clock is None:
            return due_at.astimezone(JST) - self.before
        day = jst_date(awarded_at if self.from_award else due_at) + timedelta(days=self.days)
        return datetime.combine(day, self.clock, JST)


def parse_offset(text: str) -> Offset:
    """Read `D-3 09:00` (days from the deadline), `award 17:00` (from the award), `-3h` or `-90m` (before).

    The same in words: 3日前の9時, 翌日の10時, 落札決定の日の17時, 3時間前. Raises ValueError for anything else.
    """
    words = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if found := _HOURS.fullmatch(text.strip()) or _HOURS_IN_WORDS.fullmatch(words):
        number = int(found["number"])
        is_hours = found["unit"] in ("h", "時間")
        before = timedelta(hours=number) if is_hours else timedelta(minutes=number)
        return Offset(f"-{number}{'h' if is_hours else 'm'}", before=before)
    if found := _DAYS_IN_WORDS.fullmatch(words):
        return _offset_in_words(text, found)
    found = _DAYS.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    shift = int((found["shift"] or "0").replace(" ", ""))
    clock = time(int(found["hour"]), int(found["minute"]))
    return Offset(text, from_award=found["day"] == "award", days=shift, clock=clock)


def _offset_in_words(text: str, found: re.Match[str]) -> Offset:
    clock = read_clock(found["clock"])
    if clock is None:
        raise ValueError(text)
    days = _SHIFTS.get(found["day"] or "", 0)
    if found["number"]:
        days = int(found["number"]) * (-1 if found["side"] == "前" else 1)
    # One code for one moment: a file that is worded anew sends nothing twice.
    day = "award" if found["award"] else f"D{days:+d}" if days else "D"
    return Offset(f"{day} {clock:%H:%M}", from_award=bool(found["award"]), days=days, clock=clock)


@dataclass(frozen=True)
class ReminderMoment:
    """One moment at which a deadline is brought to mind: `is_overdue` when it lies after the deadline."""

    code: str
    at: datetime
    is_overdue: bool


@dataclass(frozen=True)
class ReminderRule:
    """Reminders of one kind of deadline (期限のお知らせ): before it, after it, and to whom. (CITY-11)"""

    kind: DeadlineKind
    before: tuple[Offset, ...]
    overdue: tuple[Offset, ...]
    to: tuple[Side, ...] = (Side.CONTRACTOR, Side.CITY)
    mark: Mark = field(default_factory=Mark)

    def moments(self, due_at: datetime, awarded_at: datetime) -> tuple[ReminderMoment, ...]:
        """All moments in order of time; one before the award or beyond the deadline drops out."""
        before = [ReminderMoment(o.code, o.moment(due_at, awarded_at), False) for o in self.before]
        overdue = [ReminderMoment(o.code, o.moment(due_at, awarded_at), True) for o in self.overdue]
        kept = [m for m in before if awarded_at < m.at <= due_at] + [m for m in overdue if m.at > due_at]
        return tuple(sorted(kept, key=lambda moment: moment.at))


@dataclass(frozen=True)
class GuaranteeReminders:
    """When guarantees are brought to mind (保証のお知らせの時期), in days; what a city file leaves out is our standard.

    `missing`: so many days before the contract must be concluded a missing one is asked for, once each.
    `expires_within`: so long before its end covered time is told of. `look_again_after`: so long after the last
    answer a certificate that counts is to be looked at again, where no daily look has answered since.
    """

    missing: tuple[int, ...] = (7, 3, 0)
    expires_within: int = 30
    look_again_after: int = 30
    mark: Mark = field(default_factory=lambda: Mark(assumed=("*",)))


def usual_reminders(kind: DeadlineKind) -> ReminderRule:
    """What is sent when a city file says nothing: D−3, D−1 and the day at 09:00, and the day after."""
    before = tuple(parse_offset(code) for code in ("D-3 09:00", "D-1 09:00", "D 09:00"))
    mark = Mark(assumed=("*",), ids=("CITY-11",))
    return ReminderRule(kind, before, (parse_offset("D+1 09:00"),), mark=mark)
