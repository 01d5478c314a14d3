"""Rules of a city (市の規則): one frozen object per city that answers what is asked of a case.

Everything here is pure: the rules come from the city's file (procurement/cities), the facts from the
caller, and nothing reads a clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from procurement.business_days import CityCalendar
from procurement.cities.eligibility import decide_eligibility, period_words
from procurement.cities.kinds import (
    Channel,
    DeadlineKind,
    GuaranteeKind,
    ProcurementCategory,
    ProcurementMethod,
    Roll,
    Route,
    Side,
    SigningStyle,
    SigningType,
    Trigger,
    Unit,
)
from procurement.cities.marks import Mark
from procurement.cities.parts import (
    AmendmentDecision,
    AmendmentRule,
    BackdatingRule,
    CompletionPolicy,
    Guarantees,
    HelpTexts,
    LateHandling,
    MailNames,
    Notices,
    Participation,
    SigningPolicy,
    UsageApplicationRule,
)
from procurement.cities.reminders import GuaranteeReminders, ReminderMoment, ReminderRule, usual_reminders
from procurement.cities.scope import (
    CaseFacts,
    Eligibility,
    ExclusionRule,
    Reason,
    ScopeRule,
    SectionRule,
)
from procurement.deadlines import Deadline, DeadlineRule, deadline_from
from procurement.wareki import format_wareki, jst_date

__all__ = [
    "AmendmentDecision",
    "CaseFacts",
    "Channel",
    "CityRules",
    "Deadline",
    "DeadlineKind",
    "Eligibility",
    "GuaranteeKind",
    "ProcurementCategory",
    "ProcurementMethod",
    "Reason",
    "ReminderMoment",
    "Roll",
    "Route",
    "Side",
    "SigningStyle",
    "SigningType",
    "Trigger",
    "Unit",
    "rules_for",
]


@dataclass(frozen=True)
class CityRules:
    """Rules of a city (市の規則), as its file says them. (CITY-01)

    `changes` holds the whole rules again from each day on which some of them change; `at` picks.
    The answering methods pick by themselves, by the day of the award.
    """

    slug: str
    name: str
    mayor: str
    service: str
    mails: MailNames
    source: str = ""
    participation: Participation = field(default_factory=Participation)
    calendar: CityCalendar = field(default_factory=CityCalendar)
    calendar_mark: Mark = field(default_factory=Mark)
    sections: tuple[SectionRule, ...] = ()
    scopes: tuple[ScopeRule, ...] = ()
    exclusions: tuple[ExclusionRule, ...] = ()
    deadline_rules: tuple[DeadlineRule, ...] = ()
    reminders: tuple[ReminderRule, ...] = ()
    guarantee_reminders: GuaranteeReminders = field(default_factory=GuaranteeReminders)
    late_handling: LateHandling = field(default_factory=LateHandling)
    backdating: BackdatingRule = field(default_factory=BackdatingRule)
    amendments: AmendmentRule = field(default_factory=AmendmentRule)
    usage_application: UsageApplicationRule = field(default_factory=UsageApplicationRule)
    signing: SigningPolicy = field(default_factory=SigningPolicy)
    completion: CompletionPolicy = field(default_factory=CompletionPolicy)
    guarantees: Guarantees = field(default_factory=Guarantees)
    help: HelpTexts = field(default_factory=HelpTexts)
    notices: Notices = field(default_factory=Notices)
    forms: tuple[dict[str, Any], ...] = field(default=(), hash=False)
    mark: Mark = field(default_factory=Mark)
    changes: tuple[tuple[date, "CityRules"], ...] = ()

    def at(self, on: date | None) -> "CityRules":
        """The rules in force on a day; the first version when no day is known."""
        in_force = [rules for starts_on, rules in self.changes if on is not None and starts_on <= on]
        return in_force[-1] if in_force else self

    def eligibility(self, facts: CaseFacts) -> Eligibility:
        """Whether a case may be electronic, with every rule that decided. (CITY-07, CITY-60..62)"""
        on = facts.decided_on
        if on is not None and not self.mark.in_force(on):
            text = (
                f"{format_wareki(on)}には、{self.name}の規則は適用されません（{period_words(self.mark)}）。"
            )
            return Eligibility(False, (Reason("city.period", text, self.source),))
        rules = self.at(on)
        return decide_eligibility(facts, rules.scopes, rules.exclusions, rules.sections, rules.source)

    def deadlines(
        self,
        category: ProcurementCategory,
        awarded_at: datetime,
        method: ProcurementMethod | None = None,
    ) -> tuple[Deadline, ...]:
        """Every deadline that an award starts, in order of time; may be empty. (CITY-10, CITY-40)

        Of several rules of one kind the newest in force counts, then the one for the fewest kinds of
        cases, then the first in the file. Where the method is not known, a rule for all methods comes
        before one for some.
        """
        awarded_on = jst_date(awarded_at)
        if not self.mark.in_force(awarded_on):
            return ()
        rules = self.at(awarded_on)
        chosen = rules._chosen_deadlines(category, method, awarded_on)
        found = {
            rule.kind: deadline_from(rule, awarded_at, rules.calendar)
            for rule in chosen
            if not rule.is_backward
        }
        conclusion = found.get(DeadlineKind.CONTRACT_CONCLUSION)
        for rule in chosen:
            if rule.is_backward and conclusion is not None:
                found[rule.kind] = deadline_from(rule, conclusion.due_at, rules.calendar, awarded_on)
        return tuple(sorted(found.values(), key=lambda deadline: deadline.due_at))

    def _chosen_deadlines(
        self, category: ProcurementCategory, method: ProcurementMethod | None, on: date
    ) -> Iterable[DeadlineRule]:
        """The one rule of each kind that counts for such a case."""
        chosen: dict[DeadlineKind, DeadlineRule] = {}
        for rule in self.deadline_rules:
            old = chosen.get(rule.kind)
            if rule.applies(category, method, on) and (
                old is None or _rank(rule, method) > _rank(old, method)
            ):
                chosen[rule.kind] = rule
        return chosen.values()

    def amendment(self, original: Route, on: date | None = None) -> AmendmentDecision:
        """Whether an amendment of a contract concluded by `original` may be electronic. (CITY-09, CITY-65)"""
        rule = self.at(on).amendments
        allowed = original is Route.ELECTRONIC or not rule.only_if_original_electronic
        key = "text" if allowed else "refusal"
        source = rule.mark.source_of(key)
        if rule.mark.is_assumed(key) or (not allowed and rule.mark.is_assumed("only_if_original_electronic")):
            source = f"{source}（仮定）" if source else "資料に定めがないため仮定"
        return AmendmentDecision(allowed, rule.text if allowed else rule.refusal, source)

    def reminder_rule(self, kind: DeadlineKind) -> ReminderRule:
        """When a deadline is brought to mind, and to whom; the usual rule by default. (CITY-11)"""
        return next((rule for rule in self.reminders if rule.kind is kind), usual_reminders(kind))

    def reminder_moments(
        self, kind: DeadlineKind, *, due_at: datetime, awarded_at: datetime
    ) -> tuple[ReminderMoment, ...]:
        """The instants of the reminders of one deadline, in order. (CITY-11)"""
        return self.at(jst_date(awarded_at)).reminder_rule(kind).moments(due_at, awarded_at)

    def section(self, name: str) -> SectionRule | None:
        """The section of that name, when the file lists it."""
        return next((section for section in self.sections if section.name == name), None)


def rules_for(city: CityRules, on: date) -> CityRules:
    """The rules of a city on a day (市と日付による規則の選択)."""
    return city.at(on)


def _rank(rule: DeadlineRule, method: ProcurementMethod | None) -> tuple[int, date, int]:
    """What makes one rule count before another: newer, then for fewer cases."""
    sure = len(rule.methods) if method is None else 0
    return sure, rule.mark.effective_from or date.min, -len(rule.categories) * len(rule.methods)
