"""One number, two cases, one moment (同じ番号の同時提出): the second one waits for the first, and is refused."""

import threading

from portal import clock
from portal.acting import acting, house
from portal.workflows.lodge_guarantee import lodge
from procurement.cases import ProcurementCase
from procurement.errors import RuleViolation
from tests.workflows.test_lodging import told
from tests.workflows.town import CONTRACTOR, START, Town

PATIENCE = 60


def test_one_number_lodged_for_two_cases_at_once_secures_one_of_them(town: Town) -> None:  # GUAR-05
    first, second = town.award(number="R8-001"), town.award(number="R8-002")
    refusals: list[str] = []
    is_lodged, is_through = threading.Event(), threading.Event()

    def lodge_second() -> None:
        is_lodged.wait(PATIENCE)
        try:
            with clock.freeze(START), town.app.app_context(), acting(CONTRACTOR) as act:
                lodge(act, act.session.get_one(ProcurementCase, second), told(), house().lodged_secrets)
        except RuleViolation as refusal:
            refusals.append(refusal.code)
        is_through.set()

    other = threading.Thread(target=lodge_second)
    other.start()
    with acting(CONTRACTOR) as act:
        lodge(act, act.session.get_one(ProcurementCase, first), told(), house().lodged_secrets)
        is_lodged.set()
        is_through.wait(1)  # whoever did not wait for the first one would be through by now
    other.join(PATIENCE)
    assert refusals == ["guarantee.number_used"]
