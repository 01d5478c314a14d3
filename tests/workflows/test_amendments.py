"""Amendments: electronic only where the original was, with the addresses carried over."""

from datetime import date, timedelta

import pytest

from portal import clock
from portal.acting import acting, looking
from portal.workflows.amend_contract import NewAmendment, amend_contract
from portal.workflows.move_to_paper import conclude_on_paper, move_to_paper
from portal.workflows.review_filing import request_in_force
from procurement.contracts import Contract, ContractStage
from tests.workflows.databases import on_sqlite
from tests.workflows.town import OFFICER, START, Town, refused

pytestmark = on_sqlite


def amend(town: Town, reason: str = "数量の増加", price: int = 12_100_000, of: int = -1) -> None:
    with acting(OFFICER) as act:
        original: Contract = town.case(act).contracts[of]
        amend_contract(act, original, NewAmendment(price, price // 11, reason))


def test_the_amendment_of_an_electronic_contract_goes_the_same_way_without_a_new_application(
    town: Town,
) -> None:
    town.conclude()
    town.go_on(days=20)
    amend(town)
    assert town.stage is ContractStage.DRAFTING
    town.generate()
    town.send()
    town.consent_all()
    assert town.concluded_on == (START + timedelta(days=20)).date()
    with looking(OFFICER) as act:
        contract = town.contract(act)
        assert contract.number == "tosu-R8-001-A1"
        assert len(town.case(act).filings) == 1
    assert [x.to for x in town.letters(to="taro@", subject="署名依頼")] == ["taro@yamada.example.jp"] * 2


def test_the_deadline_of_the_original_does_not_hold_its_amendment(town: Town) -> None:
    town.conclude()
    town.go_on(days=90)
    amend(town)
    town.draft()
    town.send()
    town.consent_all()
    assert town.stage is ContractStage.CONCLUDED


def test_the_amendment_of_a_paper_contract_is_refused_in_the_words_of_the_city(town: Town) -> None:
    town.award()
    with acting(OFFICER) as act:
        move_to_paper(act, town.contract(act), reason="希望")
    town.go_on(days=2)
    with acting(OFFICER) as act:
        conclude_on_paper(act, town.contract(act), on=clock.today())
    with refused("amendment_of_paper_contract") as told:
        amend(town)
    assert "変更契約" in told.value.text
    assert "当初契約" in told.value.text
    assert told.value.source.startswith("004_")


def test_an_amendment_waits_for_the_conclusion_of_its_original(town: Town) -> None:
    town.start_signing()
    with refused("amendment_before_conclusion"):
        amend(town)


def test_a_second_amendment_waits_for_the_first(town: Town) -> None:
    town.conclude()
    amend(town)
    with refused("amendment_already_open"):
        amend(town, of=0)


def test_an_amendment_needs_a_reason_and_a_possible_price(town: Town) -> None:
    town.conclude()
    with refused("reason_missing"):
        amend(town, reason=" ")
    for price in (-1, 10**18):
        with refused("price_out_of_range"):
            amend(town, price=price)


def test_an_amendment_that_goes_on_paper_leaves_the_original_and_its_application_alone(town: Town) -> None:
    town.conclude()
    town.go_on(days=10)
    amend(town)
    with acting(OFFICER) as act:
        move_to_paper(act, town.contract(act), reason="事業者の希望")
    with acting(OFFICER) as act:
        conclude_on_paper(act, town.contract(act), on=clock.today())
    with looking(OFFICER) as act:
        assert request_in_force(act, town.case_id) is not None
        assert town.case(act).contracts[0].concluded_on == START.date()
    assert town.concluded_on == date(2026, 5, 17)


@pytest.mark.parametrize("each_town", ["ashikaga", "iwaki"], indirect=True)
def test_where_the_rule_is_only_assumed_the_source_says_so(each_town: Town) -> None:
    each_town.award()
    with acting(OFFICER) as act:
        move_to_paper(act, each_town.contract(act), reason="希望")
        conclude_on_paper(act, each_town.contract(act), on=clock.today())
    with refused("amendment_of_paper_contract") as told:
        amend(each_town)
    assert "仮定" in told.value.source
