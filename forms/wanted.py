"""Named rules of what a case calls for (提出の見込み): by kind of case, amount and work; a hint, never a refusal.

An offer of a form file names one (`wanted_when = "recycling_civil"`). Whether materials or floor areas make the
paper due is known to people alone, so a rule that holds says 「見込み」, and one that does not hold says nothing.
"""

from collections.abc import Callable, Mapping

from forms.facts import FormFacts
from forms.meanings import Meaning
from forms.work_checks import BUILDING, contract_day, limits
from procurement.cities.kinds import ProcurementCategory
from procurement.numbers import format_yen

Rule = Callable[[FormFacts], str]
"""Says why a case is likely to need the paper; empty when nothing known calls for it."""
LAW = "建設リサイクル法第9条、同法施行令第2条"


def recycling_civil(facts: FormFacts) -> str:
    """Works that are no building (土木工事等): contract price with tax at or above the limit. (japan.md 1.8)"""
    limit = int(limits("recycling", contract_day(facts))["civil_price"])
    if not _is_works(facts) or _is_building(facts) or _price(facts) < limit:
        return ""
    return f"請負代金額が{format_yen(limit)}以上の土木工事等で、特定建設資材を使うときに要ります（{LAW}）。"


def recycling_building(facts: FormFacts) -> str:
    """Repair of a building (修繕・模様替等): contract price with tax at or above the limit. (japan.md 1.8)"""
    limit = int(limits("recycling", contract_day(facts))["repair_price"])
    if not _is_works(facts) or not _is_building(facts) or _price(facts) < limit:
        return ""
    return f"建築物の修繕・模様替等で、請負代金額が{format_yen(limit)}以上のときに要ります（{LAW}）。"


def recycling_demolition(facts: FormFacts) -> str:
    """Demolition (解体工事): the title says so; the floor area is not known here. (japan.md 1.8)"""
    area = limits("recycling", contract_day(facts))["demolition_area"]
    if not _is_works(facts) or "解体" not in facts.known.get(Meaning.CASE_TITLE, ""):
        return ""
    return f"建築物の解体工事で、床面積が{area}平方メートル以上のときに要ります（{LAW}）。"


WANTED_RULES: Mapping[str, Rule] = {
    rule.__name__: rule for rule in (recycling_civil, recycling_building, recycling_demolition)
}


def _is_works(facts: FormFacts) -> bool:
    return facts.category is ProcurementCategory.CONSTRUCTION_WORKS


def _is_building(facts: FormFacts) -> bool:
    return facts.known.get(Meaning.WORK_KIND) == BUILDING


def _price(facts: FormFacts) -> int:
    text = facts.known.get(Meaning.CONTRACT_PRICE, "")
    return int(text) if text.isascii() and text.isdecimal() else 0
