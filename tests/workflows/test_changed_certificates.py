"""An amendment asks for the changed certificate: the contractor is told, the office sees it, the registry is asked again."""

from datetime import date

import pytest

from guarantees.lodged import LodgedGuarantee, Means
from portal.acting import acting, looking
from portal.workflows.amend_contract import NewAmendment, amend_contract
from portal.workflows.changed_certificates import asked_changes
from portal.workflows.guarantee_standings import Concern, standings
from procurement.cities.kinds import GuaranteeKind
from procurement.rules import Route
from tests.workflows.databases import on_sqlite
from tests.workflows.payments import secure
from tests.workflows.town import OFFICER, START, Town

pytestmark = on_sqlite
CONTRACT = GuaranteeKind.CONTRACT
SUBJECT = "変更契約に伴う保証の変更のお願い"


@pytest.fixture
def case(town: Town) -> Town:
    """Concluded electronically, which the amendment asks for; signing itself is not what is tried here."""
    town.award(requires_contract_guarantee=True)
    town.file()
    town.accept()
    with acting(OFFICER) as act:
        contract = town.contract(act)
        assert contract.route is Route.ELECTRONIC
        contract.conclude(at=act.now, on=START.date())
    return town


def amend(town: Town, price: int, ends_on: date | None = None) -> None:
    with acting(OFFICER) as act:
        new = NewAmendment(price, price // 11, "数量の変更", ends_on=ends_on)
        amend_contract(act, town.contract(act), new)


def change(town: Town, lodged_id: str, **values: object) -> None:
    with acting(OFFICER) as act:
        row = act.session.get_one(LodgedGuarantee, lodged_id)
        for name, value in values.items():
            setattr(row, name, value)


def concerns(town: Town) -> list[Concern]:
    with looking(OFFICER) as act:
        return [problem.concern for each in standings(act, town.case(act)) for problem in each.problems]


def test_a_higher_price_asks_for_more_and_says_so_on_both_sides(case: Town) -> None:
    secure(case, CONTRACT, 1_100_000)
    assert concerns(case) == []
    amend(case, 13_200_000)
    assert concerns(case) == [Concern.CHANGE_NEEDED]
    (letter,) = case.letters(to="keiyaku@", subject=SUBJECT)
    assert "220,000円足りません。" in letter.body
    with looking(OFFICER) as act:
        (asked,) = asked_changes(act, case.contract(act))
        assert asked.needed.source.startswith("公共工事標準請負契約約款第4条")


def test_nothing_is_asked_where_the_guarantee_is_enough_and_the_period_the_same(case: Town) -> None:
    secure(case, CONTRACT, 1_320_000)
    amend(case, 13_200_000)
    assert concerns(case) == []
    assert case.letters(subject=SUBJECT) == []


def test_an_exemption_and_what_is_not_in_force_are_not_asked_about(case: Town) -> None:
    exempt, other = secure(case, CONTRACT, 1), secure(case, CONTRACT, 1)
    change(case, exempt, means=Means.EXEMPTION, amount=None)
    change(case, other, returned_at=START, returned_because="別の工事のため")
    amend(case, 13_200_000)
    assert case.letters(subject=SUBJECT) == []


@pytest.mark.parametrize(
    ("name", "is_asked"),
    [("東日本建設業保証株式会社", True), ("西日本建設業保証株式会社", False), ("見本銀行", True)],
)
def test_a_longer_period_by_surety(case: Town, name: str, is_asked: bool) -> None:
    lodged = secure(case, GuaranteeKind.ADVANCE_PAYMENT, 4_000_000)
    change(case, lodged, issuer_name=name, ends_on=date(2026, 10, 4))
    amend(case, 11_000_000, date(2026, 12, 25))
    assert bool(case.letters(subject=SUBJECT)) == is_asked


def test_what_has_a_key_is_looked_up_again(case: Town) -> None:
    with_key, without = secure(case, CONTRACT, 1_320_000), secure(case, CONTRACT, 1)
    change(case, with_key, key_sealed=b"sealed")
    amend(case, 13_200_000)
    with looking(OFFICER) as act:
        assert act.session.get_one(LodgedGuarantee, with_key).next_look_at == act.now
        assert act.session.get_one(LodgedGuarantee, without).next_look_at is None
