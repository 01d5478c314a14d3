"""From the file to the rules of time and scope (適用・期限の読み取り): calendar, sections, scope, exclusions, deadlines."""

from dataclasses import replace
from datetime import date

from procurement.business_days import YEAR_END, CityCalendar, ClosingPeriod, DayPattern
from procurement.cities.kinds import (
    BaseEvent,
    DeadlineKind,
    ProcurementCategory,
    ProcurementMethod,
    Roll,
    Side,
    Trigger,
    Unit,
    Weekday,
)
from procurement.cities.marks import Mark
from procurement.cities.reader import Table
from procurement.cities.reminders import Offset, ReminderRule, parse_offset, usual_reminders
from procurement.cities.scope import ExclusionRule, ScopeRule, SectionRule
from procurement.deadlines import DeadlineRule


def read_calendar(table: Table, source: str) -> tuple[CityCalendar, Mark]:
    """[calendar] (閉庁日)."""
    weekend = (Weekday.SAT, Weekday.SUN)
    weekdays = (
        () if _is_empty(table, "closed_weekdays") else table.choices("closed_weekdays", Weekday, weekend)
    )
    if len(weekdays) == len(Weekday):
        table.wrong("closed_weekdays", "開いている曜日が一つは要ります")
        weekdays = weekend
    order = list(Weekday)
    periods = tuple(p for item in table.tables("closing_periods") if (p := _read_period(item)))
    calendar = CityCalendar(
        closed_weekdays=frozenset(order.index(day) for day in weekdays),
        national_holidays=table.flag("national_holidays", True),
        closing_periods=periods if table.has("closing_periods") else (YEAR_END,),
        closing_days=_read_days(table, "closing_days", "市の閉庁日"),
        opening_days=_read_days(table, "opening_days", "臨時の開庁日"),
    )
    mark = table.mark(source)
    table.done()
    return calendar, mark


def _is_empty(table: Table, name: str) -> bool:
    return table.raw_list(name) == [] if table.has(name) else False


def _read_period(table: Table) -> ClosingPeriod | None:
    first, last = table.pattern("from", required=True), table.pattern("to", required=True)
    name = table.text("name", "閉庁期間")
    table.done()
    if first is None or last is None:
        return None
    if (first.year is None) != (last.year is None) or (first.year and first.own_key() > last.own_key()):
        table.wrong("to", "from と同じ書き方で、from 以後の日が要ります")
        return None
    return ClosingPeriod(first, last, name)


def _read_days(table: Table, name: str, usual_name: str) -> tuple[tuple[DayPattern, str], ...]:
    """Days as {on, name}, or as a bare date or "06-23"."""
    days = []
    for place, item in enumerate(table.raw_list(name)):
        path = f"{name}[{place}]"
        if isinstance(item, dict):
            entry = Table(item, table.key(path), table.mistakes)
            pattern, words = entry.pattern("on", required=True), entry.text("name", usual_name)
            entry.done()
        else:
            pattern, words = table.pattern_of(path, item), usual_name
        if pattern is not None:
            days.append((pattern, words))
    return tuple(days)


def read_section(table: Table, source: str) -> SectionRule:
    """[[sections]] (課)."""
    section = SectionRule(
        name=table.text("name", required=True),
        mail=table.text("mail"),
        role=table.text("role"),
        electronic=table.flag("electronic", True),
        electronic_from=table.day("electronic_from"),
        mark=table.mark(source),
    )
    if section.mail and section.mail.count("@") != 1:
        table.wrong("mail", f'メールアドレスが要ります（いまは "{section.mail}"）')
    table.done()
    return section


def read_scope(table: Table, source: str) -> ScopeRule:
    """[[scope]] (適用時期・適用案件)."""
    starts_on, ends_on = table.day("starts_on"), table.day("ends_on")
    dated = table.has("starts_on") or table.has("ends_on")
    scope = ScopeRule(
        title=table.text("title"),
        categories=frozenset(table.choices("categories", ProcurementCategory, ProcurementCategory)),
        methods=frozenset(table.choices("methods", ProcurementMethod, ProcurementMethod)),
        trigger=table.choice("trigger", Trigger, None if dated else Trigger.CONTRACT_DATE),
        starts_on=starts_on,
        ends_on=ends_on,
        trial=table.flag("trial", False),
        trial_case_from=table.day("trial_case_from"),
        text=table.text("text"),
        mark=table.mark(source, dated=True),
    )
    _check_order(table, "ends_on", starts_on, ends_on, "starts_on 以後の日付が要ります")
    if scope.trial_case_from is not None and (starts_on is None or scope.trial_case_from >= starts_on):
        table.wrong("trial_case_from", "starts_on より前の日付が要ります")
    table.done()
    return scope


def _check_order(table: Table, name: str, first: date | None, last: date | None, expected: str) -> None:
    if first is not None and last is not None and last < first:
        table.wrong(name, expected)


_CONDITIONS = (
    "categories",
    "methods",
    "sections",
    "performance_starts",
    "price_at_least",
    "price_less_than",
    "period_longer_than_years",
    "council_approval",
)


def read_exclusion(table: Table, source: str, place: int) -> ExclusionRule:
    """[[exclusions]] (適用除外)."""
    rule = ExclusionRule(
        code=table.text("code", f"no{place + 1}"),
        text=table.text("text", required=True),
        categories=frozenset(table.choices("categories", ProcurementCategory, ProcurementCategory)),
        methods=frozenset(table.choices("methods", ProcurementMethod, ProcurementMethod)),
        sections=table.texts("sections"),
        performance_starts=table.pattern("performance_starts"),
        price_at_least=table.number("price_at_least"),
        price_less_than=table.number("price_less_than"),
        period_longer_than_years=table.number("period_longer_than_years", least=1, most=100),
        council_approval=table.flag("council_approval", False),
        mark=table.mark(source, dated=True),
    )
    if not any(table.has(name) for name in _CONDITIONS):
        table.wrong("", f"条件が一つも書かれていません。書ける条件: {', '.join(_CONDITIONS)}")
    low, high = rule.price_at_least, rule.price_less_than
    if low is not None and high is not None and low >= high:
        table.wrong("price_less_than", "price_at_least より大きい金額が要ります")
    table.done()
    return rule


def read_deadline(table: Table, source: str) -> DeadlineRule:
    """[[deadlines]] (期限)."""
    legal_basis = table.text("legal_basis")
    n = table.number("n", most=3650, required=True)
    rule = DeadlineRule(
        kind=table.choice("kind", DeadlineKind),
        n=n or 0,
        unit=table.choice("unit", Unit, Unit.DAY),
        count_first_day=table.flag("count_first_day", False),
        cut_off=table.clock("cut_off"),
        roll=table.choice("roll", Roll, Roll.NONE),
        base=table.choice("base", BaseEvent, BaseEvent.AWARD),
        categories=frozenset(table.choices("categories", ProcurementCategory, ProcurementCategory)),
        methods=frozenset(table.choices("methods", ProcurementMethod, ProcurementMethod)),
        text=table.text("text"),
        legal_basis=legal_basis,
        mark=table.mark(legal_basis or source, dated=True),
    )
    if rule.count_first_day and n == 0:
        table.wrong("n", "初日を数えるときは1以上の整数が要ります")
    if rule.is_backward and rule.count_first_day:
        table.wrong("count_first_day", "契約締結期限から前へ数えるときは書けません")
    table.done()
    return rule


def check_bases(rules: list[tuple[Table, DeadlineRule]]) -> None:
    """Note every deadline that is counted back from a deadline of the conclusion that its cases do not have."""
    forward = [rule for _, rule in rules if not rule.is_backward]
    for table, rule in rules:
        if not rule.is_backward:
            continue
        if rule.kind is DeadlineKind.CONTRACT_CONCLUSION:
            table.wrong("base", '契約締結期限そのものは、base = "award"（落札決定の日）から数えます')
        elif missing := [kind for kind in ProcurementCategory if _lacks_conclusion(rule, kind, forward)]:
            words = "、".join(kind.label for kind in missing)
            table.wrong(
                "base", f'kind = "contract_conclusion" の [[deadlines]] も要ります（ない種別: {words}）'
            )


def _lacks_conclusion(rule: DeadlineRule, category: ProcurementCategory, forward: list[DeadlineRule]) -> bool:
    methods = {
        method
        for other in forward
        if other.kind is DeadlineKind.CONTRACT_CONCLUSION and category in other.categories
        for method in other.methods
    }
    return category in rule.categories and not rule.methods <= methods


def check_shadowed(rules: list[tuple[Table, DeadlineRule]]) -> None:
    """Note every deadline that can never count, because one above it is for the same cases."""
    for place, (table, rule) in enumerate(rules):
        for above_table, above in rules[:place]:
            if _covers(above, rule):
                table.wrong("kind", f"{above_table.path} と重なり、使われることがありません")
                break


def _covers(above: DeadlineRule, rule: DeadlineRule) -> bool:
    same = (above.kind, above.mark.effective_from) == (rule.kind, rule.mark.effective_from)
    lasts = above.mark.effective_until is None or (
        rule.mark.effective_until is not None and rule.mark.effective_until <= above.mark.effective_until
    )
    cases = (above.categories, above.methods) == (rule.categories, rule.methods)
    return same and lasts and cases


def read_reminder(table: Table, kind: DeadlineKind, source: str) -> ReminderRule:
    """[reminders.<kind>] (期限のお知らせ)."""
    usual = usual_reminders(kind)
    rule = replace(
        usual,
        before=_read_offsets(table, "before", usual.before),
        overdue=_read_offsets(table, "overdue", usual.overdue),
        to=table.choices("to", Side, usual.to),
        mark=table.mark(source),
    )
    table.done()
    return rule


def _read_offsets(table: Table, name: str, usual: tuple[Offset, ...]) -> tuple[Offset, ...]:
    offsets = []
    for place, code in enumerate(table.texts(name)):
        try:
            offsets.append(parse_offset(code))
        except ValueError:
            expected = '"D-3 09:00" "D+1 09:00" "award 17:00" "-3h" "3日前の9時" のように書きます'
            table.wrong(f"{name}[{place}]", f'{expected}（いまは "{code}"）')
    return tuple(offsets) if table.has(name) else usual
