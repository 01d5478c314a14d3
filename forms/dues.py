"""Deadlines of papers (書類の提出期限): what an offer of a form file says, and the day that comes of it."""

from dataclasses import dataclass
from datetime import date, datetime, time

from procurement.business_days import CityCalendar
from procurement.cities.kinds import Roll, Unit
from procurement.cities.reader import Table
from procurement.deadlines import END_OF_DAY, counted_day, counting_words
from procurement.wareki import JST, format_clock, format_wareki_weekday
from procurement.words import Worded

ASSUMED = "仮に登録した日数です。担当課に確かめてください。"


class DueBase(Worded):
    """What the deadline of a paper is counted from (起点)."""

    AWARD = "award", "落札決定の日", "落札決定日", "落札日"
    CONCLUSION = "conclusion", "契約締結の日", "契約締結日", "契約日"
    PERIOD_START = "period_start", "工期の始まりの日", "工期の始まり", "着手日"


@dataclass(frozen=True)
class DueRule:
    """Deadline of a paper (提出期限の定め): n days from an event; `assumed` where no source of the city says it."""

    n: int
    base: DueBase = DueBase.AWARD
    unit: Unit = Unit.DAY
    count_first_day: bool = False
    cut_off: time | None = None
    roll: Roll = Roll.NONE
    source: str = ""
    assumed: bool = False

    def words(self) -> str:
        """The rule in words: 契約締結の日の翌日から数えて14日以内."""
        clock = f"の{format_clock(self.cut_off)}" if self.cut_off else ""
        return f"{self.base.label}{counting_words(self.n, self.unit, self.count_first_day)}{clock}"


@dataclass(frozen=True)
class PaperDue:
    """When a paper is due (提出期限): `due_at` is the last instant in time, None while its base day is not known."""

    due_at: datetime | None
    due_on: date | None
    text: str
    source: str
    assumed: bool

    def is_missed(self, now: datetime) -> bool:
        """Whether it is over, to the second."""
        return self.due_at is not None and now.replace(microsecond=0) > self.due_at


def due_from(rule: DueRule, base_on: date | None, calendar: CityCalendar) -> PaperDue:
    """The deadline of a paper from the day of its event; before that day is known, the rule in words."""
    if base_on is None:
        text = f"{rule.words()}（{rule.base.label}が決まると、期限の日を示します）{_caution(rule)}"
        return PaperDue(None, None, text, rule.source, rule.assumed)
    due_on = counted_day(rule, base_on, calendar)
    clock = format_clock(rule.cut_off) if rule.cut_off else ""
    text = (
        f"{format_wareki_weekday(due_on)}{clock}までです"
        f"（{rule.base.label}（{format_wareki_weekday(base_on)}）"
        f"{counting_words(rule.n, rule.unit, rule.count_first_day)}）。{_caution(rule)}"
    )
    due_at = datetime.combine(due_on, rule.cut_off or END_OF_DAY, JST)
    return PaperDue(due_at, due_on, text, rule.source, rule.assumed)


def _caution(rule: DueRule) -> str:
    return f"　{ASSUMED}" if rule.assumed else ""


def read_due(offer: Table) -> DueRule | None:
    """Read `due` of [[offers]]; a form file without one has no deadline of its own."""
    if not offer.has("due"):
        return None
    table = offer.table("due")
    n = table.number("n", most=3650, required=True)
    rule = DueRule(
        n=n or 0,
        base=table.choice("base", DueBase, DueBase.AWARD),
        unit=table.choice("unit", Unit, Unit.DAY),
        count_first_day=table.flag("count_first_day", False),
        cut_off=table.clock("cut_off"),
        roll=table.choice("roll", Roll, Roll.NONE),
        source=table.text("source"),
        assumed=table.flag("assumed", False),
    )
    if rule.count_first_day and n == 0:
        table.wrong("n", "初日を数えるときは1以上の整数が要ります")
    table.done()
    return rule
