"""City files (市ファイル): every mistake at once, and a city that is only a file works."""

from datetime import date, datetime

import pytest

from procurement.cities.loader import BUNDLED, CityFileErrors, load_cities, load_file
from procurement.cities.reminders import parse_offset
from procurement.rules import CaseFacts, ProcurementCategory, ProcurementMethod, Route, rules_for
from procurement.wareki import JST, parse_date
from tests.cities.files import worked_example, write

C, M = ProcurementCategory, ProcurementMethod
HEAD = 'slug = "hinata"\nname = "ひなた市"\n'

BROKEN = """slug = "Broken City"
nme = "こわれ市"
[calendar]
closing_days = ["02-30"]
[[scope]]
categories = ["constructon_works"]
starts_on = "yesterday"
[[exclusions]]
code = "a"
text = "x"
[[exclusions]]
code = "a"
text = "y"
methods = ["lottery"]
[[deadlines]]
kind = "contract_conclusion"
n = -5
cut_of = "12:00"
[reminders.contract_conclusion]
before = ["3 days before"]
[mails]
request_subject = "{anken}への依頼"
[signing]
effective_from = 2026-01-01
order = ["city"]
[[changes]]
effective_from = 2027-01-01
[[changes.deadlines]]
kind = "contract_conclusion"
"""


def problems(folder, text):
    """Every problem of a file as (line, key)."""
    with pytest.raises(CityFileErrors) as refused:
        load_file(write(folder, text))
    return refused.value.problems


def test_every_mistake_is_named_at_once_with_its_line_and_key(tmp_path):
    found = problems(tmp_path, BROKEN)
    assert [(p.line, p.key) for p in found] == [
        (None, "name"),
        (1, "slug"),
        (2, "nme"),
        (4, "calendar.closing_days[0]"),
        (5, "scope[0].trigger"),
        (6, "scope[0].categories[0]"),
        (7, "scope[0].starts_on"),
        (8, "exclusions[0]"),
        (12, "exclusions[1].code"),
        (14, "exclusions[1].methods[0]"),
        (17, "deadlines[0].n"),
        (18, "deadlines[0].cut_of"),
        (20, "reminders.contract_conclusion.before[0]"),
        (22, "mails.request_subject"),
        (24, "signing.effective_from"),
        (25, "signing.order"),
        (28, "changes[0].deadlines[0].n"),
    ]


# A file's lines after slug and name, the key of its mistake, and the words that say what was expected.
MISTAKES = [
    ('mayer = "x"', "mayer", "「mayor」ではありませんか"),
    ("[[deadlines]]\nn = 5", "deadlines[0].kind", "必須のキー"),
    ('[[deadlines]]\nkind = "contract_conclusion"', "deadlines[0].n", "必須のキー"),
    ('[[deadlines]]\nkind = "contract_conclusion"\nn = "五"', "deadlines[0].n", "整数"),
    ('[[deadlines]]\nkind = "contract_conclusion"\nn = true', "deadlines[0].n", "整数"),
    (
        '[[deadlines]]\nkind = "contract_conclusion"\nn = 0\ncount_first_day = true',
        "deadlines[0].n",
        "初日を数えるとき",
    ),
    ('[[deadlines]]\nkind = "contract_conclusion"\nn = 5\ncut_off = "25:00"', "deadlines[0].cut_off", "時刻"),
    ('[[deadlines]]\nkind = "contract_conclusion"\nn = 5\nroll = "up"', "deadlines[0].roll", '"next"'),
    (
        '[[deadlines]]\nkind = "contract_conclusion"\nn = 5\ncategories = ["goods"]\n'
        '[[deadlines]]\nkind = "contract_conclusion"\nn = 7\ncategories = ["goods"]',
        "deadlines[1].kind",
        "deadlines[0] と重なり",
    ),
    ("[[scope]]\nstarts_on = 2026-04-01", "scope[0].trigger", "必須のキー"),
    (
        '[[scope]]\ntrigger = "contract_date"\nstarts_on = 2026-04-01\nends_on = 2026-03-01',
        "scope[0].ends_on",
        "以後",
    ),
    ("[[scope]]\ncategories = []", "scope[0].categories", "一つ以上"),
    ('[[scope]]\nassumed = ["start"]', "scope[0].assumed", "「start」というキー"),
    ('[[exclusions]]\nmethods = "negotiated"', "exclusions[0].text", "必須のキー"),
    (
        '[[exclusions]]\ntext = "x"\nprice_at_least = 5\nprice_less_than = 5',
        "exclusions[0].price_less_than",
        "大きい",
    ),
    (
        '[[exclusions]]\ntext = "x"\nperformance_starts = "4月31日"',
        "exclusions[0].performance_starts",
        "12-29",
    ),
    ('[calendar]\nclosed_weekdays = ["moonday"]', "calendar.closed_weekdays[0]", '"mon"'),
    (
        '[calendar]\nclosed_weekdays = ["mon","tue","wed","thu","fri","sat","sun"]',
        "calendar.closed_weekdays",
        "開いている曜日",
    ),
    (
        "[calendar]\nclosing_periods = [{ from = 2026-08-15, to = 2026-08-13 }]",
        "calendar.closing_periods[0].to",
        "from 以後",
    ),
    ('[[sections]]\nname = "課"\n[[sections]]\nname = "課"', "sections[1].name", "重なって"),
    ('[mails]\nrequest_subject = "{title"', "mails.request_subject", "波かっこ"),
    ('[mails]\nrequest_subject = "{0}"', "mails.request_subject", "{title}"),
    ('[mails]\nsender_name = "a\\nBcc: b"', "mails.sender_name", "一行"),
    ('[help]\nlinks = [{ title = "x", url = "javascript:1" }]', "help.links[0].url", "https://"),
    ('signing = "consent"', "signing", "[signing]"),
    ('[[changes]]\nslug = "x"', "changes[0].slug", "変えられません"),
    ("[[changes]]\nnote = 'x'", "changes[0].effective_from", "必須のキー"),
    ('[usage_application]\nform = "a"\n[[forms]]\ncode = "b"', "usage_application.form", "code が要ります"),
]


@pytest.mark.parametrize(("text", "key", "words"), MISTAKES)
def test_a_mistake_says_what_was_expected(tmp_path, text, key, words):
    found = problems(tmp_path, HEAD + text + "\n")
    [problem] = [p for p in found if p.key == key]
    assert words in problem.expected
    assert str(problem).startswith("city.toml")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"slug = ", "TOML"), ("name = '市'".encode("cp932"), "UTF-8")],
)
def test_a_file_that_is_no_toml_is_one_problem(tmp_path, content, words):
    path = tmp_path / "city.toml"
    path.write_bytes(content)
    with pytest.raises(CityFileErrors) as refused:
        load_file(path)
    assert words in refused.value.problems[0].expected


def test_the_shortest_file_is_a_city_that_rules_nothing(tmp_path):
    city = load_file(write(tmp_path, HEAD))
    assert (city.mayor, city.service) == ("ひなた市長", "ひなた市電子契約")
    found = city.eligibility(CaseFacts(C.GOODS, M.NEGOTIATED))
    assert found.eligible
    assert "未設定" in found.reasons[0].text
    assert city.deadlines(C.GOODS, datetime(2026, 5, 1, tzinfo=JST)) == ()
    assert not city.amendment(Route.PAPER).allowed


def test_a_file_of_the_office_replaces_a_bundled_city_and_adds_new_ones(tmp_path):
    write(tmp_path, HEAD, "hinata.toml")
    write(tmp_path, 'slug = "tosu"\nname = "鳥栖市"\n', "mine.toml")
    cities = load_cities(tmp_path)
    assert set(cities) == {"ashikaga", "hinata", "iwaki", "tosu"}
    assert cities["tosu"].deadline_rules == ()


def test_two_files_of_one_folder_cannot_be_the_same_city(tmp_path):
    write(tmp_path, HEAD, "a.toml")
    write(tmp_path, HEAD, "b.toml")
    with pytest.raises(CityFileErrors) as refused:
        load_cities(tmp_path)
    assert [(p.file, p.key) for p in refused.value.problems] == [("b.toml", "slug")]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path):
    path = tmp_path / "city.toml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert load_file(path).name == "ひなた市"


@pytest.fixture(scope="module")
def midorino(tmp_path_factory):
    """The invented city of the document."""
    return load_file(write(tmp_path_factory.mktemp("cities"), worked_example()))


def day(text):
    """An award at ten in the morning of a day."""
    on = parse_date(text)
    return datetime(on.year, on.month, on.day, 10, tzinfo=JST)


EXAMPLE_DEADLINES = [
    # 当日起算7日、末日が閉庁日なら翌開庁日
    (
        "construction_works",
        "2026年4月30日（木）",
        "2026-05-01T12:00",
        "2026-05-07T23:59:59",
    ),  # 5/6 水 は振替休日
    ("construction_works", "2026年5月1日（金）", "2026-05-07T12:00", "2026-05-07T23:59:59"),
    (
        "construction_works",
        "2026年5月2日（土）",
        "2026-05-07T12:00",
        "2026-05-11T23:59:59",
    ),  # 5/8 金 は市の閉庁日
    # 14日以内
    ("services", "2026年5月1日（金）", "2026-05-07T12:00", "2026-05-15T23:59:59"),
    ("services", "2026年7月31日（金）", "2026-08-03T12:00", "2026-08-17T23:59:59"),  # 8/14 金 は夏季の閉庁
    # 5開庁日以内
    ("goods", "2026年5月29日（金）", "2026-06-02T12:00", "2026-06-08T23:59:59"),  # 6/1 月 は市制記念日
    ("goods", "2026年12月25日（金）", "2026-12-28T12:00", "2027-01-07T23:59:59"),
]


@pytest.mark.parametrize(("category", "awarded", "apply_by", "conclude_by"), EXAMPLE_DEADLINES)
def test_the_deadlines_of_the_documents_example(midorino, category, awarded, apply_by, conclude_by):
    found = midorino.deadlines(C(category), day(awarded))
    due = {str(d.kind): d.due_at.isoformat().removesuffix("+09:00") for d in found}
    assert due["usage_application"].removesuffix(":00") == apply_by
    assert due["contract_conclusion"] == conclude_by


def on(text):
    """A date of the table."""
    return date.fromisoformat(text)


NOTICED = {"noticed_on": on("2026-04-01")}
EXAMPLE_SCOPE = [
    (C.CONSTRUCTION_WORKS, M.OPEN, NOTICED, True),
    (C.CONSTRUCTION_WORKS, M.OPEN, {"noticed_on": on("2026-03-31")}, False),
    (C.CONSTRUCTION_WORKS, M.NEGOTIATED, NOTICED, False),
    (C.SERVICES, M.NEGOTIATED, NOTICED, True),
    (C.CONSTRUCTION_WORKS, M.OPEN, {**NOTICED, "performance_starts_on": on("2027-04-01")}, False),
    (C.CONSTRUCTION_WORKS, M.OPEN, {**NOTICED, "contract_price": 150_000_000}, False),
    (C.CONSTRUCTION_WORKS, M.OPEN, {**NOTICED, "contract_price": 149_999_999}, True),
    (C.SERVICES, M.OPEN, {**NOTICED, "contract_price": 150_000_000}, True),
    (C.SERVICES, M.OPEN, {**NOTICED, "requires_council_approval": True}, False),
    (
        C.SERVICES,
        M.OPEN,
        {**NOTICED, "performance_starts_on": on("2026-06-01"), "performance_ends_on": on("2036-05-31")},
        True,
    ),
    (
        C.SERVICES,
        M.OPEN,
        {**NOTICED, "performance_starts_on": on("2026-06-01"), "performance_ends_on": on("2036-06-01")},
        False,
    ),
    (C.GOODS, M.OPEN, {"contract_on": on("2026-06-30")}, False),
    (C.GOODS, M.OPEN, {"contract_on": on("2026-06-30"), "is_trial": True}, True),
    (C.GOODS, M.OPEN, {"contract_on": on("2026-07-01")}, True),
    (C.PRINTING, M.OPEN, {"contract_on": on("2026-07-01")}, False),
    (C.SERVICES, M.OPEN, {**NOTICED, "section": "水道課"}, False),
    (C.SERVICES, M.OPEN, {"noticed_on": on("2026-10-01"), "section": "水道課"}, True),
    (C.SERVICES, M.OPEN, {"noticed_on": on("2026-10-01"), "section": "消防総務課"}, False),
]


@pytest.mark.parametrize(("category", "method", "known", "eligible"), EXAMPLE_SCOPE)
def test_the_scope_of_the_documents_example(midorino, category, method, known, eligible):
    assert midorino.eligibility(CaseFacts(category, method, **known)).eligible is eligible


def test_the_office_is_open_on_the_sunday_that_the_example_opens(midorino):
    assert midorino.calendar.is_open(on("2027-03-28"))  # 日
    assert midorino.calendar.reason_closed(on("2026-06-01")) == "市制記念日"


def test_a_rule_that_changes_on_a_date_is_looked_up_by_that_date(midorino):
    assert midorino.completion.download_link_days == 21
    assert rules_for(midorino, on("2027-03-31")).completion.download_link_days == 21
    later = rules_for(midorino, on("2027-04-01"))
    assert later.completion.download_link_days == 30
    assert later.completion.attach is True


def test_the_newest_deadline_in_force_counts(tmp_path):
    text = HEAD + (
        '[[deadlines]]\nkind = "contract_conclusion"\nn = 5\n'
        '[[deadlines]]\nkind = "contract_conclusion"\nn = 10\neffective_from = 2027-04-01\n'
    )
    city = load_file(write(tmp_path, text))
    for awarded, due in [("2027-03-31", "2027-04-05"), ("2027-04-01", "2027-04-11")]:
        [deadline] = city.deadlines(C.GOODS, day(awarded))
        assert deadline.due_on == on(due)


@pytest.mark.parametrize("general_first", [True, False])
def test_a_deadline_for_some_kinds_counts_before_the_one_for_all(tmp_path, general_first):
    general = '[[deadlines]]\nkind = "contract_conclusion"\nn = 5\n'
    special = '[[deadlines]]\nkind = "contract_conclusion"\nn = 7\ncategories = ["goods"]\n'
    city = load_file(write(tmp_path, HEAD + (general + special if general_first else special + general)))
    due = [city.deadlines(kind, day("2026-06-01"))[0].due_on for kind in (C.GOODS, C.SERVICES)]
    assert due == [on("2026-06-08"), on("2026-06-06")]


def test_japanese_words_are_as_good_as_english_ones(tmp_path):
    text = HEAD + '[[scope]]\ncategories = ["建設工事"]\ntrigger = "契約日"\nstarts_on = "令和8年4月1日"\n'
    [scope] = load_file(write(tmp_path, text)).scopes
    assert (scope.categories, scope.starts_on) == (frozenset({C.CONSTRUCTION_WORKS}), on("2026-04-01"))


@pytest.mark.parametrize("code", ["D-3", "D 25:00", "3h", "-3d", "award", "D+1 9"])
def test_an_offset_that_cannot_be_read_is_refused(code):
    with pytest.raises(ValueError):
        parse_offset(code)


@pytest.mark.parametrize("path", sorted(BUNDLED.glob("*.toml")), ids=lambda path: path.stem)
def test_a_bundled_city_is_named_after_its_slug(path):
    assert load_file(path).slug == path.stem
