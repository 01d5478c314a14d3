"""A contract on paper and its guarantee (紙の契約の保証): what is missing is said, and written down where it is concluded all the same."""

import pytest
from sqlalchemy import select

from guarantees.lodged import Means
from portal import clock
from portal.acting import acting, looking
from portal.audit.entries import AuditEntry
from portal.workflows.decide_guarantee import accept_guarantee, record_original
from portal.workflows.guarantee_gate import closed_gate
from portal.workflows.guarantee_on_paper import electronic_left_behind, is_citys_rule, open_on_paper
from portal.workflows.move_to_paper import conclude_on_paper, move_to_paper
from procurement.cities.kinds import Channel
from procurement.errors import RuleViolation
from tests.workflows import secured
from tests.workflows.secured import lodged_in, the
from tests.workflows.town import OFFICER, Town, refused

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = SQLITE


def on_paper(town: Town, city: str) -> Town:
    """A contract that needs a guarantee and goes on paper."""
    town.city = city
    if city != "tosu":
        town.open_office()
    town.award(requires_contract_guarantee=True, allows_electronic_guarantee=True)
    with acting(OFFICER) as act:
        move_to_paper(act, town.contract(act), reason="希望")
    return town


def missing(town: Town) -> tuple[RuleViolation, bool]:
    with looking(OFFICER) as act:
        contract = town.contract(act)
        found = open_on_paper(act, contract)
        assert found is not None
        return found, is_citys_rule(act, contract, found)


def conclude(town: Town, because: str = "") -> None:
    with acting(OFFICER) as act:
        conclude_on_paper(act, town.contract(act), on=clock.today(), guarantee_open_because=because)


def kept(town: Town) -> list[dict[str, str]]:
    with looking(OFFICER) as act:
        query = select(AuditEntry).where(AuditEntry.tag == "contract:paper:guarantee_open")
        return [entry.details for entry in act.session.scalars(query)]


def test_where_no_rule_is_written_down_it_is_said_and_kept(town: Town) -> None:
    on_paper(town, "tosu")
    found, is_rule = missing(town)
    assert (is_rule, "署名できません" in found.text) == (False, False)
    with looking(OFFICER) as act:
        assert closed_gate(act, town.contract(act)) is None, "nobody signs here"
    assert "まだ提出されていません" in found.text
    conclude(town)
    ((entry),) = kept(town)
    assert (entry["reason"], "まだ提出されていません" in entry["stands"]) == ("", True)


def test_where_the_citys_rule_stands_against_it_an_officer_says_why(town: Town) -> None:
    on_paper(town, "ashikaga")
    lodged = lodged_in(town, Means.BANK, amount=secured.LEAST, ends_on=secured.day(150))
    found, is_rule = missing(town)
    assert is_rule
    assert "原本の到着待ち" in found.text
    with refused("guarantee_open_on_paper") as told:
        conclude(town)
    assert told.value.source
    assert kept(town) == []
    conclude(town, "原本は窓口で確認した。受領の記録はこれから行う。")
    ((entry),) = kept(town)
    assert entry["reason"] == "原本は窓口で確認した。受領の記録はこれから行う。"
    with looking(OFFICER) as act:
        assert town.contract(act).is_concluded
        assert not the(act, lodged).is_in_force


def test_with_the_guarantee_nothing_is_asked(town: Town) -> None:
    on_paper(town, "ashikaga")
    lodged = lodged_in(town, Means.BANK, amount=secured.LEAST, ends_on=secured.day(150))
    with acting(OFFICER) as act:
        record_original(act, the(act, lodged), channel=Channel.COUNTER, received_on=clock.today())
        accept_guarantee(act, the(act, lodged))
    with looking(OFFICER) as act:
        assert open_on_paper(act, town.contract(act)) is None
    conclude(town)
    assert kept(town) == []


def test_an_electronic_guarantee_of_a_case_that_goes_on_paper_is_named(town: Town) -> None:
    on_paper(town, "ashikaga")
    with looking(OFFICER) as act:
        assert electronic_left_behind(act, town.contract(act)) == ()
    lodged_in(town)
    with looking(OFFICER) as act:
        (found,) = electronic_left_behind(act, town.contract(act))
        assert secured.NUMBER in found.text
        assert found.source


def test_tosu_takes_electronic_guarantees_on_paper_too(town: Town) -> None:
    """CITY-73, GUAR-08."""
    on_paper(town, "tosu")
    lodged_in(town)
    with looking(OFFICER) as act:
        assert electronic_left_behind(act, town.contract(act)) == ()
