"""Two cities as officers wrote them: amounts, shares, clocks and days in Japanese words, a deadline counted back.

The expected days were counted by hand on a calendar; each row names the weekday.
"""

from datetime import date, datetime, time
from pathlib import Path

import pytest

from procurement.cities.loader import CityFileErrors, load_file
from procurement.cities.reminders import parse_offset
from procurement.rules import CaseFacts, ProcurementCategory, ProcurementMethod, Route
from procurement.wareki import WEEKDAYS
from tests.cities.files import write

CITIES = {path.stem: load_file(path) for path in sorted((Path(__file__).parent / "natural").glob("*.toml"))}
WORKS, GOODS, SERVICES = (ProcurementCategory(word) for word in ("construction_works", "goods", "services"))
OPEN, _, DESIGNATED, NEGOTIATED = ProcurementMethod
APPLY, CONCLUDE = "usage_application", "contract_conclusion"

# City, kind, method, day of the award; then what is due, its last instant, weekday.
DEADLINES = [
    # Ten days, moved on over 8/13-15 (Obon) and the weekend; the form by noon of the third open day.
    ("tsukimino", WORKS, OPEN, "2026-08-03", (CONCLUDE, "2026-08-17T17:00:00", "月")),
    ("tsukimino", WORKS, OPEN, "2026-08-03", (APPLY, "2026-08-06T12:00:00", "木")),
    # Goods: fourteen days, moved back before Obon.
    ("tsukimino", GOODS, OPEN, "2026-07-31", (CONCLUDE, "2026-08-12T23:59:59", "水")),
    # The rule of the form changes on 2026-10-01 from three open days to two: both awards end on 10/5.
    ("tsukimino", WORKS, OPEN, "2026-09-30", (APPLY, "2026-10-05T12:00:00", "月")),
    ("tsukimino", WORKS, OPEN, "2026-10-01", (APPLY, "2026-10-05T12:00:00", "月")),
    ("tsukimino", WORKS, OPEN, "2026-10-01", (CONCLUDE, "2026-10-13T17:00:00", "火")),
    # 5/1 is closed there, then the weekend and three holidays.
    ("tsukimino", WORKS, OPEN, "2026-04-21", (CONCLUDE, "2026-05-07T17:00:00", "木")),
    # Fourteen days end on a holiday on which the office is open by way of exception.
    ("shiomi", WORKS, OPEN, "2026-10-20", (CONCLUDE, "2026-11-03T23:59:59", "火")),
    # Three open days before 11/3: 11/2 月, 10/30 金, 10/29 木.
    ("shiomi", WORKS, OPEN, "2026-10-20", (APPLY, "2026-10-29T17:00:00", "木")),
    ("shiomi", GOODS, DESIGNATED, "2026-10-29", (CONCLUDE, "2026-11-05T17:00:00", "木")),
    ("shiomi", GOODS, DESIGNATED, "2026-10-29", (APPLY, "2026-11-02T17:00:00", "月")),
    ("shiomi", GOODS, OPEN, "2026-09-14", (CONCLUDE, "2026-09-18T23:59:59", "金")),
    ("shiomi", GOODS, OPEN, "2026-09-14", (APPLY, "2026-09-15T17:00:00", "火")),
    # The conclusion is moved back to 12/28; three open days before it would be before the award.
    ("shiomi", SERVICES, OPEN, "2026-12-25", (CONCLUDE, "2026-12-28T23:59:59", "月")),
    ("shiomi", SERVICES, OPEN, "2026-12-25", (APPLY, "2026-12-25T17:00:00", "金")),
]


@pytest.mark.parametrize(("slug", "category", "method", "awarded_on", "expected"), DEADLINES)
def test_deadlines_come_out_as_counted_on_a_calendar(
    slug: str,
    category: ProcurementCategory,
    method: ProcurementMethod,
    awarded_on: str,
    expected: tuple[str, str, str],
) -> None:
    kind, due_at, weekday = expected
    found = CITIES[slug].deadlines(category, datetime.fromisoformat(f"{awarded_on}T10:00+09:00"), method)
    [deadline] = [d for d in found if d.kind == kind]
    assert deadline.as_dict()["due_at"] == f"{due_at}+09:00"
    assert WEEKDAYS[deadline.due_on.weekday()] == weekday


def test_a_deadline_that_is_counted_back_says_so() -> None:
    [deadline, _] = CITIES["shiomi"].deadlines(WORKS, datetime.fromisoformat("2026-10-20T10:00+09:00"), OPEN)
    assert deadline.text == (
        "利用申請書の提出期限は、令和8年10月29日（木）17時までです"
        "（契約締結期限（令和8年11月3日（火））の3開庁日前）。"
    )
    assert deadline.counted_from == date(2026, 11, 2)
    [early, _] = CITIES["shiomi"].deadlines(SERVICES, datetime.fromisoformat("2026-12-25T10:00+09:00"), OPEN)
    assert early.text.endswith("期限は落札決定の日より前にはなりません。")


HEAD = 'slug = "hinata"\nname = "ひなた市"\n'
BACK = '[[deadlines]]\nkind = "usage_application"\nbase = "契約締結期限"\nn = 3\n'
CONCLUSION = '[[deadlines]]\nkind = "contract_conclusion"\nn = 7\n'


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (BACK, "deadlines[0].base", "contract_conclusion"),
        (BACK + CONCLUSION + 'categories = ["goods"]\n', "deadlines[0].base", "建設工事"),
        (BACK + "count_first_day = true\n" + CONCLUSION, "deadlines[0].count_first_day", "前へ数える"),
        (CONCLUSION + 'base = "conclusion_deadline"\n', "deadlines[0].base", "award"),
    ],
)
def test_what_cannot_be_counted_back_is_named(tmp_path: Path, text: str, key: str, words: str) -> None:
    with pytest.raises(CityFileErrors) as refused:
        load_file(write(tmp_path, HEAD + text))
    [problem] = refused.value.problems
    assert problem.key == key
    assert words in problem.expected


def test_amounts_shares_and_clocks_are_read_as_they_are_written() -> None:
    city = CITIES["tsukimino"]
    assert [rule.price_less_than for rule in city.exclusions] == [1_300_000, None]
    assert [rule.cut_off for rule in city.deadline_rules] == [time(17), None, time(12), time(12)]
    works, services = city.guarantees.limits
    assert (works.values["contract_percent"], works.values["round_down_to"]) == (10, 10_000)
    assert services.values == {"contract_percent": 30}


SCOPE = [
    ("tsukimino", WORKS, OPEN, {"awarded_on": date(2026, 5, 31)}, False),
    ("tsukimino", WORKS, OPEN, {"awarded_on": date(2026, 6, 1)}, True),
    ("tsukimino", WORKS, NEGOTIATED, {"awarded_on": date(2026, 6, 1)}, False),
    ("tsukimino", GOODS, OPEN, {"contract_on": date(2026, 8, 3)}, False),
    ("tsukimino", GOODS, OPEN, {"contract_on": date(2026, 8, 3), "is_trial": True}, True),
    ("tsukimino", GOODS, OPEN, {"contract_on": date(2027, 3, 31)}, True),
    (
        "tsukimino",
        GOODS,
        OPEN,
        {"contract_on": date(2027, 3, 31), "performance_starts_on": date(2027, 4, 1)},
        False,
    ),
    ("shiomi", GOODS, NEGOTIATED, {"contract_on": date(2027, 3, 31)}, False),
    ("shiomi", GOODS, NEGOTIATED, {"contract_on": date(2027, 4, 1)}, True),
    (
        "shiomi",
        WORKS,
        DESIGNATED,
        {"noticed_on": date(2026, 4, 1), "requires_council_approval": True},
        False,
    ),
]


@pytest.mark.parametrize(("slug", "category", "method", "facts", "eligible"), SCOPE)
def test_scope_comes_out_as_written(
    slug: str,
    category: ProcurementCategory,
    method: ProcurementMethod,
    facts: dict[str, object],
    eligible: bool,
) -> None:
    assert CITIES[slug].eligibility(CaseFacts(category, method, **facts)).eligible is eligible  # type: ignore[arg-type]


def test_amendments_of_paper_may_become_electronic_from_a_day_on() -> None:
    city = CITIES["shiomi"]
    days = (date(2027, 3, 31), date(2027, 4, 1))
    assert [city.amendment(Route.PAPER, on).allowed for on in days] == [False, True]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("3日前の9時", "D-3 09:00"),
        ("期限の３日前 09:00", "D-3 09:00"),
        ("当日の8時30分", "D 08:30"),
        ("翌日の午前10時", "D+1 10:00"),
        ("落札決定の日の17時", "award 17:00"),
        ("3時間前", "-3h"),
        ("90分前", "-90m"),
    ],
)
def test_a_moment_in_words_is_the_moment_of_its_code(words: str, code: str) -> None:
    assert parse_offset(words) == parse_offset(code)


@pytest.mark.parametrize("words", ["三日前", "3日前", "3日前の25時", "3週間前の9時"])
def test_a_moment_without_a_clock_is_none(words: str) -> None:
    with pytest.raises(ValueError):
        parse_offset(words)


def test_ways_of_filing_may_be_words_alone(tmp_path: Path) -> None:
    text = HEAD + '[usage_application]\nchannels = ["窓口", { channel = "web", categories = "物品" }]\n'
    rule = load_file(write(tmp_path, text)).usage_application
    assert [rule.channels_for(kind) for kind in (WORKS, GOODS)] == [("counter",), ("counter", "web")]
