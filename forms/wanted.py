"""Named rules of what a case calls for (提出の見込み): by kind of case, amount and work; a hint, never a refusal.

An offer of a form file names one (`wanted_when = "recycling_civil"`). Whether materials or floor areas make the
paper due is known to people alone, so a rule that holds says 「見込み」 or what is to be checked, and one that does
not hold says nothing.
"""

from collections.abc import Callable, Mapping

from forms.facts import FormFacts
from forms.meanings import Meaning
from forms.work_checks import BUILDING, contract_day, limits
from procurement.cities.kinds import ProcurementCategory
from procurement.numbers import format_yen

Rule = Callable[[FormFacts], str]
"""Says whether and why a case is likely to need the paper; empty when nothing known calls for it."""
LAW = "建設リサイクル法第9条、同法施行令第2条"
LIKELY = "この案件では提出が要る見込みです。"
BY_AREA = "床面積によって、提出が要るかどうかが決まります。"
TO_CHECK = "床面積は案件に登録されていません。設計図書で床面積の合計を確かめてください。"
NEW_BUILDING = ("新築", "増築", "改築", "建替", "建築")
"""Words of a title that speak of a building to come."""


def recycling_civil(facts: FormFacts) -> str:
    """Works that are no building (土木工事等): contract price with tax at or above the limit. (japan.md 1.8)"""
    limit = int(limits("recycling", contract_day(facts))["civil_price"])
    if not _is_works(facts) or _is_building(facts) or _price(facts) < limit:
        return ""
    return f"{LIKELY}請負代金額が{format_yen(limit)}以上の土木工事等で、特定建設資材を使うときに要ります（{LAW}）。"


def recycling_building(facts: FormFacts) -> str:
    """Buildings: repair (修繕・模様替等) by the price, new ones (新築・増築) by a floor area to check. (japan.md 1.8)"""
    row = limits("recycling", contract_day(facts))
    limit, area = int(row["repair_price"]), int(row["new_building_area"])
    if not _is_works(facts) or not (_is_building(facts) or _title_has(facts, NEW_BUILDING)):
        return ""
    new = f"建築物の新築・増築では、床面積の合計が{area}平方メートル以上のときに要ります（{LAW}）。{TO_CHECK}"
    if _is_building(facts) and _price(facts) >= limit:
        repair = f"建築物の修繕・模様替等で、請負代金額が{format_yen(limit)}以上のときに要ります（{LAW}）。"
        return f"{LIKELY}{repair}{new}"
    return f"{BY_AREA}{new}"


def recycling_demolition(facts: FormFacts) -> str:
    """Demolition (解体工事): the title says so; the floor area is not known here. (japan.md 1.8)"""
    area = limits("recycling", contract_day(facts))["demolition_area"]
    if not _is_works(facts) or not _title_has(facts, ("解体",)):
        return ""
    rule = f"建築物の解体工事では、床面積の合計が{area}平方メートル以上のときに要ります（{LAW}）。"
    return f"{BY_AREA}{rule}{TO_CHECK}"


WANTED_RULES: Mapping[str, Rule] = {
    rule.__name__: rule for rule in (recycling_civil, recycling_building, recycling_demolition)
}


def _is_works(facts: FormFacts) -> bool:
    return facts.category is ProcurementCategory.CONSTRUCTION_WORKS


def _is_building(facts: FormFacts) -> bool:
    """Whether another paper of the case calls it a building: by its answer or by the words of it."""
    kind = facts.known.get(Meaning.WORK_KIND, "")
    return kind == BUILDING or ("建築一式" in kind and "以外" not in kind)


def _title_has(facts: FormFacts, words: tuple[str, ...]) -> bool:
    return any(word in facts.known.get(Meaning.CASE_TITLE, "") for word in words)


def _price(facts: FormFacts) -> int:
    text = facts.known.get(Meaning.CONTRACT_PRICE, "")
    return int(text) if text.isascii() and text.isdecimal() else 0
