"""Reminders: one to each recipient at each moment, the newest only after a pause, none where nothing is open."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import select

from portal import clock
from portal.accounts.models import Account
from portal.acting import acting, looking
from portal.workflows.move_to_paper import move_to_paper
from procurement.parties import Company
from procurement.reminders import Reminder
from tests.workflows.databases import on_sqlite
from tests.workflows.town import OFFICER, START, Town

EVERYBODY = {"keiyaku@yamada.example.jp", "officer@tosu.example.jp", "second@tosu.example.jp"}


def reminded(town: Town, since: datetime) -> Counter[str]:
    """How many notices of a deadline each address got since then."""
    with looking(OFFICER) as act:
        rows = act.session.scalars(select(Reminder).where(Reminder.made_at >= since)).all()
        letters = {x.to for x in town.letters() if x.created_at >= since}
    assert {row.recipient for row in rows} <= letters
    return Counter(row.recipient for row in rows)


def at(day: int, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    return START.replace(day=day, hour=hour, minute=minute, second=second)


def test_each_recipient_is_reminded_once_three_days_before_one_day_before_on_the_day_and_after(
    town: Town,
) -> None:
    town.award()  # on Thursday the 7th: to be concluded by Tuesday the 12th
    for day in (9, 11, 12, 13):
        before = town.go_to(at(day, 8, 59, 59))
        town.remind()
        assert not reminded(town, before), day
        now = town.go_to(at(day))
        town.remind()
        assert reminded(town, now) == dict.fromkeys(EVERYBODY, 1), day
        town.remind()
        later = town.go_on(hours=10)
        town.remind()
        assert not reminded(town, later), day
        assert reminded(town, now) == dict.fromkeys(EVERYBODY, 1), day


@on_sqlite
def test_after_the_deadline_the_notice_says_that_it_has_passed(town: Town) -> None:
    town.award()
    now = town.go_to(at(13))
    town.remind()
    letters = [x for x in town.letters() if x.created_at >= now]
    assert {x.to for x in letters} == EVERYBODY
    assert all("期限を過ぎました" in x.subject for x in letters)


@on_sqlite
def test_after_a_jump_of_three_days_only_the_newest_notice_leaves(town: Town) -> None:
    town.award()
    now = town.go_to(at(12, 15))
    town.remind()
    assert reminded(town, now) == dict.fromkeys(EVERYBODY, 1)
    with looking(OFFICER) as act:
        assert set(act.session.scalars(select(Reminder.offset_code))) == {"D 09:00"}


@on_sqlite
def test_the_noon_of_iwaki_is_recalled_on_the_evening_of_the_award_and_three_hours_before(town: Town) -> None:
    town.city = "iwaki"
    town.open_office()
    town.award()
    for moment in (at(7, 17), at(8, 9)):
        town.go_to(moment - timedelta(seconds=1))
        town.remind()
        now = town.go_to(moment)
        town.remind()
        counted = reminded(town, now)
        assert counted["keiyaku@yamada.example.jp"] == 1, moment
        assert set(counted.values()) == {1}


@on_sqlite
def test_a_moment_before_the_award_was_registered_is_not_made_up_for(town: Town) -> None:
    town.city = "iwaki"
    town.open_office()
    town.go_to(at(7, 18))
    town.award(awarded_at=START)
    now = clock.now()
    town.remind()
    assert not reminded(town, now)


@on_sqlite
def test_what_is_done_or_lifted_reminds_nobody(town: Town) -> None:
    town.conclude()
    town.city = "iwaki"
    town.open_office()
    town.award(number="filed")
    town.file()
    town.award(number="paper")
    with acting(OFFICER) as act:
        move_to_paper(act, town.contract(act), reason="希望")
    now = clock.now()
    for day in range(8, 20):
        town.go_to(at(day, 9))
        town.remind()
    assert not reminded(town, now)


@on_sqlite
def test_a_withdrawn_application_is_recalled_again(town: Town) -> None:
    from tests.workflows.test_applications import withdraw

    town.city = "iwaki"
    town.open_office()
    town.award()
    town.file()
    withdraw(town)
    now = town.go_to(at(8))
    town.remind()
    assert reminded(town, now)["keiyaku@yamada.example.jp"] == 1


@on_sqlite
def test_two_officers_with_one_mailbox_get_one_notice(town: Town) -> None:
    with acting(OFFICER) as act:
        for account in act.session.scalars(select(Account)):
            account.mail_address = "keiyaku@tosu.example.jp"
    town.award()
    now = town.go_to(at(9))
    town.remind()
    assert reminded(town, now) == {"keiyaku@tosu.example.jp": 1, "keiyaku@yamada.example.jp": 1}


@on_sqlite
def test_one_address_that_takes_no_mail_holds_up_no_other_case(town: Town) -> None:
    town.award(number="R8-001")
    with acting(OFFICER) as act:
        act.session.add(
            Company(id="elsewhere", name="鈴木建設", mail_address="nobody", registered_at=act.now)
        )
        award = town.case(act).award
        assert award is not None
        award.company_id = "elsewhere"
    town.award(number="R8-002")
    now = town.go_to(at(9))
    town.remind()
    assert reminded(town, now) == dict.fromkeys(EVERYBODY, 1)
