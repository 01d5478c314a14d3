"""Decisions about other means (ほかの保証の方法): originals, amounts, periods, exemptions, release, notices."""

from datetime import timedelta
from typing import Any

import pytest

from guarantees import testing
from guarantees.lodged import Means
from portal import clock
from portal.acting import acting, house, looking
from portal.guarantee_notices import notice_guarantees, seal_look_records
from portal.workflows import guarantee_standings
from portal.workflows.decide_guarantee import (
    accept_guarantee,
    original_channels,
    record_original,
    release_guarantee,
    return_guarantee,
)
from portal.workflows.guarantee_standings import city_wide, standings
from procurement.cities.kinds import Channel, GuaranteeKind
from tests.workflows import secured
from tests.workflows.secured import (
    LEAST,
    ask_of,
    certificate,
    day,
    job,
    lodged_in,
    look,
    looks_of,
    status_of,
    the,
)
from tests.workflows.town import OFFICER, START, Town, refused

COVERING = {"amount": LEAST, "starts_on": day(0), "ends_on": day(150)}


@pytest.fixture
def awarded(town: Town) -> Town:
    """A case that needs a contract guarantee."""
    town.award(requires_contract_guarantee=True)
    return town


def accepted(town: Town, means: Means = Means.CASH, **values: Any) -> str:
    lodged = lodged_in(town, means, **({"amount": LEAST} | values))
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged), reason=values.get("ground", ""))
    return lodged


def concerns(town: Town) -> list[str]:
    with looking(OFFICER) as act:
        return [row.concern.value for row in city_wide(act, town.city)]


def test_an_original_comes_by_a_way_that_the_city_allows_and_not_tomorrow(awarded: Town) -> None:
    lodged = lodged_in(awarded, Means.INSURANCE, **COVERING)
    assert concerns(awarded) == ["original_awaited"]
    with acting(OFFICER) as act, refused("original_channel_not_allowed"):
        record_original(act, the(act, lodged), channel=Channel.MAIL, received_on=clock.today())
    with acting(OFFICER) as act, refused("original_from_the_future"):
        record_original(
            act, the(act, lodged), channel=Channel.COUNTER, received_on=clock.today() + timedelta(days=1)
        )
    with acting(OFFICER) as act:
        record_original(act, the(act, lodged), channel=Channel.COUNTER, received_on=clock.today())
    assert status_of(lodged) == "to_decide"
    assert awarded.tags()[-1] == "guarantee:original:receive"


def test_the_citys_file_says_by_which_ways(town: Town) -> None:
    town.city = "ashikaga"
    town.open_office()
    town.award(requires_contract_guarantee=True)
    lodged = lodged_in(town, Means.BANK, **COVERING)
    with looking(OFFICER) as act:
        assert original_channels(act, the(act, lodged)) == (Channel.COUNTER, Channel.POST)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"amount": None}, "guarantee_amount_unknown"),
        ({"amount": LEAST - 1}, "guarantee_short"),
        ({"ends_on": day(149)}, "guarantee_short"),
        ({"starts_on": day(15)}, "guarantee_short"),
    ],
)
def test_what_does_not_cover_is_not_accepted_without_a_reason(
    awarded: Town, values: dict[str, Any], code: str
) -> None:
    lodged = lodged_in(awarded, Means.CASH, **(COVERING | values))
    with acting(OFFICER) as act, refused(code):
        accept_guarantee(act, the(act, lodged))
    assert status_of(lodged) == "to_decide"


def test_an_exemption_needs_its_ground(awarded: Town) -> None:
    lodged = lodged_in(awarded, Means.EXEMPTION)
    with acting(OFFICER) as act, refused("exemption_without_ground"):
        accept_guarantee(act, the(act, lodged))
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged), reason="契約規則第6条第3号に当たる。")
    standing = secured.standing_of(awarded)
    assert (standing.is_in_force, standing.missing_amount) == (True, 0)


def test_two_decisions_about_one_guarantee_do_not_both_count(awarded: Town) -> None:
    lodged = accepted(awarded)
    with acting(OFFICER) as act, refused("guarantee_accepted_already"):
        accept_guarantee(act, the(act, lodged))
    with acting(OFFICER) as act:
        return_guarantee(act, the(act, lodged), "納付が取り消されました。")
    with acting(OFFICER) as act, refused("guarantee_ended"):
        return_guarantee(act, the(act, lodged), "もう一度")


def test_a_release_before_the_end_of_the_work_wants_a_reason(awarded: Town) -> None:
    lodged = accepted(awarded)
    with acting(OFFICER) as act, refused("guarantee_still_needed"):
        release_guarantee(act, the(act, lodged))
    with acting(OFFICER) as act:
        release_guarantee(act, the(act, lodged), reason="契約を解除し、返還しました。")
    assert status_of(lodged) == "released"
    assert not secured.standing_of(awarded).is_in_force


def test_what_was_never_accepted_is_not_released(awarded: Town) -> None:
    lodged = lodged_in(awarded, Means.CASH, amount=LEAST)
    with acting(OFFICER) as act, refused("guarantee_not_accepted"):
        release_guarantee(act, the(act, lodged), reason="不要")


def test_after_the_work_it_is_released_without_one(town: Town) -> None:
    town.award(requires_contract_guarantee=True)
    lodged = accepted(town)
    with acting(OFFICER) as act:
        town.contract(act).conclude(at=act.now, on=clock.today())
    town.go_to(START + timedelta(days=151))
    with acting(OFFICER) as act:
        release_guarantee(act, the(act, lodged))
    assert status_of(lodged) == "released"


def test_the_office_sees_what_is_missing_and_until_when(awarded: Town) -> None:
    standing = secured.standing_of(awarded)
    assert standing.is_required
    assert (standing.missing_amount, standing.amount) == (LEAST, LEAST)
    assert standing.due is not None
    assert standing.source
    assert concerns(awarded) == ["missing"]
    with looking(OFFICER) as act:
        assert [s.obligation for s in standings(act, awarded.case(act))] == [GuaranteeKind.CONTRACT]


def test_work_that_is_over_leaves_the_list_unless_a_guarantee_still_counts(
    awarded: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    lodged = accepted(awarded, ends_on=day(160))
    assert concerns(awarded) == []
    with acting(OFFICER) as act:
        awarded.contract(act).conclude(at=act.now, on=clock.today())
    awarded.go_to(START + timedelta(days=151))
    assert concerns(awarded) == ["expiring"]
    with acting(OFFICER) as act:
        release_guarantee(act, the(act, lodged))
    with monkeypatch.context() as unasked:
        unasked.setattr(guarantee_standings, "standings", None)
        assert concerns(awarded) == [], "the database leaves the case out: nobody looks into it"
    with acting(OFFICER) as act:
        awarded.contract(act).ends_on = clock.today()
        the(act, lodged).released_at = None
        return_guarantee(act, the(act, lodged), reason="取り違え")
    assert concerns(awarded) == ["missing"], "the last day still belongs to the work"


def test_a_missing_guarantee_is_brought_to_mind_once_for_each_moment(awarded: Town) -> None:
    due = secured.standing_of(awarded).due
    assert due is not None
    counts = []
    for days_left in (8, 7, 6, 3, 2, 0):
        awarded.go_to(START.replace(year=due.year, month=due.month, day=due.day) - timedelta(days=days_left))
        notice_guarantees(clock.now())
        notice_guarantees(clock.now())
        counts.append(len(awarded.letters(to="keiyaku@", subject="契約保証の提出")))
    assert counts == [0, 1, 1, 2, 2, 3]
    accepted(awarded)
    assert notice_guarantees(clock.now()) == ""


def test_an_end_of_the_covered_time_is_told_once(awarded: Town) -> None:
    accepted(awarded, ends_on=day(150))
    notice_guarantees(clock.now())
    assert not awarded.letters(subject="【保証の期間】")
    awarded.go_to(START + timedelta(days=121))
    assert concerns(awarded) == ["expiring"]
    notice_guarantees(clock.now())
    notice_guarantees(clock.now())
    assert len(awarded.letters(subject="【保証の期間】")) == 2, "two officers, one letter each"


def test_a_time_that_ends_before_the_work_is_told_at_once(awarded: Town) -> None:
    lodged = lodged_in(awarded, Means.CASH, amount=LEAST, ends_on=day(100))
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged), reason="延長の手続き中です。")
    assert concerns(awarded) == ["expiring"]
    notice_guarantees(clock.now())
    assert "工期の終わり" in awarded.letters(subject="【保証の期間】")[0].body


def test_a_city_whose_file_is_broken_holds_up_nobody(awarded: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    due = secured.standing_of(awarded).due
    assert due is not None
    lodged = lodged_in(awarded)
    ask_of(testing.found(certificate()))
    look(lodged)
    awarded.go_to(START.replace(year=due.year, month=due.month, day=due.day))
    others = {slug: rules for slug, rules in house().cities.items() if slug != awarded.city}
    with monkeypatch.context() as without:
        without.setitem(house().__dict__, "cities", others)
        assert (notice_guarantees(clock.now()), seal_look_records(clock.now())) == ("", "")
        job()
    assert "登録されていません" in looks_of(lodged)[-1].problem
    assert notice_guarantees(clock.now()) != ""
    assert seal_look_records(clock.now()) == "1件の照会記録を作成しました。"
