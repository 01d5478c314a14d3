"""Checks (突合): what the city was told, what the registry says, and what the contract needs, line by line. (GUAR-75)

A line is a match, a mismatch, or asks an officer to look: where papers write the same thing differently, where one
contradicts itself (AMB-29), or where a rule of the surety explains the difference (GUAR-60, GUAR-61).
"""

from collections.abc import Callable, Iterable

from guarantees import check_parties, check_terms
from guarantees.certificates import Certificate
from guarantees.check_facts import CheckLine, Facts, Need, Result, worst
from guarantees.notices import Notice

__all__ = ["CheckLine", "Need", "Result", "compare", "overall"]

LINES: tuple[Callable[[Facts], CheckLine], ...] = (
    check_parties.product,
    check_parties.cancelled,
    check_parties.changed,
    check_parties.number,
    check_parties.issuer,
    check_parties.contractor,
    check_parties.orderer,
    check_parties.work_name,
    check_terms.contract_price,
    check_terms.guaranteed_amount,
    check_terms.guarantee_period,
    check_terms.work_period,
    check_terms.contracted_on,
    check_terms.consistency,
)


def compare(told: Notice | None, certificate: Certificate, need: Need) -> tuple[CheckLine, ...]:
    """Every line in its fixed order. `told` is None where number and key were typed without a notice."""
    facts = Facts(told or Notice(), certificate, need)
    return tuple(line(facts) for line in LINES)


def overall(lines: Iterable[CheckLine]) -> Result:
    """The worst of the lines."""
    return worst(line.result for line in lines)
