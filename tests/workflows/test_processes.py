"""Jobs in processes of their own: two at the same time, and one that is killed in the middle."""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portal import clock
from portal.acting import looking
from portal.unit_of_work import current_database
from procurement.contracts import ContractStage
from tests.workflows import worker
from tests.workflows.databases import on_sqlite
from tests.workflows.test_reminding import EVERYBODY
from tests.workflows.town import OFFICER, START, Town

pytestmark = pytest.mark.slow


@contextmanager
def _alone(town: Town) -> Iterator[None]:
    """This process keeps no connection while others are at work."""
    current_database().dispose()
    yield
    current_database().dispose()


def run_at_once(town: Town, job: str, number: int) -> None:
    with _alone(town):
        workers = [worker.start(town, job) for _ in range(number)]
        for each in workers:
            each.join(180)
            assert each.exitcode == 0


def run_and_die(town: Town, job: str, dies_at: str) -> None:
    with _alone(town):
        each = worker.start(town, job, dies_at)
        each.join(180)
        assert each.exitcode == -signal.SIGKILL


def letters_since_start(town: Town) -> Counter[tuple[str, str]]:
    """How often each address got a notice about each case."""
    rows = town.letters()
    return Counter((row.case_id or "", row.to) for row in rows if row.created_at == clock.now())


def test_two_processes_that_remind_at_once_write_each_notice_once(town: Town) -> None:
    numbers = [f"R8-{number:03}" for number in range(12)]
    cases = [town.award(number=number) for number in numbers]
    town.go_to(START.replace(day=9, hour=9, minute=0))
    run_at_once(town, "remind", 2)
    assert letters_since_start(town) == {(case, to): 1 for case in cases for to in EVERYBODY}


@on_sqlite
@pytest.mark.parametrize("call", [2, 5])
def test_a_reminder_that_is_killed_leaves_each_notice_exactly_once(town: Town, call: int) -> None:
    cases = [town.award(number=number) for number in ("R8-001", "R8-002")]
    town.go_to(START.replace(day=9, hour=9, minute=0))
    run_and_die(town, "remind", f"portal.workflows.remind:_write:{call}")
    town.remind()
    assert letters_since_start(town) == {(case, to): 1 for case in cases for to in EVERYBODY}


@on_sqlite
def test_a_worker_that_is_killed_before_the_city_is_asked_leaves_one_request(town: Town) -> None:
    town.start_signing()
    town.consent()
    run_and_die(town, "complete_signing", "portal.workflows.complete_signing:write_request:1")
    town.go_on(minutes=5)  # the lease of the dead worker ends
    town.seal()
    assert len(town.letters(to="mayor@", subject="署名依頼")) == 1
    town.consent_all()
    assert town.stage is ContractStage.CONCLUDED


def test_a_worker_that_is_killed_while_concluding_leaves_one_conclusion(town: Town) -> None:
    town.start_signing()
    town.consent()
    town.seal()
    town.consent()
    run_and_die(town, "complete_signing", "portal.workflows.conclude_contract:write_completion:1")
    assert town.stage is ContractStage.COMPLETING
    assert not town.letters(subject="電子署名完了")
    with looking(OFFICER) as act:
        assert town.contract(act).concluded_at is None
    town.go_on(minutes=5)
    town.seal()
    assert town.stage is ContractStage.CONCLUDED
    assert len(town.letters(subject="電子署名完了")) == 2
    assert town.tags().count("contract:conclude") == 1
