"""Eligibility (電子契約の可否): a city's scope, sections and exclusions, asked about one case."""

from collections.abc import Sequence
from datetime import date

from procurement.cities.kinds import Trigger
from procurement.cities.marks import Mark
from procurement.cities.scope import (
    CaseFacts,
    Eligibility,
    ExclusionRule,
    Finding,
    Reason,
    ScopeRule,
    SectionRule,
    labels,
    span_words,
)
from procurement.wareki import format_wareki


def decide_eligibility(
    facts: CaseFacts,
    scopes: Sequence[ScopeRule],
    exclusions: Sequence[ExclusionRule],
    sections: Sequence[SectionRule],
    source: str,
) -> Eligibility:
    """Whether a case may be electronic: inside one scope, its section begun, and no exclusion.

    A date that decides and is missing makes the case not eligible, with the reason naming the date; a
    fact that only an exclusion asks for is named as still to be checked.
    Sources: each city's rules. (CITY-07, CITY-20..23, CITY-48, CITY-60..62, AMB-03, AMB-49)
    """
    on = facts.decided_on
    scope, found = _best_scope(facts, scopes, on, source)
    begun = _section_findings(facts, sections, scope.trigger if scope else Trigger.CONTRACT_DATE)
    excluded = [
        finding
        for rule in exclusions
        if (on is None or rule.mark.in_force(on)) and (finding := rule.finding(facts)) is not None
    ]
    deciding = [*found, *begun]
    refused = [f for f in deciding if f.met is not True] + [f for f in excluded if f.met is False]
    if refused:
        return Eligibility(False, tuple(f.reason for f in refused))
    return Eligibility(True, tuple(f.reason for f in (*deciding, *excluded)))


def _best_scope(
    facts: CaseFacts, scopes: Sequence[ScopeRule], on: date | None, source: str
) -> tuple[ScopeRule | None, tuple[Finding, ...]]:
    """The scope that takes the case in; otherwise the first of its kind with what it refuses."""
    if not scopes:
        text = "適用時期と対象種別は未設定です。すべての種別を対象として扱います。"
        return None, (Finding(True, Reason("scope.unset", text, source)),)
    of_kind = [scope for scope in scopes if facts.category in scope.categories]
    if not of_kind:
        kinds = labels(frozenset().union(*(scope.categories for scope in scopes)))
        text = f"{facts.category.label}は電子契約の対象外です（対象: {kinds}）。"
        return None, (Finding(False, Reason("scope.category", text, scopes[0].mark.source)),)
    in_force = [scope for scope in of_kind if on is None or scope.mark.in_force(on)]
    if not in_force:
        periods = "、".join(f"{s.title}（{period_words(s.mark)}）" for s in of_kind)
        text = f"{format_wareki(on or date.max)}に適用される範囲がありません（{periods}）。"
        return None, (Finding(False, Reason("scope.period", text, of_kind[0].mark.source)),)
    judged = [(scope, scope.findings(facts)) for scope in in_force]
    return next((pair for pair in judged if all(f.met for f in pair[1])), judged[0])


def period_words(mark: Mark) -> str:
    """From when to when a rule is in force, in words."""
    return f"適用: {span_words(mark.effective_from, mark.effective_until)}"


def _section_findings(
    facts: CaseFacts, sections: Sequence[SectionRule], trigger: Trigger
) -> tuple[Finding, ...]:
    section = next((s for s in sections if s.name == facts.section), None)
    finding = section.finding(facts, trigger) if section else None
    return (finding,) if finding else ()
