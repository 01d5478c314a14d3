"""Looks by processes of their own (別の処理による照会): two at once, and one killed between answer and record."""

import pytest
from sqlalchemy import func, select

from guarantees.certificates import VersionKind
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Arrived, Publication
from guarantees.registry.orm import Orderer, OrdererKind, RegistryLook
from portal import clock
from portal.acting import acting, looking
from portal.registries import registry_publisher
from portal.workflows.look_up_guarantee import LEASE
from tests.workflows import secured
from tests.workflows.secured import KEY, NUMBER, certificate, job, lodged_in, looks_of, status_of
from tests.workflows.test_processes import run_and_die, run_at_once
from tests.workflows.town import OFFICER, START, Town

pytestmark = pytest.mark.slow


def publish(town: Town) -> None:
    """The certificate lies in the registry inside this portal."""
    with acting(OFFICER) as act:
        act.session.add(
            Orderer(code=town.city, name="鳥栖市長", kind=OrdererKind.MUNICIPALITY, starts_on=START.date())
        )
    new = Publication(
        VersionKind.NEW,
        "west",
        NUMBER,
        published_by="試験",
        key=AuthenticationKey(KEY),
        orderer=town.city,
        contents=certificate().latest,
    )
    arrived = registry_publisher().publish(new, now=clock.now())
    assert isinstance(arrived, Arrived)


def times_asked() -> int:
    with looking(OFFICER) as act:
        return act.session.scalar(select(func.count()).select_from(RegistryLook)) or 0


def test_two_workers_ask_once_for_each_guarantee(town: Town) -> None:
    town.award(requires_contract_guarantee=True)
    publish(town)
    lodged = [lodged_in(town) for _ in range(6)]
    run_at_once(town, "look_up_guarantees", 2)
    assert times_asked() == len(lodged)
    assert {status_of(each) for each in lodged} == {"matched"}
    assert [len(looks_of(each)) for each in lodged] == [1] * len(lodged)


def test_a_worker_killed_between_answer_and_record_loses_nothing(town: Town) -> None:
    town.award(requires_contract_guarantee=True)
    publish(town)
    lodged = lodged_in(town)
    run_and_die(town, "look_up_guarantees", "portal.guarantee_looking:record_answer:1")
    assert (times_asked(), status_of(lodged)) == (1, "not_checked")
    assert job() == "", "the lease of the dead worker still runs"
    town.go_on(seconds=LEASE.total_seconds() + 1)
    job()
    assert (times_asked(), status_of(lodged)) == (2, "matched")
    due = secured.next_look_of(lodged)
    assert due is not None
    assert due > clock.now()
