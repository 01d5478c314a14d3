"""When guarantees are brought to mind (保証のお知らせの時期): looks by hand that are due again, and a city's own days."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guarantees import testing
from guarantees.lodged import Means
from portal import clock
from portal.acting import acting, house, looking
from portal.guarantee_notices import notice_guarantees
from portal.workflows.decide_guarantee import accept_guarantee
from portal.workflows.guarantee_standings import CityRow, Concern, city_wide
from portal.workflows.record_guarantee_look import record_manual_look
from procurement.cities.reminders import GuaranteeReminders
from tests.workflows.secured import LEAST, ask_of, certificate, day, job, lodged_in, standing_of, the
from tests.workflows.town import OFFICER, START, Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AGAIN = "【保証の再確認】"


@pytest.fixture
def by_hand(town: Town) -> str:
    """A certificate that an officer read on the registry's own page and accepted."""
    town.award(requires_contract_guarantee=True)
    lodged = lodged_in(town)
    ask_of(None)
    read_again(lodged)
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged))
    return lodged


def read_again(lodged: str) -> None:
    with acting(OFFICER) as act:
        record_manual_look(act, the(act, lodged), certificate().latest)


def rows(town: Town) -> list[CityRow]:
    with looking(OFFICER) as act:
        return [row for row in city_wide(act, town.city) if row.concern is Concern.LOOK_AGAIN]


def test_a_look_by_hand_is_due_again_and_told_once(town: Town, by_hand: str) -> None:
    town.go_to(START + timedelta(days=29))
    notice_guarantees(clock.now())
    assert (rows(town), town.letters(subject=AGAIN)) == ([], [])
    town.go_to(START + timedelta(days=31))
    (row,) = rows(town)
    assert row.due == day(30)
    assert "（31日前）" in row.text
    notice_guarantees(clock.now())
    notice_guarantees(clock.now())
    assert len(town.letters(subject=AGAIN)) == 2, "two officers, one letter each"
    read_again(by_hand)
    assert rows(town) == []
    town.go_to(START + timedelta(days=62))
    notice_guarantees(clock.now())
    assert len(town.letters(subject=AGAIN)) == 4, "and again after the next thirty days"


def test_where_a_registry_answers_every_day_nobody_is_asked(town: Town, by_hand: str) -> None:
    ask_of(testing.found(certificate()))
    town.go_to(START + timedelta(days=40))
    assert notice_guarantees(clock.now()) == "", "the job is about to ask"
    job()
    assert rows(town) == []


def test_a_registry_that_is_silent_for_long_is_told_of(town: Town, by_hand: str) -> None:
    ask_of(testing.unavailable())
    town.go_to(START + timedelta(days=40))
    job()
    (row,) = rows(town)
    assert "自動の照会には回答がありません" in row.text
    notice_guarantees(clock.now())
    assert town.letters(subject=AGAIN)


def test_work_that_is_over_asks_for_no_look(town: Town, by_hand: str) -> None:
    with acting(OFFICER) as act:
        town.contract(act).conclude(at=act.now, on=clock.today())
    town.go_to(START + timedelta(days=200))
    assert rows(town) == []


def test_a_citys_own_days_take_the_place_of_ours(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.award(requires_contract_guarantee=True)
    rules = house().cities[town.city]
    own = replace(rules, guarantee_reminders=GuaranteeReminders(missing=(1,), expires_within=60))
    monkeypatch.setitem(house().__dict__, "cities", {**house().cities, town.city: own})
    due = standing_of(town).due
    assert due is not None
    counts = []
    for days_left in (7, 3, 1, 0):
        town.go_to(START.replace(year=due.year, month=due.month, day=due.day) - timedelta(days=days_left))
        notice_guarantees(clock.now())
        counts.append(len(town.letters(to="keiyaku@", subject="契約保証の提出")))
    assert counts == [0, 0, 1, 1]
    cash = lodged_in(town, Means.CASH, amount=LEAST, ends_on=day(160))
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, cash))
    town.go_to(START + timedelta(days=101))
    notice_guarantees(clock.now())
    assert town.letters(subject="【保証の期間】")
