"""Drawings: right without colour, in words too, and no style attribute anywhere."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from portal.pictures.bars import Bar, bars
from portal.pictures.calendars import DueDay, month_calendar, months_of
from portal.pictures.stage_lines import Side, Stage, StageState, stage_line
from tests.ui.gallery import STAGES, calendar, days, stage_lines

TODAY = date(2026, 5, 4)


@pytest.mark.parametrize("drawing", [*(line.svg() for line in stage_lines()), calendar(), days()])
def test_a_drawing_is_well_formed_and_carries_no_style(drawing: str):
    root = ElementTree.fromstring(drawing)
    assert all("style" not in element.attrib for element in root.iter())


def test_stages_before_the_current_one_are_done():
    states = [stage.state for stage in stage_line(STAGES, 2).stages]
    assert states == [StageState.DONE] * 2 + [StageState.CURRENT] + [StageState.TODO] * 4


def test_the_halves_are_joined_only_when_everything_is_done():
    assert stage_line(STAGES, None).is_joined
    assert not stage_line(STAGES, 6).is_joined
    assert "tally-seam" in stage_line(STAGES, None).svg()
    assert "tally-seam" not in stage_line(STAGES, 6).svg()


def test_a_stage_that_was_sent_back_says_so():
    svg = stage_line(STAGES, 1, state=StageState.RETURNED).svg()
    assert "差戻し" in svg
    assert svg.count('class="tally-piece tally-piece--returned"') == 1


def test_words_of_a_case_are_escaped():
    svg = stage_line([Stage("<工事>", Side.CITY)], 0).svg()
    assert "&lt;工事&gt;" in svg


def test_the_calendar_names_its_due_days():
    svg = month_calendar(date(2026, 5, 1), [DueDay(date(2026, 5, 7), "提出")], TODAY, lambda day: False)
    assert 'aria-label="2026年5月のカレンダー。期限：7日 提出"' in svg
    assert svg.count("calendar__today") == 1


def test_two_things_due_on_one_day_are_counted():
    due = [DueDay(date(2026, 5, 7), "提出"), DueDay(date(2026, 5, 7), "締結")]
    assert "期限2件" in month_calendar(date(2026, 5, 1), due, TODAY, lambda day: False)


def test_this_month_and_the_months_of_the_deadlines_are_drawn():
    assert months_of([DueDay(date(2026, 7, 1), "")], TODAY) == [date(2026, 5, 1), date(2026, 7, 1)]


def test_bars_say_their_numbers_and_what_is_over_the_limit():
    svg = bars([Bar("甲", 4, "4日"), Bar("乙", 8, "8日", is_late=True)], "日数")
    assert 'aria-label="日数。甲 4日、乙 8日"' in svg
    assert "8日（超過）" in svg


def test_no_bars_is_an_empty_picture():
    ElementTree.fromstring(bars([], "日数"))
