"""Four cities written from docs/city-file.md and docs/form-file.md alone: their files pass, their answers come out right.

The expected days were counted by hand on a calendar; each row names the weekday.
"""

from datetime import date, datetime
from pathlib import Path

import pytest

from forms.definitions import parse_forms
from forms.meanings import Meaning
from forms.model import form_in_force
from portal.cli.city_summaries import cautions
from procurement.cities.loader import load_file
from procurement.rules import CaseFacts, CityRules, ProcurementCategory, ProcurementMethod, Route
from procurement.wareki import WEEKDAYS

WRITTEN = Path(__file__).parent / "written"
CITIES = {path.stem: load_file(path) for path in sorted(WRITTEN.glob("*.toml"))}
WORKS, SURVEY, GOODS, SERVICES, UPKEEP = (
    ProcurementCategory(word)
    for word in (
        "construction_works",
        "survey_and_consulting",
        "goods",
        "services",
        "construction_maintenance",
    )
)
OPEN, CONDITIONS, DESIGNATED, NEGOTIATED = ProcurementMethod


@pytest.mark.parametrize("city", CITIES.values(), ids=list(CITIES))
def test_the_forms_of_the_file_are_sound_and_name_who_signs(city: CityRules) -> None:
    forms = parse_forms(city.forms)
    assert list(cautions(city)) == []
    for form in forms:
        assert form.field_that_means(Meaning.SIGNATORY_EMAIL) is not None
    assert sum(1 for _ in forms[0].fields()) >= 8


# City, kind of case, instant of the award, then each deadline: kind, last instant, weekday, closed day or not.
APPLY, CONCLUDE = "usage_application", "contract_conclusion"
DEADLINES = [
    # The day of the award is day 1 of seven, a closed last day moves on; the form by 17:15 of the second open day.
    ("kirigaoka", WORKS, "2026-05-01T10:00+09:00", (CONCLUDE, "2026-05-07T23:59:59", "木", False)),
    ("kirigaoka", WORKS, "2026-05-01T10:00+09:00", (APPLY, "2026-05-08T17:15:00", "金", False)),
    ("kirigaoka", WORKS, "2026-05-01T14:59:59+00:00", (CONCLUDE, "2026-05-07T23:59:59", "木", False)),
    ("kirigaoka", WORKS, "2026-05-01T15:00:00+00:00", (CONCLUDE, "2026-05-08T23:59:59", "金", False)),
    ("kirigaoka", WORKS, "2026-05-10T09:00+09:00", (CONCLUDE, "2026-05-18T23:59:59", "月", False)),
    ("kirigaoka", WORKS, "2026-05-10T09:00+09:00", (APPLY, "2026-05-12T17:15:00", "火", False)),
    ("kirigaoka", WORKS, "2026-09-17T17:00+09:00", (CONCLUDE, "2026-09-24T23:59:59", "木", False)),
    ("kirigaoka", WORKS, "2026-09-17T17:00+09:00", (APPLY, "2026-09-24T17:15:00", "木", False)),
    ("kirigaoka", WORKS, "2026-12-25T10:00+09:00", (CONCLUDE, "2027-01-04T23:59:59", "月", False)),
    ("kirigaoka", WORKS, "2026-12-25T10:00+09:00", (APPLY, "2027-01-04T17:15:00", "月", False)),
    ("kirigaoka", WORKS, "2026-12-28T10:00+09:00", (CONCLUDE, "2027-01-04T23:59:59", "月", False)),
    ("kirigaoka", WORKS, "2026-12-28T10:00+09:00", (APPLY, "2027-01-05T17:15:00", "火", False)),
    ("kirigaoka", WORKS, "2028-02-23T10:00+09:00", (CONCLUDE, "2028-02-29T23:59:59", "火", False)),
    ("kirigaoka", WORKS, "2028-02-23T10:00+09:00", (APPLY, "2028-02-25T17:15:00", "金", False)),
    ("kirigaoka", WORKS, "2035-04-27T10:00+09:00", (CONCLUDE, "2035-05-07T23:59:59", "月", False)),
    ("kirigaoka", WORKS, "2035-04-27T10:00+09:00", (APPLY, "2035-05-02T17:15:00", "水", False)),
    # Fourteen open days; the form by noon of the third; 6/23 and 2026-08-28 closed, 2026-12-29 open.
    ("umikaze", GOODS, "2026-06-12T10:00+09:00", (CONCLUDE, "2026-07-03T23:59:59", "金", False)),
    ("umikaze", GOODS, "2026-06-12T10:00+09:00", (APPLY, "2026-06-17T12:00:00", "水", False)),
    ("umikaze", GOODS, "2026-06-18T10:00+09:00", (CONCLUDE, "2026-07-09T23:59:59", "木", False)),
    ("umikaze", GOODS, "2026-06-18T10:00+09:00", (APPLY, "2026-06-24T12:00:00", "水", False)),
    ("umikaze", GOODS, "2026-08-26T10:00+09:00", (CONCLUDE, "2026-09-16T23:59:59", "水", False)),
    ("umikaze", GOODS, "2026-08-26T10:00+09:00", (APPLY, "2026-09-01T12:00:00", "火", False)),
    ("umikaze", GOODS, "2026-12-25T10:00+09:00", (CONCLUDE, "2027-01-20T23:59:59", "水", False)),
    ("umikaze", GOODS, "2026-12-25T10:00+09:00", (APPLY, "2027-01-04T12:00:00", "月", False)),
    ("umikaze", GOODS, "2026-04-28T10:00+09:00", (CONCLUDE, "2026-05-22T23:59:59", "金", False)),
    ("umikaze", GOODS, "2026-04-28T10:00+09:00", (APPLY, "2026-05-07T12:00:00", "木", False)),
    # Works: five days, moved on; others: ten days, not moved; from 2027-04-01 seven days for all, no form deadline.
    ("mitsuhashi", WORKS, "2026-05-01T10:00+09:00", (CONCLUDE, "2026-05-07T23:59:59", "木", False)),
    ("mitsuhashi", WORKS, "2026-05-01T10:00+09:00", (APPLY, "2026-05-07T12:00:00", "木", False)),
    ("mitsuhashi", WORKS, "2026-09-17T10:00+09:00", (CONCLUDE, "2026-09-24T23:59:59", "木", False)),
    ("mitsuhashi", WORKS, "2026-09-17T10:00+09:00", (APPLY, "2026-09-18T12:00:00", "金", False)),
    ("mitsuhashi", GOODS, "2026-05-01T10:00+09:00", (CONCLUDE, "2026-05-11T23:59:59", "月", False)),
    ("mitsuhashi", GOODS, "2026-05-06T10:00+09:00", (CONCLUDE, "2026-05-16T23:59:59", "土", True)),
    ("mitsuhashi", SERVICES, "2027-03-31T14:59:59+00:00", (CONCLUDE, "2027-04-10T23:59:59", "土", True)),
    ("mitsuhashi", SERVICES, "2027-03-31T15:00:00+00:00", (CONCLUDE, "2027-04-07T23:59:59", "水", False)),
]


@pytest.mark.parametrize(("slug", "category", "awarded_at", "expected"), DEADLINES)
def test_deadlines_come_out_as_counted_on_a_calendar(
    slug: str, category: ProcurementCategory, awarded_at: str, expected: tuple[str, str, str, bool]
) -> None:
    found = CITIES[slug].deadlines(category, datetime.fromisoformat(awarded_at))
    kind, due_at, weekday, closed = expected
    [deadline] = [d for d in found if d.kind == kind]
    shown = deadline.as_dict()
    assert shown["due_at"] == f"{due_at}+09:00"
    assert shown["due_on"] == due_at[:10]
    assert WEEKDAYS[deadline.due_on.weekday()] == weekday
    assert deadline.closed_day is closed


def test_a_deadline_that_the_city_does_not_set_is_not_there() -> None:
    at = datetime.fromisoformat("2027-04-01T10:00+09:00")
    assert CITIES["momijino"].deadlines(GOODS, at) == ()
    assert [d.kind for d in CITIES["mitsuhashi"].deadlines(WORKS, at)] == [CONCLUDE]
    assert [d.kind for d in CITIES["mitsuhashi"].deadlines(GOODS, at.replace(year=2026))] == [CONCLUDE]


def test_the_day_counted_from_and_the_last_open_day_are_named() -> None:
    at = datetime.fromisoformat("2026-05-06T10:00+09:00")
    [ten_days] = CITIES["mitsuhashi"].deadlines(GOODS, at)
    assert (ten_days.counted_from, ten_days.last_business_day) == (date(2026, 5, 7), date(2026, 5, 15))
    [first, _] = CITIES["kirigaoka"].deadlines(WORKS, at.replace(day=7))
    assert first.kind == APPLY
    conclusion = CITIES["kirigaoka"].deadlines(WORKS, at.replace(day=1))[0]
    assert conclusion.counted_from == date(2026, 5, 1)
    assert conclusion.source == "霧ヶ丘市契約規則第24条第1項"


# City, kind, method, the facts of the case, and the rules that refuse; none when it may be electronic.
SCOPE = [
    ("kirigaoka", WORKS, OPEN, {"awarded_on": "2025-10-01"}, []),
    ("kirigaoka", WORKS, OPEN, {"awarded_on": "2025-09-30"}, ["scope.start"]),
    ("kirigaoka", WORKS, OPEN, {}, ["scope.start"]),
    (
        "kirigaoka",
        WORKS,
        NEGOTIATED,
        {"awarded_on": "2026-05-01"},
        ["scope.method", "exclusion.negotiated"],
    ),
    (
        "kirigaoka",
        WORKS,
        OPEN,
        {"awarded_on": "2026-05-01", "requires_council_approval": True},
        ["exclusion.council_approval"],
    ),
    ("kirigaoka", GOODS, OPEN, {"awarded_on": "2026-05-01"}, ["scope.category"]),
    ("umikaze", GOODS, OPEN, {"noticed_on": "2026-04-01"}, []),
    ("umikaze", GOODS, OPEN, {"noticed_on": "2026-03-31"}, ["scope.start"]),
    ("umikaze", GOODS, OPEN, {"awarded_on": "2026-03-31"}, ["scope.start"]),
    ("umikaze", GOODS, OPEN, {"noticed_on": "2026-06-30", "section": "建設部道路課"}, ["section"]),
    ("umikaze", GOODS, OPEN, {"noticed_on": "2026-07-01", "section": "建設部道路課"}, []),
    ("umikaze", GOODS, OPEN, {"noticed_on": "2026-07-01", "section": "教育委員会施設課"}, ["section"]),
    ("umikaze", GOODS, OPEN, {"noticed_on": "2027-07-01", "section": "消防本部"}, ["section"]),
    ("umikaze", GOODS, OPEN, {"noticed_on": "2026-04-01", "section": "総務課"}, []),
    (
        "umikaze",
        SERVICES,
        OPEN,
        {
            "noticed_on": "2026-04-01",
            "performance_starts_on": "2026-05-01",
            "performance_ends_on": "2031-04-30",
        },
        [],
    ),
    (
        "umikaze",
        SERVICES,
        OPEN,
        {
            "noticed_on": "2026-04-01",
            "performance_starts_on": "2026-05-01",
            "performance_ends_on": "2031-05-01",
        },
        ["exclusion.long_term"],
    ),
    ("momijino", GOODS, NEGOTIATED, {"contract_on": "2026-06-01"}, []),
    ("momijino", GOODS, NEGOTIATED, {"contract_on": "2026-05-31"}, ["scope.start"]),
    ("momijino", GOODS, OPEN, {"awarded_on": "2026-06-01"}, []),
    ("momijino", GOODS, OPEN, {"awarded_on": "2026-05-30"}, ["scope.start"]),
    ("momijino", GOODS, OPEN, {"contract_on": "2026-06-01", "contract_price": 1999999}, []),
    ("momijino", GOODS, OPEN, {"contract_on": "2026-06-01", "contract_price": 2000000}, ["exclusion.no1"]),
    ("momijino", WORKS, OPEN, {"contract_on": "2026-06-01"}, ["scope.category"]),
    ("mitsuhashi", WORKS, OPEN, {"noticed_on": "2026-02-01"}, []),
    ("mitsuhashi", WORKS, OPEN, {"noticed_on": "2026-01-31"}, ["scope.start"]),
    ("mitsuhashi", WORKS, OPEN, {"noticed_on": "2027-03-31"}, []),
    ("mitsuhashi", SURVEY, DESIGNATED, {"awarded_on": "2026-05-01"}, []),
    ("mitsuhashi", SURVEY, CONDITIONS, {"awarded_on": "2026-05-01"}, ["scope.method"]),
    ("mitsuhashi", GOODS, OPEN, {"contract_on": "2026-06-30"}, ["scope.start"]),
    ("mitsuhashi", GOODS, OPEN, {"contract_on": "2026-04-01", "is_trial": True}, []),
    ("mitsuhashi", GOODS, OPEN, {"contract_on": "2026-03-31", "is_trial": True}, ["scope.start"]),
    ("mitsuhashi", GOODS, OPEN, {"contract_on": "2026-07-01"}, []),
    ("mitsuhashi", SERVICES, OPEN, {"awarded_on": "2026-09-01"}, []),
    ("mitsuhashi", SERVICES, OPEN, {"awarded_on": "2026-08-31"}, ["scope.start"]),
    ("mitsuhashi", SERVICES, OPEN, {"awarded_on": "2026-07-31"}, ["scope.period"]),
    (
        "mitsuhashi",
        SERVICES,
        OPEN,
        {"awarded_on": "2027-03-20", "performance_starts_on": "2027-04-01"},
        ["exclusion.april_services"],
    ),
    (
        "mitsuhashi",
        GOODS,
        OPEN,
        {"contract_on": "2027-03-20", "performance_starts_on": "2027-04-01"},
        [],
    ),
    ("mitsuhashi", UPKEEP, OPEN, {"awarded_on": "2027-03-31"}, ["scope.category"]),
    ("mitsuhashi", UPKEEP, OPEN, {"awarded_on": "2027-04-01"}, []),
]


@pytest.mark.parametrize(("slug", "category", "method", "facts", "refusing"), SCOPE)
def test_scope_and_exclusions_come_out_as_written(
    slug: str,
    category: ProcurementCategory,
    method: ProcurementMethod,
    facts: dict[str, object],
    refusing: list[str],
) -> None:
    known = {
        name: date.fromisoformat(str(value)) if name.endswith("_on") else value
        for name, value in facts.items()
    }
    found = CITIES[slug].eligibility(CaseFacts(category, method, **known))  # type: ignore[arg-type]
    assert found.eligible is not bool(refusing)
    if refusing:
        assert [reason.rule for reason in found.reasons] == refusing
    assert all(reason.text and reason.source for reason in found.reasons)


@pytest.mark.parametrize(
    ("slug", "of_paper"),
    [("kirigaoka", False), ("umikaze", True), ("momijino", False), ("mitsuhashi", False)],
)
def test_an_amendment_follows_the_city(slug: str, of_paper: bool) -> None:
    assert CITIES[slug].amendment(Route.ELECTRONIC).allowed
    assert CITIES[slug].amendment(Route.PAPER).allowed is of_paper


def test_what_changes_on_a_day_is_what_was_written_for_it() -> None:
    city = CITIES["mitsuhashi"]
    days = {on: city.at(on).completion.download_link_days for on in (date(2027, 3, 31), date(2027, 4, 1))}
    assert list(days.values()) == [14, 60]
    forms = parse_forms(city.forms)
    titles = [form_in_force(forms, "shoudaku", on) for on in days]
    assert [form.title if form else None for form in titles] == [
        "電子契約利用承諾書",
        "電子契約利用承諾書（令和9年度版）",
    ]


def test_subjects_and_sizes_are_the_citys_own() -> None:
    city = CITIES["momijino"]
    words = {"title": "机の購入", "number": "R8-1", "city": "紅葉野市", "mayor": "", "company": ""}
    assert city.mails.subject_of_request(**words) == "紅葉野市から「机の購入」の確認依頼が届いています"
    assert city.completion.attaches(5 * 1024 * 1024, "a@example.jp")
    assert not city.completion.attaches(5 * 1024 * 1024 + 1, "a@example.jp")
    assert city.signing.allow_decline
    assert city.signing.allow_forward
