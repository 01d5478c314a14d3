"""Scope of electronic contracts (電子契約の対象): which cases may be electronic, and why not."""

from dataclasses import dataclass, field
from datetime import date

from procurement.business_days import DayPattern
from procurement.cities.kinds import ProcurementCategory, ProcurementMethod, Trigger
from procurement.cities.marks import Mark
from procurement.wareki import format_wareki

ALL_CATEGORIES = frozenset(ProcurementCategory)
ALL_METHODS = frozenset(ProcurementMethod)


@dataclass(frozen=True)
class CaseFacts:
    """What a city's rules want to know about a case (案件の事実). None means: not known yet."""

    category: ProcurementCategory
    method: ProcurementMethod
    noticed_on: date | None = None
    awarded_on: date | None = None
    contract_on: date | None = None
    performance_starts_on: date | None = None
    performance_ends_on: date | None = None
    section: str | None = None
    contract_price: int | None = None
    requires_council_approval: bool = False
    is_trial: bool = False

    @property
    def decided_on(self) -> date | None:
        """The day whose rules count: of the award, else of the contract, else of the notice."""
        return self.awarded_on or self.contract_on or self.noticed_on


@dataclass(frozen=True)
class Reason:
    """One rule that was looked at (判定の理由): its code, what it says of this case, and where it stands."""

    rule: str
    text: str
    source: str

    def as_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return {"rule": self.rule, "text": self.text, "source": self.source}


@dataclass(frozen=True)
class Eligibility:
    """Whether a case may be contracted electronically (電子契約の可否), with every rule that decided it.

    When it may not: each rule that refuses. When it may: the rules that were met, and what is still to
    be checked because a date was not given.
    """

    eligible: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Finding:
    """What one rule found: met, refused, or not decidable yet (then `met` is none)."""

    met: bool | None
    reason: Reason


@dataclass(frozen=True)
class ScopeRule:
    """Scope (適用時期・適用案件): kinds of cases, and from which day. (CITY-07, CITY-20..22, CITY-60..61)

    `trial_case_from` is the earlier start for cases that an officer marks as a trial (試行).
    """

    title: str = ""
    categories: frozenset[ProcurementCategory] = ALL_CATEGORIES
    methods: frozenset[ProcurementMethod] = ALL_METHODS
    trigger: Trigger = Trigger.CONTRACT_DATE
    starts_on: date | None = None
    ends_on: date | None = None
    trial: bool = False
    trial_case_from: date | None = None
    text: str = ""
    mark: Mark = field(default_factory=Mark)

    def findings(self, facts: CaseFacts) -> tuple[Finding, ...]:
        """Method and start of this scope, for a case whose kind is in it."""
        return (*self._method(facts), *self._start(facts))

    def _method(self, facts: CaseFacts) -> tuple[Finding, ...]:
        if facts.method in self.methods:
            return ()
        text = f"{facts.method.label}は対象外です（対象: {labels(self.methods)}）。"
        return (Finding(False, Reason("scope.method", text, self.mark.source)),)

    def _start(self, facts: CaseFacts) -> tuple[Finding, ...]:
        source = self.mark.source_of("starts_on")
        if self.starts_on is None and self.ends_on is None:
            note = (
                "適用時期は未設定です。" if "starts_on" in self.mark.unset else "適用時期の定めはありません。"
            )
            return (Finding(True, Reason("scope.start", self._words() + note, source)),)
        starts_on = self._first_day(facts)
        met = _is_after(facts, self.trigger, starts_on, self.ends_on)
        text = self._start_words(facts, starts_on, met)
        return (Finding(met, Reason("scope.start", text, source)),)

    def _first_day(self, facts: CaseFacts) -> date:
        starts_on = self.starts_on or date.min
        if facts.is_trial and self.trial_case_from is not None:
            return min(starts_on, self.trial_case_from)
        return starts_on

    def _start_words(self, facts: CaseFacts, starts_on: date, met: bool | None) -> str:
        span = span_words(starts_on if self.starts_on else None, self.ends_on)
        known = trigger_date(facts, self.trigger)
        given = f"（この案件: {format_wareki(known)}）" if known else ""
        trial = "試行案件として、" if self.starts_on and starts_on != self.starts_on else ""
        rule = f"{trial}{self.trigger.label}が{span}のものが対象です{given}。"
        if met is None:
            return f"{self.trigger.label}が未入力のため、対象かどうか決まりません。{rule}"
        if met:
            return f"{self._words()}{rule}"
        early = known < starts_on if known else not _is_awarded_after(facts, self.ends_on)
        when = "より前" if early else "より後"
        edge = starts_on if early else (self.ends_on or starts_on)
        refusal = f"{self.trigger.label}が{format_wareki(edge)}{when}のため対象外です。"
        return f"{rule}{refusal}{self._trial_hint(facts)}"

    def _trial_hint(self, facts: CaseFacts) -> str:
        if self.trial_case_from is None or facts.is_trial:
            return ""
        return f"試行案件の指定があれば{format_wareki(self.trial_case_from)}から対象です。"

    def _words(self) -> str:
        label = "（試行）" if self.trial and "試行" not in self.title else ""
        return f"{label}{self.title or '対象の案件'}に当たります。"


@dataclass(frozen=True)
class ExclusionRule:
    """Exclusion (適用除外): a case for which all conditions of the rule are true. (CITY-62)

    A condition that is not written is not asked. Amounts are the contract price, tax included.
    """

    code: str
    text: str
    categories: frozenset[ProcurementCategory] = ALL_CATEGORIES
    methods: frozenset[ProcurementMethod] = ALL_METHODS
    sections: tuple[str, ...] = ()
    performance_starts: DayPattern | None = None
    price_at_least: int | None = None
    price_less_than: int | None = None
    period_longer_than_years: int | None = None
    council_approval: bool = False
    mark: Mark = field(default_factory=Mark)

    def finding(self, facts: CaseFacts) -> Finding | None:
        """Refused, still to be checked, or none when the exclusion does not concern the case."""
        answers = dict(self._answers(facts))
        if False in answers.values():
            return None
        unknown = [what for what, answer in answers.items() if answer is None]
        rule = f"exclusion.{self.code}"
        if unknown:
            text = f"{'・'.join(unknown)}が未入力のため、次の除外に当たらないか確認が必要です: {self.text}"
            return Finding(None, Reason(rule, text, self.mark.source))
        return Finding(False, Reason(rule, self.text, self.mark.source))

    def _answers(self, facts: CaseFacts) -> list[tuple[str, bool | None]]:
        """Each condition of the rule with its answer; none where the fact is not known."""
        price = facts.contract_price
        answers: list[tuple[str, bool | None]] = [
            ("種別", facts.category in self.categories),
            ("契約の方法", facts.method in self.methods),
        ]
        if self.sections:
            answers.append(("担当課", None if facts.section is None else facts.section in self.sections))
        if self.performance_starts is not None:
            start = facts.performance_starts_on
            answers.append(("履行開始日", None if start is None else self.performance_starts.matches(start)))
        if self.price_at_least is not None:
            answers.append(("契約金額", None if price is None else price >= self.price_at_least))
        if self.price_less_than is not None:
            answers.append(("契約金額", None if price is None else price < self.price_less_than))
        if self.period_longer_than_years is not None:
            answers.append(("履行期間", _is_longer(facts, self.period_longer_than_years)))
        if self.council_approval:
            answers.append(("議会の議決", facts.requires_council_approval))
        return answers


@dataclass(frozen=True)
class SectionRule:
    """Section (課): its mail address, and from when its cases may be electronic. (CITY-23)"""

    name: str
    mail: str = ""
    role: str = ""
    electronic: bool = True
    electronic_from: date | None = None
    mark: Mark = field(default_factory=Mark)

    def finding(self, facts: CaseFacts, trigger: Trigger) -> Finding | None:
        """Refused while the section has not begun; none when the section sets no limit."""
        source = self.mark.source
        if not self.electronic:
            text = f"{self.name}では電子契約をまだ始めていません。"
            return Finding(False, Reason("section", text, source))
        if self.electronic_from is None:
            return None
        met = _is_after(facts, trigger, self.electronic_from, None)
        first = format_wareki(self.electronic_from)
        text = f"{self.name}では、{trigger.label}が{first}以降のものが対象です。"
        if met is None:
            text = f"{trigger.label}が未入力のため、対象かどうか決まりません。{text}"
        return Finding(met, Reason("section", text, source))


def labels(kinds: frozenset[ProcurementCategory] | frozenset[ProcurementMethod]) -> str:
    """Kinds in the order of their definition, in Japanese words."""
    members: list[ProcurementCategory | ProcurementMethod] = [*ProcurementCategory, *ProcurementMethod]
    return "、".join(member.label for member in members if member in kinds)


def _is_awarded_after(facts: CaseFacts, day: date | None) -> bool:
    return day is not None and facts.awarded_on is not None and facts.awarded_on > day


def span_words(starts_on: date | None, ends_on: date | None) -> str:
    """An open or closed span of days in words."""
    if starts_on and ends_on:
        return f"{format_wareki(starts_on)}から{format_wareki(ends_on)}まで"
    return f"{format_wareki(starts_on)}以降" if starts_on else f"{format_wareki(ends_on or date.max)}まで"


def trigger_date(facts: CaseFacts, trigger: Trigger) -> date | None:
    """The day of the case that a trigger asks for."""
    return {
        Trigger.CONTRACT_DATE: facts.contract_on,
        Trigger.PUBLIC_NOTICE_DATE: facts.noticed_on,
        Trigger.AWARD_DATE: facts.awarded_on,
    }[trigger]


def _is_after(facts: CaseFacts, trigger: Trigger, starts_on: date, ends_on: date | None) -> bool | None:
    """Whether the trigger lies in the span; none when not known and not to be concluded from the award.

    A contract is never before its award, and a notice never after it, so the award date alone may decide.
    """
    known, awarded_on = trigger_date(facts, trigger), facts.awarded_on
    if known is not None:
        return starts_on <= known and (ends_on is None or known <= ends_on)
    if awarded_on is None:
        return None
    if trigger is Trigger.CONTRACT_DATE and ends_on is not None and awarded_on > ends_on:
        return False
    if trigger is Trigger.CONTRACT_DATE and ends_on is None and awarded_on >= starts_on:
        return True
    if trigger is Trigger.PUBLIC_NOTICE_DATE and awarded_on < starts_on:
        return False
    return None


def _is_longer(facts: CaseFacts, years: int) -> bool | None:
    start, end = facts.performance_starts_on, facts.performance_ends_on
    if start is None or end is None:
        return None
    return (end.year - start.year, end.month, end.day) >= (years, start.month, start.day)
