"""Deadlines of papers: counting, words, what is not known yet, mistakes of the file."""

from datetime import date, datetime, time
from typing import Any

import pytest

from forms.definitions import parse_form
from forms.dues import ASSUMED, DueBase, DueRule, due_from
from forms.errors import FormFileErrors
from procurement.cities.kinds import ProcurementCategory, Roll, Unit
from procurement.cities.loader import load_cities
from procurement.wareki import JST

CALENDAR = load_cities()["iwaki"].calendar
THURSDAY = date(2026, 5, 7)


def at(day: int, *clock: int) -> datetime:
    return datetime(2026, 5, day, *clock, tzinfo=JST)


@pytest.mark.parametrize(
    ("rule", "due_at"),
    [
        (DueRule(0), at(7, 23, 59, 59)),
        (DueRule(14), at(21, 23, 59, 59)),
        (DueRule(14, count_first_day=True), at(20, 23, 59, 59)),
        (DueRule(2), at(9, 23, 59, 59)),
        (DueRule(2, roll=Roll.NEXT), at(11, 23, 59, 59)),
        (DueRule(2, roll=Roll.PREVIOUS), at(8, 23, 59, 59)),
        (DueRule(2, unit=Unit.BUSINESS_DAY, cut_off=time(12)), at(11, 12)),
    ],
)
def test_days_are_counted_as_the_rule_says(rule: DueRule, due_at: datetime) -> None:
    due = due_from(rule, THURSDAY, CALENDAR)
    assert due.due_at == due_at
    assert not due.is_missed(due_at.replace(microsecond=900_000))
    assert due.is_missed(due_at.replace(microsecond=0) + (at(7, 0, 0, 1) - at(7)))


def test_before_its_event_the_rule_is_said_in_words_and_nothing_is_missed() -> None:
    rule = DueRule(14, DueBase.CONCLUSION, source="約款第3条", assumed=True)
    due = due_from(rule, None, CALENDAR)
    assert due.due_at is None
    assert "契約締結の日の翌日から数えて14日以内" in due.text
    assert ASSUMED in due.text
    assert not due.is_missed(at(31))


def form_with(due: Any) -> dict[str, Any]:
    return {
        "code": "x",
        "title": "届",
        "addressee": "市長　様",
        "effective_from": "2026-04-01",
        "source": "試験",
        "offers": [{"due": due}],
        "sections": [{"heading": "1", "fields": [{"key": "a", "label": "欄", "type": "text"}]}],
    }


def test_a_form_file_says_it_in_japanese_words() -> None:
    form = parse_form(form_with({"n": 3, "base": "契約締結日", "unit": "開庁日", "cut_off": "12:00"}), "")
    offer = form.offer_for(ProcurementCategory.GOODS)
    assert offer is not None
    assert offer.due == DueRule(3, DueBase.CONCLUSION, Unit.BUSINESS_DAY, cut_off=time(12))


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ({}, "必須のキーがありません"),
        ({"n": -1}, "0以上3650以下の整数"),
        ({"n": 3, "base": "検査の日"}, "次のいずれかが要ります"),
        ({"n": 0, "count_first_day": True}, "1以上の整数"),
        ({"n": 3, "untl": 4}, "知らないキーです"),
        ("3日", "表 [offers[0].due] が要ります"),
    ],
)
def test_mistakes_are_named(due: Any, said: str) -> None:
    with pytest.raises(FormFileErrors) as told:
        parse_form(form_with(due), "")
    assert said in str(told.value)
    assert "offers[0].due" in str(told.value)
