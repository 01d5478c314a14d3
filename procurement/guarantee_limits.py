"""How much a guarantee must be and an advance payment may be (保証の額・前払金の額): dated tables, national and by city.

Pure functions over whole yen, tax included. Every value keeps where it stands and whether it was assumed.
(japan.md 1.7; GUAR-04, GUAR-75)
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files

from procurement.cities.kinds import ProcurementCategory
from procurement.cities.limit_rules import KEYS, LABELS, PERCENTS, UNITS, LimitRule, read_limit_rule
from procurement.cities.reader import Mistake, Table
from procurement.numbers import format_yen
from procurement.rules import CityRules

NATIONAL = "国の標準"


@dataclass(frozen=True)
class LimitValue:
    """One value of the tables (割合・額・単位): a percentage or yen, where it stands, and whose word it is."""

    value: int
    source: str
    is_assumed: bool = False
    is_national: bool = True

    @property
    def where(self) -> str:
        """The source as a person reads it, with what was assumed or is only the national standard."""
        marks = [NATIONAL] if self.is_national else []
        marks += ["仮定"] if self.is_assumed else []
        return f"{self.source}（{'、'.join(marks)}）" if marks else self.source


@dataclass(frozen=True)
class GuaranteeLimits:
    """What holds for one kind of case on one day (割合・額の定め). Keys as in the city file.

    `get` of a key that nobody set is None: there is no such limit.
    """

    category: ProcurementCategory
    on: date
    values: Mapping[str, LimitValue] = field(hash=False)

    def get(self, key: str) -> int | None:
        """The value of a key; None where no limit is set."""
        return self.values[key].value if key in self.values else None

    def where(self, key: str) -> str:
        """Where the value of a key stands; empty where none is set."""
        return self.values[key].where if key in self.values else ""


@dataclass(frozen=True)
class Limit:
    """An amount that follows from the limits (額): yen, how it came about, and where that stands."""

    amount: int
    words: str
    source: str


def limits_for(rules: CityRules | None, category: ProcurementCategory, on: date) -> GuaranteeLimits:
    """The limits of a city for a kind of case on a day; the national ones where it is silent or unknown.

    Of several tables of the city the newest in force counts, then the one for the fewest kinds; each key
    is looked up by itself, so that a table may set one value alone.
    """
    values = _values(_national_row(category, on), is_national=True)
    own = rules.at(on).guarantees.limits if rules is not None else ()
    fitting = [rule for rule in own if category in rule.categories and rule.mark.in_force(on)]
    for rule in sorted(fitting, key=_rank):
        values |= _values(rule, is_national=False)
        for key in rule.mark.unset:
            values.pop(key, None)
    return GuaranteeLimits(category, on, values)


def least_contract_guarantee(limits: GuaranteeLimits, price: int) -> Limit:
    """Least amount of a contract guarantee (契約保証の額): its share of the price, never rounded below it."""
    percent, unit = limits.get("contract_percent") or 0, limits.get("contract_round_up_to") or 1
    least = -(-price * percent // (100 * unit)) * unit
    rounded = "" if unit == 1 else f"・{format_yen(unit)}未満切上げ"
    words = f"契約金額{format_yen(price)}の{share(percent)}以上{rounded}（{format_yen(least)}以上）"
    return Limit(least, words, limits.where("contract_percent"))


def largest_advance(limits: GuaranteeLimits, price: int) -> Limit:
    """Largest advance payment (前払金の限度額): its share of the price, rounded down; 0 where there is none."""
    percent = limits.get("advance_percent") or 0
    most = _rounded_down(limits, price * percent // 100, limits.get("advance_at_most"))
    words = f"契約金額{format_yen(price)}の{share(percent)}以内{_rounding(limits)}（{format_yen(most)}まで）"
    key = _decisive(limits, "advance_at_most", most, "advance_percent")
    return Limit(most, words, limits.where(key))


def largest_interim(limits: GuaranteeLimits, price: int, advance: int = 0) -> Limit:
    """Largest interim advance payment (中間前払金の限度額): its share, and the share of both together.

    `advance` is the advance payment that was made or is claimed, in yen.
    """
    percent, total = limits.get("interim_percent") or 0, limits.get("total_percent")
    alone = _rounded_down(limits, price * percent // 100, limits.get("interim_at_most"))
    left = price if total is None else price * total // 100
    together = max(_rounded_down(limits, left - advance), 0)
    most = min(alone, together)
    words = f"契約金額{format_yen(price)}の{share(percent)}以内{_rounding(limits)}"
    if together < alone and total is not None:
        words += f"、前払金{format_yen(advance)}との合計が{share(total)}以内"
        return Limit(most, f"{words}（{format_yen(most)}まで）", limits.where("total_percent"))
    key = _decisive(limits, "interim_at_most", most, "interim_percent")
    return Limit(most, f"{words}（{format_yen(most)}まで）", limits.where(key))


def exempt_below(limits: GuaranteeLimits) -> Limit | None:
    """Contract price below which a city may waive the contract guarantee (契約保証の免除); None where it set none."""
    price = limits.get("contract_exempt_below")
    if price is None:
        return None
    words = f"契約金額が{format_yen(price)}未満のときは、契約保証を免除できます。"
    return Limit(price, words, limits.where("contract_exempt_below"))


@dataclass(frozen=True)
class LimitLine:
    """One value for a list of them (定めの一行): what it is about, what it says, where that stands."""

    key: str
    label: str
    words: str
    value: LimitValue | None


def limit_lines(limits: GuaranteeLimits) -> tuple[LimitLine, ...]:
    """Every limit in the order of the tables; one that nobody set says so."""
    return tuple(
        LimitLine(key, label, limit_words(key, limits.get(key)), limits.values.get(key))
        for key, label in LABELS.items()
    )


def limit_words(key: str, value: int | None) -> str:
    """One value in words: 10分の4, 10万円未満切捨て, 1,300,000円; 定めなし for None, なし for no share."""
    if value is None:
        return "定めなし"
    if key in PERCENTS:
        return share(value) if value else "なし"
    if key in UNITS:
        turned = "切上げ" if key == "contract_round_up_to" else "切捨て"
        return f"{format_unit(value)}未満{turned}"
    return format_yen(value)


def orderer_code(rules: CityRules) -> str:
    """Who the city is to a registry (発注者コード): as its file says, else its slug."""
    return rules.guarantees.orderer_code or rules.slug


def orderer_names(rules: CityRules) -> tuple[str, ...]:
    """Names that a certificate may give the city (被保証者の名称): as its file says, else its mayor. (GUAR-75)"""
    return rules.guarantees.orderer_names or (rules.mayor,)


def share(percent: int) -> str:
    """A percentage as rules write it: 10分の4, and 100分の35 where it is no whole tenth."""
    return f"10分の{percent // 10}" if percent % 10 == 0 else f"100分の{percent}"


def _rounded_down(limits: GuaranteeLimits, amount: int, at_most: int | None = None) -> int:
    unit = limits.get("round_down_to") or 1
    capped = amount if at_most is None else min(amount, at_most)
    return capped // unit * unit


def _rounding(limits: GuaranteeLimits) -> str:
    unit = limits.get("round_down_to") or 1
    return "" if unit == 1 else f"・{format_unit(unit)}未満切捨て"


def format_unit(unit: int) -> str:
    """A unit of rounding as rules write it: 10万円, 1万円, 1,000円."""
    return f"{unit // 10_000:,}万円" if unit % 10_000 == 0 else format_yen(unit)


def _decisive(limits: GuaranteeLimits, cap_key: str, most: int, percent_key: str) -> str:
    """Which key set the amount: the cap in yen when the share alone would give more."""
    cap = limits.get(cap_key)
    return cap_key if cap is not None and most == _rounded_down(limits, cap) else percent_key


def _values(rule: LimitRule, is_national: bool) -> dict[str, LimitValue]:
    return {
        key: LimitValue(value, rule.mark.source_of(key), rule.mark.is_assumed(key), is_national)
        for key, value in rule.values.items()
    }


def _rank(rule: LimitRule) -> tuple[date, int]:
    """Newer tables count before older ones, then those for fewer kinds of cases."""
    return rule.mark.effective_from or date.min, -len(rule.categories)


def _national_row(category: ProcurementCategory, on: date) -> LimitRule:
    """The national row in force on a day; the oldest for days before it."""
    rows = sorted((rule for rule in national_rules() if category in rule.categories), key=_rank)
    begun = [rule for rule in rows if (rule.mark.effective_from or date.min) <= on]
    return begun[-1] if begun else rows[0]


@cache
def national_rules() -> tuple[LimitRule, ...]:
    """The national table (国の標準), read like a city's. Raises ValueError when our own file is wrong."""
    raw = tomllib.loads(files("procurement").joinpath("payment_limits.toml").read_text("utf-8"))
    mistakes: list[Mistake] = []
    rules = tuple(_read_rows(Table(raw, "", mistakes)))
    if mistakes:
        raise ValueError("; ".join(str(mistake) for mistake in mistakes))
    return rules


def _read_rows(table: Table) -> Iterator[LimitRule]:
    for item in table.tables("limits", required=True):
        yield read_limit_rule(item, "")


__all__ = [
    "KEYS",
    "GuaranteeLimits",
    "Limit",
    "LimitLine",
    "LimitValue",
    "exempt_below",
    "largest_advance",
    "largest_interim",
    "least_contract_guarantee",
    "limit_lines",
    "limit_words",
    "limits_for",
    "orderer_code",
    "orderer_names",
    "share",
]
