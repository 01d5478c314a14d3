"""The gate before the city's signature (市の署名の条件): closed until a required guarantee is in force. (CITY-30)"""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from guarantees import testing
from guarantees.lodged import Means
from portal import clock
from portal.acting import acting, house, looking
from portal.workflows.act import Act
from portal.workflows.amend_contract import NewAmendment, amend_contract
from portal.workflows.decide_guarantee import (
    accept_guarantee,
    decide_line,
    record_original,
    return_guarantee,
)
from portal.workflows.guarantee_gate import closed_gate, gate_for, note_refused
from portal.workflows.sign_as_party import (
    hand_out_contract,
    look_at_turn,
    sign_contract,
    take_contract_back,
)
from procurement.cities.kinds import Channel
from procurement.contracts import Contract, ContractStage
from procurement.errors import RuleViolation
from signing import CirculationStep, PartyPreparation, SignedParty, SigningMode
from tests.workflows import secured
from tests.workflows.secured import ask_of, certificate, job, lodged_in, look, the
from tests.workflows.town import OFFICER, PRESSED, Town, refused

CLOSED = "contract_guarantee_not_in_force"


@pytest.fixture
def at_the_gate(town: Town) -> Town:
    """The contractor has signed without any guarantee; the city is asked now."""
    town.award(requires_contract_guarantee=True)
    town.file()
    town.accept()
    town.draft()
    town.send()
    town.consent()
    town.seal()
    assert town.stage is ContractStage.CITY_SIGNING
    return town


@pytest.fixture
def awarded(town: Town) -> Town:
    """A contract that needs a guarantee, long before anybody signs."""
    town.award(requires_contract_guarantee=True)
    return town


def why(town: Town) -> RuleViolation | None:
    with looking(OFFICER) as act:
        return closed_gate(act, town.contract(act))


def words(town: Town) -> str:
    closed = why(town)
    assert closed is not None
    return closed.text


@pytest.mark.slow
def test_the_city_signs_once_the_guarantee_was_accepted(at_the_gate: Town) -> None:
    town = at_the_gate
    with refused(CLOSED) as told:
        town.consent()
    assert "まだ提出されていません" in told.value.text
    assert told.value.source
    assert told.value.remedy
    lodged = lodged_in(town)
    ask_of(testing.found(certificate()))
    job()
    assert "一致" in (why(town) or told.value).text, "a match alone opens nothing"
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged))
    assert why(town) is None
    town.consent()
    town.seal()
    assert town.stage is ContractStage.CONCLUDED


def test_what_happens_to_an_accepted_guarantee_closes_the_gate_again(awarded: Town) -> None:
    lodged = lodged_in(awarded)
    ask_of(testing.found(certificate()))
    look(lodged)
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged))
    assert why(awarded) is None
    ask_of(testing.found(secured.cancelled(certificate(), clock.now())))
    look(lodged)
    assert "受理後に変化" in words(awarded)
    with acting(OFFICER) as act:
        return_guarantee(act, the(act, lodged), "解約されています。")
    assert "まだ提出されていません" in words(awarded)


def test_an_original_on_paper_blocks_until_it_is_recorded_and_accepted(awarded: Town) -> None:
    lodged = lodged_in(awarded, Means.BANK, amount=secured.LEAST, ends_on=secured.day(150))
    assert "原本の到着待ち" in words(awarded)
    with acting(OFFICER) as act, refused("original_not_received"):
        accept_guarantee(act, the(act, lodged))
    with acting(OFFICER) as act:
        record_original(act, the(act, lodged), channel=Channel.POST, received_on=clock.today())
    assert "要確認" in words(awarded)
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged))
    assert why(awarded) is None


def test_half_of_the_amount_does_not_open_it(awarded: Town) -> None:
    town = awarded
    for amount, is_open in ((secured.LEAST - 1, False), (1, True)):
        lodged = lodged_in(town, Means.CASH, amount=amount)
        with acting(OFFICER) as act:
            accept_guarantee(act, the(act, lodged), reason="残りは別に納付されます。")
        assert (why(town) is None) is is_open
    assert secured.standing_of(town).secured_amount == secured.LEAST


def test_an_amendment_waits_for_the_changed_certificate(awarded: Town) -> None:
    awarded.file()
    awarded.accept()
    lodged = lodged_in(awarded)
    ask_of(testing.found(certificate()))
    look(lodged)
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged))
        first = awarded.contract(act)
        first.conclude(at=act.now, on=clock.today())
        amendment = NewAmendment(secured.PRICE + 1_000_000, 1_090_909, "増工のため")
        amend_contract(act, first, amendment)
    assert "100,000円足りません" in words(awarded)
    more = secured.changed(certificate(), clock.now(), guaranteed_amount=secured.LEAST + 100_000)
    ask_of(testing.found(more))
    look(lodged)
    assert "受理後に変化" in words(awarded)
    with acting(OFFICER) as act:
        answer = the(act, lodged).last_answer
        assert answer is not None
        for line in answer.lines or []:
            if line["result"] == "look":
                decide_line(act, the(act, lodged), line["code"], is_fine=True, reason="増額の変更です。")
        accept_guarantee(act, the(act, lodged))
    assert why(awarded) is None


def test_an_exemption_opens_it(awarded: Town) -> None:
    town = awarded
    lodged = lodged_in(town, Means.EXEMPTION, ground="契約規則第6条（過去の実績）")
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged))
    assert why(town) is None


def test_no_gate_where_the_city_says_so_or_nothing_is_required(
    awarded: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = awarded
    rules = house().cities[town.city]
    free = replace(rules, guarantees=replace(rules.guarantees, blocks_signature=False))
    monkeypatch.setitem(house().__dict__, "cities", {**house().cities, town.city: free})
    assert why(town) is None
    monkeypatch.undo()
    assert why(town) is not None
    with acting(OFFICER) as act:
        town.case(act).requires_contract_guarantee = False
    assert why(town) is None


@pytest.mark.slow
def test_only_the_signatory_of_the_city_waits_in_either_type_and_the_refusal_is_kept(
    at_the_gate: Town,
) -> None:
    town = at_the_gate
    with looking(OFFICER) as act:
        step, contract = town.asked_step(act), town.contract(act)
        others = [each for each in town.envelope(act).active_steps if each is not step]
        assert others
        assert [gate_for(act, contract, other) for other in others] == [None] * len(others)
        closed = gate_for(act, contract, step)
        assert closed is not None
    with acting(OFFICER) as act:
        note_refused(act, town.contract(act), step.id, closed)
    assert town.tags()[-1] == "contract:signing:block"
    with acting(OFFICER) as act:
        town.envelope(act).mode = SigningMode.PARTY
        for sign in (look_at_turn, _sign, _hand_out, _take_back):
            with refused(CLOSED):
                sign(act, town.contract(act), town.asked_step(act))


def _sign(act: Act, contract: Contract, step: CirculationStep) -> None:
    sign_contract(act, contract, step, cast(SignedParty, None), PRESSED)


def _hand_out(act: Act, contract: Contract, step: CirculationStep) -> None:
    hand_out_contract(act, contract, step, cast(PartyPreparation, None), timedelta(minutes=5))


def _take_back(act: Act, contract: Contract, step: CirculationStep) -> None:
    take_contract_back(act, contract, step, cast(SignedParty, None), PRESSED)
