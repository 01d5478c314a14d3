"""A guarantee sent back in the moment in which the city agrees (差戻しと署名の同時操作): one of them sees the other."""

import threading
from collections.abc import Callable

import pytest

from guarantees import testing
from portal import clock
from portal.acting import acting
from portal.workflows.decide_guarantee import accept_guarantee, return_guarantee
from procurement.contracts import ContractStage
from procurement.errors import RuleViolation
from tests.workflows.secured import ask_of, certificate, lodged_in, look, status_of, the
from tests.workflows.town import OFFICER, START, Town

PATIENCE = 60
pytestmark = pytest.mark.slow


@pytest.fixture
def about_to_sign(town: Town) -> Town:
    """The city is asked, and nothing stands against it."""
    town.award(requires_contract_guarantee=True)
    town.file()
    town.accept()
    town.draft()
    town.send()
    town.consent()
    town.seal()
    return town


def test_a_guarantee_sent_back_meanwhile_stops_the_citys_consent(about_to_sign: Town) -> None:
    town, lodged = about_to_sign, lodged_in(about_to_sign)
    ask_of(testing.found(certificate()))
    look(lodged)
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged))
    refusals: list[str] = []
    is_returned, is_through = threading.Event(), threading.Event()

    def sign() -> None:
        is_returned.wait(PATIENCE)
        with clock.freeze(START), town.app.app_context():
            refusals.append(_code_of(town.consent))
        is_through.set()

    other = threading.Thread(target=sign)
    other.start()
    with acting(OFFICER) as act:
        return_guarantee(act, the(act, lodged), "解約の連絡がありました。")
        is_returned.set()
        is_through.wait(1)  # whoever did not wait for the return would be through by now
    other.join(PATIENCE)
    assert refusals == ["contract_guarantee_not_in_force"]
    assert (status_of(lodged), town.stage) == ("returned", ContractStage.CITY_SIGNING)


def _code_of(act: Callable[[], None]) -> str:
    try:
        act()
    except RuleViolation as refusal:
        return refusal.code
    return ""
