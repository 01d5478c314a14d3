"""Plans of the demo (デモの予定): people and cases from data files, and the instant of every act."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from forms.model import form_in_force
from portal.demo.stories import STORIES, Scene
from portal.workflows.usage_forms import definitions_of
from procurement.business_days import CityCalendar
from procurement.rules import (
    CaseFacts,
    CityRules,
    DeadlineKind,
    ProcurementCategory,
    ProcurementMethod,
    Trigger,
)
from procurement.wareki import JST

DATA = Path(__file__).parent / "data"
FURTHEST = 30
NOTICE_BEFORE_AWARD = timedelta(days=20)
START_AFTER_AWARD = timedelta(days=14)
PERIOD_DAYS = 150
"""From the award to the end of the work, where the data says nothing of it."""
LONGEST_SEARCH = timedelta(days=1000)


@dataclass(frozen=True)
class DemoCase:
    """A demo case as its data file says it."""

    city: str
    story: str
    data: dict[str, Any]


@dataclass(frozen=True)
class PlannedAct:
    """One act of one case at its instant."""

    at: datetime
    case: DemoCase
    act: str


@dataclass(frozen=True)
class DemoDates:
    """Notice, beginning and end of a demo case, from the day of its award."""

    noticed_on: date
    starts_on: date
    ends_on: date


def demo_files() -> list[dict[str, Any]]:
    """Every data file of the demo; one speaks of the people of all cities, each other of one city."""
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.toml"))]


def demo_cases(files: list[dict[str, Any]]) -> list[DemoCase]:
    """The cases of all cities, in the order of their files."""
    return [
        DemoCase(file["city"], entry["story"], {k: v for k, v in entry.items() if k != "story"})
        for file in files
        for entry in file.get("cases", ())
    ]


def planned_acts(cases: list[DemoCase], cities: Mapping[str, CityRules], today: date) -> list[PlannedAct]:
    """All acts before `today`, in the order of time, so that the demo's history reads as one.

    A case that the city's rules would not let come that far by `today` is left out.
    """
    plans = (_acts_of(case, cities[case.city], today) for case in cases)
    return sorted((planned for plan in plans for planned in plan), key=lambda planned: planned.at)


def first_day(cases: list[DemoCase], cities: Mapping[str, CityRules], today: date) -> date:
    """The first day from `today` on which every case can be told: the rules of all its cities are in force."""
    day = today
    while not all(_acts_of(case, cities[case.city], day) for case in cases):
        day += timedelta(days=1)
        if day - today > LONGEST_SEARCH:
            raise ValueError("there is no day on which all stories of the demo keep the rules")
    return day


def dates_of(data: Mapping[str, Any], rules: CityRules, awarded_on: date) -> DemoDates:
    """Dates of a case that the city's rules take: notices not before they begin, no work from April 1."""
    category = ProcurementCategory(data["category"])
    begins = [
        scope.starts_on
        for scope in rules.scopes
        if scope.starts_on and scope.trigger is Trigger.PUBLIC_NOTICE_DATE and category in scope.categories
    ]
    noticed_on = min(awarded_on, max([awarded_on - NOTICE_BEFORE_AWARD, *begins]))
    starts_on = awarded_on + START_AFTER_AWARD
    if (starts_on.month, starts_on.day) == (4, 1):
        starts_on += timedelta(days=1)
    ends_on = awarded_on + timedelta(days=data.get("period_days", PERIOD_DAYS))
    return DemoDates(noticed_on, starts_on, ends_on)


def _acts_of(case: DemoCase, rules: CityRules, today: date) -> list[PlannedAct]:
    """The acts of a case; none where no day of award keeps the rules of the city."""
    story = STORIES[case.story]
    for begins in range(story.begins, FURTHEST):
        awarded_on = business_days_before(rules.calendar, today, begins + 1)
        acts = [
            PlannedAct(_instant(rules.calendar, awarded_on, scene), case, scene.act) for scene in story.scenes
        ]
        if _keeps_deadlines(acts, rules, case) and _is_eligible(case, rules, awarded_on):
            return acts
    return []


def _is_eligible(case: DemoCase, rules: CityRules, awarded_on: date) -> bool:
    """Whether the rules let the case be electronic on that day; an ineligible one may always be told."""
    dates = dates_of(case.data, rules, awarded_on)
    facts = CaseFacts(
        category=ProcurementCategory(case.data["category"]),
        method=ProcurementMethod(case.data["method"]),
        noticed_on=dates.noticed_on,
        awarded_on=awarded_on,
        performance_starts_on=dates.starts_on,
        section=case.data["section"],
    )
    at_award = rules.at(awarded_on)
    form = form_in_force(definitions_of(at_award), at_award.usage_application.form, awarded_on)
    return case.story == "ineligible" or (form is not None and rules.eligibility(facts).eligible)


def business_days_before(calendar: CityCalendar, day: date, number: int) -> date:
    """The business day `number` business days before `day`."""
    return calendar.add_business_days(day, -number)


def _instant(calendar: CityCalendar, awarded_on: date, scene: Scene) -> datetime:
    return datetime.combine(calendar.add_business_days(awarded_on, scene.day), scene.clock, JST)


def _keeps_deadlines(acts: list[PlannedAct], rules: CityRules, case: DemoCase) -> bool:
    """Whether the first consent of the city lies within the deadline that the award starts."""
    signed = next((planned.at for planned in acts if planned.act == "city_consents"), None)
    if signed is None:
        return True
    deadlines = rules.deadlines(ProcurementCategory(case.data["category"]), acts[0].at)
    return all(signed <= d.due_at for d in deadlines if d.kind is DeadlineKind.CONTRACT_CONCLUSION)


def registration_number(company_key: str, city: str) -> str:
    """The demo's register number (業者番号): the same company has another one in each city."""
    return f"{sum(map(ord, company_key + city)) % 9000 + 1000:04d}"
