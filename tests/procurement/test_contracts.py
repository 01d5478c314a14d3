"""Contracts as facts: the stage follows from them, and no step can be skipped or undone."""

from datetime import UTC, date, datetime

import pytest

from procurement.contracts import LARGEST_AMOUNT, Contract, ContractStage, check_amounts
from procurement.errors import RuleViolation
from procurement.rules import Route

NOW = datetime(2026, 5, 7, 3, 0, tzinfo=UTC)


@pytest.fixture
def contract() -> Contract:
    return Contract(amendment_number=0)


def refused(code: str, act: object, *args: object, **values: object) -> None:
    with pytest.raises(RuleViolation) as told:
        act(*args, **values)  # type: ignore[operator]
    assert told.value.code == code
    assert told.value.remedy


def test_the_stages_follow_from_the_facts(contract: Contract) -> None:
    stages = [contract.stage]
    contract.go_electronic("受理")
    stages.append(contract.stage)
    contract.send("envelope", NOW)
    stages.append(contract.stage)
    contract.contractor_agreed_at = NOW
    stages.append(contract.stage)
    contract.city_agreed_at = NOW
    stages.append(contract.stage)
    contract.conclude(at=NOW, on=date(2026, 5, 7))
    stages.append(contract.stage)
    assert stages == [
        ContractStage.APPLICATION,
        ContractStage.DRAFTING,
        ContractStage.CONTRACTOR_SIGNING,
        ContractStage.CITY_SIGNING,
        ContractStage.COMPLETING,
        ContractStage.CONCLUDED,
    ]


def test_nothing_is_sent_before_the_application_is_accepted(contract: Contract) -> None:
    refused("contract_not_draft", contract.send, "envelope", NOW)


def test_what_was_taken_back_stands_where_it_stood_before_it_was_sent(contract: Contract) -> None:
    contract.go_electronic("受理")
    contract.send("envelope", NOW)
    contract.contractor_agreed_at = contract.suspended_at = NOW
    contract.decline(NOW, "違う")
    contract.take_back()
    assert contract.stage is ContractStage.DRAFTING
    assert contract.declined_because is None


def test_a_concluded_contract_stays_as_it_is(contract: Contract) -> None:
    contract.go_electronic("受理")
    contract.conclude(at=NOW, on=date(2026, 5, 7))
    refused("route_settled", contract.move_to_paper, "希望")
    refused("route_settled", contract.go_electronic, "受理")
    refused("concluded_contract_taken_back", contract.take_back)
    refused("concluded_contract_declined", contract.decline, NOW, "違う")
    refused("contract_concluded_already", contract.conclude, at=NOW, on=date(2026, 5, 8))
    refused("contract_concluded_already", contract.conclude_on_paper, on=date(2026, 5, 8), recorded_at=NOW)


def test_an_electronic_contract_takes_no_date_of_paper(contract: Contract) -> None:
    contract.go_electronic("受理")
    refused(
        "paper_date_of_electronic_contract", contract.conclude_on_paper, on=date(2026, 5, 7), recorded_at=NOW
    )


def test_a_declined_contract_may_go_on_paper_a_sent_one_may_not(contract: Contract) -> None:
    contract.go_electronic("受理")
    contract.send("envelope", NOW)
    refused("sent_contract_on_paper", contract.move_to_paper, "希望")
    contract.decline(NOW, "違う")
    contract.move_to_paper("希望")
    assert contract.route is Route.PAPER


@pytest.mark.parametrize(("price", "tax"), [(0, 0), (1, 0), (11, 1), (LARGEST_AMOUNT, 0)])
def test_a_possible_price_is_taken(price: int, tax: int) -> None:
    check_amounts(price, tax)


@pytest.mark.parametrize(
    ("price", "tax", "code"),
    [
        (-1, 0, "price_out_of_range"),
        (LARGEST_AMOUNT + 1, 0, "price_out_of_range"),
        (100, 101, "tax_out_of_range"),
        (100, -1, "tax_out_of_range"),
    ],
)
def test_an_impossible_price_is_refused(price: int, tax: int, code: str) -> None:
    refused(code, check_amounts, price, tax)
