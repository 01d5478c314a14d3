"""What a change of price or period asks of a guarantee in force: by obligation, by surety, at every edge."""

from datetime import date

import pytest

from guarantees.changed_certificates import Covered, Terms, change_needed
from procurement.cities.kinds import GuaranteeKind
from procurement.guarantee_limits import largest_advance, least_contract_guarantee, limits_for
from procurement.rules import ProcurementCategory

CONTRACT, ADVANCE, INTERIM = GuaranteeKind
LIMITS = limits_for(None, ProcurementCategory.CONSTRUCTION_WORKS, date(2026, 5, 7))
END, LATER = date(2026, 8, 31), date(2026, 10, 31)
BEFORE = Terms(10_000_000, END)


def asked(covered: Covered, after: Terms) -> str:
    rule = least_contract_guarantee if covered.obligation is CONTRACT else largest_advance
    found = change_needed(covered, BEFORE, after, rule(LIMITS, after.price))
    assert found is None or found.source
    return found.words if found else ""


@pytest.mark.parametrize(
    ("amount", "price", "words"),
    [
        (1_000_000, 10_000_000, ""),
        (1_000_000, 10_000_001, "1円足りません"),
        (1_000_000, 12_000_000, "200,000円足りません"),
        (1_200_000, 12_000_000, ""),
        (1_000_000, 8_000_000, ""),
    ],
)
def test_a_contract_guarantee_grows_with_the_price(amount: int, price: int, words: str) -> None:
    found = asked(Covered(CONTRACT, amount, None, follows_period=False), Terms(price, END))
    assert words in found
    assert bool(found) == bool(words)


@pytest.mark.parametrize(
    ("price", "is_asked"), [(12_000_000, False), (10_000_000, False), (9_999_999, True), (5_000_000, True)]
)
def test_a_change_of_the_price_alone_leaves_the_guarantee_of_a_payment_unless_it_is_too_large_now(
    price: int, is_asked: bool
) -> None:  # GUAR-60
    found = asked(Covered(ADVANCE, 4_000_000, END, follows_period=False), Terms(price, END))
    assert bool(found) == is_asked


@pytest.mark.parametrize("obligation", [CONTRACT, ADVANCE, INTERIM])
@pytest.mark.parametrize(
    ("covered_until", "follows", "work_ends", "is_asked"),
    [
        (END, False, LATER, True),
        (END, True, LATER, False),  # GUAR-61: this surety's time follows the work by itself
        (LATER, False, LATER, False),
        (date(2026, 10, 30), False, LATER, True),
        (END, False, END, False),
        (None, False, LATER, False),
        (END, False, None, False),
        (date(2026, 7, 1), False, END, False),  # nothing changed: it was too short before
    ],
)
def test_a_longer_period_asks_where_the_guarantee_ends_before_it(
    obligation: GuaranteeKind,
    covered_until: date | None,
    follows: bool,
    work_ends: date | None,
    is_asked: bool,
) -> None:
    covered = Covered(obligation, 1_000_000, covered_until, follows)
    found = asked(covered, Terms(10_000_000, work_ends))
    assert bool(found) == is_asked
    if is_asked:
        assert "令和8年10月31日" in found
