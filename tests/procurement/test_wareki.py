"""Era dates (和暦): read as people write them, refused outside their era, printed as papers print them."""

import contextlib
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.errors import RuleViolation
from procurement.wareki import (
    ERAS,
    format_clock,
    format_seireki,
    format_wareki,
    format_wareki_weekday,
    jst_date,
    parse_date,
)

WRITTEN = [
    ("令和8年5月7日", date(2026, 5, 7)),
    ("令和８年５月７日", date(2026, 5, 7)),
    ("令和元年5月1日", date(2019, 5, 1)),
    ("令和1年5月1日", date(2019, 5, 1)),
    ("R8.5.7", date(2026, 5, 7)),
    ("r8/5/7", date(2026, 5, 7)),
    ("Ｒ８－５－７", date(2026, 5, 7)),
    ("㋿8年5月7日", date(2026, 5, 7)),
    ("㍻31.4.30", date(2019, 4, 30)),
    ("平成31年4月30日", date(2019, 4, 30)),
    ("昭和64年1月7日", date(1989, 1, 7)),
    ("S63.12.31", date(1988, 12, 31)),
    ("大正元年12月24日", date(1912, 12, 24)),
    ("M45.7.29", date(1912, 7, 29)),
    ("2026-05-07", date(2026, 5, 7)),
    ("2026/5/7", date(2026, 5, 7)),
    ("2026.5.7", date(2026, 5, 7)),
    ("20260507", date(2026, 5, 7)),
    ("２０２６年５月７日（木）", date(2026, 5, 7)),
    (" 令和 8 年 5 月 7 日 (木曜日) ", date(2026, 5, 7)),
]
REFUSED = [
    "平成31年5月1日",
    "昭和64年1月8日",
    "大正15年12月25日",
    "明治45年7月30日",
    "令和元年4月30日",
    "令和0年5月1日",
    "令和8年2月30日",
    "2026-02-29",
    "2026年5月7日（金）",
    "8.5.7",
    "5月7日",
    "令和8年5月",
    "",
    "あした",
]


@pytest.mark.parametrize(("text", "day"), WRITTEN)
def test_a_date_is_read_as_people_write_it(text, day):
    assert parse_date(text) == day


@pytest.mark.parametrize("text", REFUSED)
def test_a_date_outside_its_era_or_the_calendar_is_refused_in_japanese(text):
    with pytest.raises(RuleViolation) as refusal:
        parse_date(text)
    assert refusal.value.code == "date.unreadable"
    assert f"「{text}」は" in refusal.value.text


def test_dates_are_printed_as_papers_print_them():
    day = date(2026, 5, 7)
    assert format_wareki(day) == "令和8年5月7日"
    assert format_wareki_weekday(day) == "令和8年5月7日（木）"
    assert format_seireki(day) == "2026年5月7日（木）"
    assert format_wareki(date(2019, 5, 1)) == "令和元年5月1日"
    assert [format_clock(time(12, 0)), format_clock(time(17)), format_clock(time(9, 5))] == [
        "正午",
        "17時",
        "9時5分",
    ]


def test_a_day_before_the_eras_has_no_era_name():
    with pytest.raises(RuleViolation):
        format_wareki(date(1868, 10, 22))


def test_the_legal_date_of_an_instant_is_the_japanese_one():
    assert jst_date(datetime(2026, 4, 30, 15, 0, tzinfo=UTC)) == date(2026, 5, 1)
    with pytest.raises(ValueError):
        jst_date(datetime(2026, 4, 30, 15, 0))


@given(st.dates(min_value=ERAS[0].first_day, max_value=date(2117, 12, 31)))
def test_every_printed_date_is_read_back(day):
    for text in (
        format_wareki(day),
        format_wareki_weekday(day),
        format_seireki(day),
        day.isoformat(),
    ):
        assert parse_date(text) == day


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_a_refusal_and_never_a_crash(text):
    with contextlib.suppress(RuleViolation):
        assert isinstance(parse_date(text), date)
