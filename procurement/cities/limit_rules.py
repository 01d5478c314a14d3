"""Amounts of guarantees and advance payments as a city file gives them (保証と前払金の割合・額): `[[guarantees.limits]]`."""

from dataclasses import dataclass, field

from procurement.cities.kinds import ProcurementCategory
from procurement.cities.marks import Mark
from procurement.cities.reader import Table

PERCENTS = ("contract_percent", "advance_percent", "interim_percent", "total_percent")
AMOUNTS = (
    "contract_exempt_below",
    "advance_price_at_least",
    "advance_at_most",
    "interim_price_at_least",
    "interim_at_most",
)
UNITS = ("contract_round_up_to", "round_down_to")
KEYS = (*PERCENTS, *AMOUNTS, *UNITS)

LABELS = {
    "contract_percent": "契約保証の割合",
    "contract_round_up_to": "契約保証の額の端数（切上げ）",
    "contract_exempt_below": "契約保証を免除できる契約金額（未満）",
    "advance_percent": "前払金の割合",
    "advance_price_at_least": "前払金の対象となる契約金額（以上）",
    "advance_at_most": "前払金の上限額",
    "interim_percent": "中間前払金の割合",
    "interim_price_at_least": "中間前払金の対象となる契約金額（以上）",
    "interim_at_most": "中間前払金の上限額",
    "total_percent": "前払金と中間前払金を合わせた割合",
    "round_down_to": "前払金の端数（切捨て）",
}
"""What a person reads for each key."""


@dataclass(frozen=True)
class LimitRule:
    """One table of limits (割合・額の定め): only the keys that the file writes; the others stay national.

    Percentages are whole numbers, amounts yen with tax.
    """

    categories: frozenset[ProcurementCategory]
    values: dict[str, int] = field(hash=False)
    mark: Mark


def read_limit_rule(table: Table, source: str) -> LimitRule:
    """[[guarantees.limits]] (割合・額): percentages 0 to 100, amounts in yen, units of at least one yen."""
    categories = table.choices("categories", ProcurementCategory, ProcurementCategory)
    given = {
        **{name: table.percent(name) for name in PERCENTS},
        **{name: table.number(name) for name in AMOUNTS},
        **{name: table.number(name, least=1) for name in UNITS},
    }
    values = {name: value for name, value in given.items() if value is not None}
    mark = table.mark(source, dated=True)
    if not any(table.has(name) for name in KEYS) and not mark.unset:
        table.wrong("", f"割合か額のキーが一つ以上要ります: {', '.join(KEYS)}")
    table.done()
    return LimitRule(frozenset(categories), values, mark)
