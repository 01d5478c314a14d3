"""The plan of the demo: on whatever day it is loaded, every act lies before it and keeps the city's rules."""

from collections import Counter
from datetime import date, timedelta

import pytest

from portal.demo.plans import dates_of, demo_cases, demo_files, first_day, planned_acts
from portal.demo.stories import STORIES
from procurement.cities.loader import load_cities
from procurement.rules import CaseFacts, ProcurementCategory, ProcurementMethod

CITIES = load_cities(None)
CASES = demo_cases(demo_files())
DAYS = [date(2026, 4, 20) + timedelta(days=17 * step) for step in range(80)]


@pytest.mark.parametrize("today", DAYS, ids=date.isoformat)
def test_every_case_has_its_acts_in_order_and_before_the_day(today: date) -> None:
    acts = planned_acts(CASES, CITIES, today)
    assert len({(planned.case.city, planned.case.data["number"]) for planned in acts}) == len(CASES)
    assert all(planned.at.date() < today for planned in acts)
    assert [planned.at for planned in acts] == sorted(planned.at for planned in acts)


def test_work_that_would_begin_on_the_first_of_april_begins_on_the_second() -> None:
    case = next(c for c in CASES if c.city == "tosu" and c.story == "concluded")
    dates = dates_of(case.data, CITIES["tosu"], date(2027, 3, 18))
    assert dates.starts_on == date(2027, 4, 2)
    facts = CaseFacts(
        category=ProcurementCategory(case.data["category"]),
        method=ProcurementMethod(case.data["method"]),
        noticed_on=dates.noticed_on,
        awarded_on=date(2027, 3, 18),
        performance_starts_on=dates.starts_on,
    )
    assert CITIES["tosu"].eligibility(facts).eligible


def test_soon_after_the_rules_have_begun_only_the_short_stories_are_told() -> None:
    acts = planned_acts(CASES, CITIES, date(2026, 3, 20))
    told = {(planned.case.city, planned.case.story) for planned in acts}
    assert ("tosu", "amended") not in told
    assert {(city, "concluded") for city in CITIES} <= told


def test_a_demo_of_an_earlier_day_begins_when_the_rules_of_all_cities_do() -> None:
    day = first_day(CASES, CITIES, date(2025, 11, 20))
    assert date(2026, 3, 20) < day < date(2026, 4, 30)
    assert first_day(CASES, CITIES, day) == day


def test_each_city_tells_of_every_stage() -> None:
    told = Counter(case.city for case in CASES)
    assert set(told) == set(CITIES)
    for city in CITIES:
        stories = {case.story for case in CASES if case.city == city}
        assert {"application", "submitted", "sent_back", "drafting", "contractor_signing"} <= stories
        assert {"city_signing", "concluded", "amended", "paper"} <= stories
        assert stories <= set(STORIES)
