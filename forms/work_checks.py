"""Named rules for papers of works (工事の書類の検査規則): amounts by dated tables, people on two cases at once."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from forms.facts import Assignment, FormFacts
from forms.findings import Finding
from forms.meanings import Meaning
from forms.model import Field
from forms.texts import searchable
from procurement.cities.kinds import ProcurementCategory
from procurement.errors import RuleViolation
from procurement.guarantee_limits import largest_advance, limits_for
from procurement.numbers import format_yen
from procurement.wareki import format_wareki, parse_date

BUILDING, FULL_TIME, DRAWN = "building", ("full_time", "special_1"), "drawn"
Fields = tuple[Field, ...]
Values = Mapping[str, object]


def limits(table: str, on: date) -> dict[str, Any]:
    """The row of a dated table (基準額の表) that is in force on a day; the oldest for days before it."""
    rows = sorted(_tables()[table], key=lambda row: row["effective_from"])
    begun = [row for row in rows if row["effective_from"] <= on]
    return begun[-1] if begun else rows[0]


def named_elsewhere(field: Field, value: object, facts: FormFacts) -> Finding | None:
    """The same person on another case at the same time is shown, never refused: the official decides."""
    others = [
        a for a in facts.assignments if searchable(a.name) == searchable(str(value)) and _overlaps(a, facts)
    ]
    if not others:
        return None
    places = "、".join(dict.fromkeys(f"「{a.case_title}」{_period(a)}の{a.role.label}" for a in others))
    return Finding(
        field.key,
        f"{value}さんは、{places}にもなっています。工期が重なるときは、専任の要否と兼任届の要否を確認してください。"
        "このままでも提出できます。",
        blocks=False,
    )


def full_time_required(fields: Fields, values: Values, facts: FormFacts) -> Finding | None:
    """Full-time engineer (専任要): by the contract price, the kind of work and the day of the contract."""
    chosen, price, kind = (values.get(field.key) for field in fields)
    if not isinstance(price, int) or not chosen or not kind:
        return None
    row = limits("full_time", contract_day(facts))
    limit = row["building_price"] if kind == BUILDING else row["price"]
    if price < limit or chosen in FULL_TIME:
        return None
    return Finding(
        fields[0].key,
        f"{fields[1].label}が{format_yen(limit)}以上の工事では、技術者の専任が必要です"
        f"（建設業法施行令第27条、{format_wareki(row['effective_from'])}からの額）。"
        "専任の技術者を選任するか、専任特例による兼務の要件を確認してください。このままでも提出できます。",
        blocks=False,
    )


def concurrent_limits(fields: Fields, values: Values, facts: FormFacts) -> Finding | None:
    """Works that one site agent holds together: each below the limit; above it the official decides."""
    limit = limits("concurrent", contract_day(facts))["price"]
    for field in fields:
        price = values.get(field.key)
        if isinstance(price, int) and price >= limit:
            return Finding(
                field.key,
                f"{field.label}が{format_yen(limit)}以上の工事は、現場代理人の兼任が認められないことがあります。"
                "担当課に確認してください。このままでも提出できます。",
                blocks=False,
            )
    return None


def advance_within_share(fields: Fields, values: Values, facts: FormFacts) -> Finding | None:
    """Advance payment (前払金): not above its share of the contract price, rounded down."""
    amount, price = (values.get(field.key) for field in fields)
    if not isinstance(amount, int) or not isinstance(price, int):
        return None
    category = facts.category or ProcurementCategory.CONSTRUCTION_WORKS
    most = largest_advance(facts.limits or limits_for(None, category, contract_day(facts)), price)
    if amount <= most.amount:
        return None
    source = f"（{most.source}）" if most.source else ""
    return Finding(
        fields[0].key,
        f"{fields[0].label}は、{most.words}です{source}。{format_yen(most.amount)}以下の額を書いてください。"
        if most.amount
        else f"この種別の契約には、前払金の定めがありません{source}。担当課に確認してください。",
    )


def guarantee_number_missing(fields: Fields, values: Values, facts: FormFacts) -> Finding | None:
    """FILE-05: a claim without the number of its guarantee goes through, with a warning."""
    if values.get(fields[0].key) or not values.get(fields[1].key):
        return None
    return Finding(
        fields[0].key,
        f"{fields[0].label}が空欄です。前払金は、前払金の保証を市が確認してから支払われます。"
        "保証証書が発行されたら、番号を書いて提出し直すか、認証キーのお知らせを提出してください。",
        blocks=False,
    )


def drawn_or_uploaded(fields: Fields, values: Values, facts: FormFacts) -> Finding | None:
    """A work schedule that is drawn here has at least one work."""
    way, first = fields
    if values.get(way.key) != DRAWN or values.get(first.key):
        return None
    return Finding(
        first.key, "工程が1つも書かれていません。工程を書くか、作成済みの工程表を添付する方を選んでください。"
    )


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    text = files("forms").joinpath("work_limits.toml").read_text("utf-8")
    return tomllib.loads(text)


def contract_day(facts: FormFacts) -> date:
    """The day whose limits count: that of the contract, before it is concluded today."""
    return _known_day(facts, Meaning.CONTRACT_ON) or facts.today


def _known_day(facts: FormFacts, meaning: Meaning) -> date | None:
    try:
        return parse_date(facts.known[meaning])
    except (KeyError, RuleViolation):
        return None


def _overlaps(other: Assignment, facts: FormFacts) -> bool:
    """Whether the times meet; where one of them is not known they may."""
    starts, ends = _known_day(facts, Meaning.PERIOD_STARTS_ON), _known_day(facts, Meaning.PERIOD_ENDS_ON)
    begins_before_ours_ends = ends is None or other.starts_on is None or other.starts_on <= ends
    ends_after_ours_begins = starts is None or other.ends_on is None or other.ends_on >= starts
    return begins_before_ours_ends and ends_after_ours_begins


def _period(assignment: Assignment) -> str:
    if assignment.starts_on is None or assignment.ends_on is None:
        return ""
    return f"（工期 {format_wareki(assignment.starts_on)}から{format_wareki(assignment.ends_on)}まで）"
