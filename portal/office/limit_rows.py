"""Rows of the rules page for amounts (保証の額・前払金の割合): every limit of a day, the city's own and the national ones."""

from datetime import date

from portal.office.rule_rows import RuleGroup, RuleRow
from procurement.cities.scope import labels
from procurement.guarantee_limits import NATIONAL, LimitLine, limit_lines, limits_for
from procurement.rules import CityRules, ProcurementCategory


def limit_groups(rules: CityRules, on: date) -> list[RuleGroup]:
    """The limits of each kind of case on a day; kinds with the same limits stand together."""
    alike: dict[tuple[LimitLine, ...], list[ProcurementCategory]] = {}
    for category in ProcurementCategory:
        alike.setdefault(limit_lines(limits_for(rules, category, on)), []).append(category)
    return [
        RuleGroup(f"保証の額・前払金の割合（{labels(frozenset(kinds))}）", tuple(map(_row, lines)))
        for lines, kinds in alike.items()
    ]


def _row(line: LimitLine) -> RuleRow:
    """A limit that nobody has set is no open question: there is none."""
    if line.value is None:
        return RuleRow(line.label, line.words, "", is_assumed=False, is_unset=False)
    return RuleRow(
        label=line.label,
        value=line.words,
        source=line.value.source,
        is_assumed=line.value.is_assumed,
        is_unset=False,
        note=f"{NATIONAL}の値です。" if line.value.is_national else "",
    )
