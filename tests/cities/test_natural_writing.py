"""What an officer writes naturally is understood; a file that cannot be read says why, and how to put it right."""

from datetime import date, datetime
from pathlib import Path

import pytest

from forms.definitions import parse_form
from forms.model import FieldType, FileType, SectionPlace
from procurement.cities.loader import CityFileErrors, load_file
from procurement.rules import CaseFacts, CityRules, ProcurementCategory, ProcurementMethod
from tests.cities.files import write

HEAD = 'slug = "hinata"\nname = "ひなた市"\n'
WORKS, OPEN = ProcurementCategory.CONSTRUCTION_WORKS, ProcurementMethod.OPEN

IN_JAPANESE = """
[calendar]
closed_weekdays = ["土曜日", "日"]
closing_days = "6月23日"
[scope]
categories = "建設工事"
methods = ["一般競争", "条件付一般競争入札"]
trigger = "公告日"
starts_on = "令和8年4月1日"
[deadlines]
kind = "契約締結"
n = 7
unit = "暦日"
count_first_day = true
roll = "翌開庁日"
base = "落札日"
[signing]
order = ["事業者", "市"]
"""
IN_ENGLISH = """
[calendar]
closed_weekdays = ["sat", "sun"]
closing_days = ["06-23"]
[[scope]]
categories = ["construction_works"]
methods = ["open", "open_with_conditions"]
trigger = "public_notice_date"
starts_on = 2026-04-01
[[deadlines]]
kind = "contract_conclusion"
n = 7
count_first_day = true
roll = "next"
"""


def city(folder: Path, text: str) -> CityRules:
    return load_file(write(folder, HEAD + text))


def test_japanese_words_and_single_values_mean_the_same(tmp_path: Path) -> None:
    ours, theirs = city(tmp_path / "ja", IN_JAPANESE), city(tmp_path / "en", IN_ENGLISH)
    assert ours == theirs


def test_a_form_may_be_written_in_japanese_words() -> None:
    form = parse_form(
        {
            "code": "moushikomi",
            "title": "申込書",
            "addressee": "ひなた市長　様",
            "source": "手引き",
            "effective_from": "令和8年4月1日",
            "sections": {
                "heading": "申込者",
                "place": "申請者欄",
                "fields": {
                    "key": "how",
                    "label": "方法",
                    "type": "選択",
                    "choices": ["持参", "その他"],
                },
            },
            "attachments": {"code": "plan", "label": "図面", "types": ["PDF", "jpg"]},
        },
        "forms[0]",
    )
    [field] = form.fields()
    assert (field.type, form.sections[0].place) == (FieldType.CHOICE, SectionPlace.APPLICANT)
    assert [(choice.value, choice.label) for choice in field.choices] == [
        ("持参", "持参"),
        ("その他", "その他"),
    ]
    assert form.attachments[0].types == (FileType.PDF, FileType.JPEG)
    assert form.effective_from == date(2026, 4, 1)


def test_a_scope_may_only_end(tmp_path: Path) -> None:
    rules = city(tmp_path, '[[scope]]\ntrigger = "award_date"\nends_on = 2027-03-31\n')
    answers = [
        rules.eligibility(CaseFacts(WORKS, OPEN, awarded_on=on)).eligible
        for on in (date(2026, 4, 1), date(2027, 3, 31), date(2027, 4, 1))
    ]
    assert answers == [True, True, False]


def test_before_its_first_day_a_city_file_says_nothing_of_a_case(tmp_path: Path) -> None:
    text = 'effective_from = 2026-04-01\n[[deadlines]]\nkind = "contract_conclusion"\nn = 5\n'
    rules = city(tmp_path, text)
    early = rules.eligibility(CaseFacts(WORKS, OPEN, awarded_on=date(2026, 3, 31)))
    assert (early.eligible, [reason.rule for reason in early.reasons]) == (False, ["city.period"])
    assert rules.eligibility(CaseFacts(WORKS, OPEN, awarded_on=date(2026, 4, 1))).eligible
    days = [datetime.fromisoformat(f"2026-{day}T10:00+09:00") for day in ("03-31", "04-01")]
    assert [len(rules.deadlines(WORKS, day)) for day in days] == [0, 1]


def test_a_scope_that_has_not_begun_is_not_taken_for_none(tmp_path: Path) -> None:
    rules = city(tmp_path, "[[scope]]\neffective_from = 2026-04-01\n")
    found = rules.eligibility(CaseFacts(WORKS, OPEN, awarded_on=date(2026, 3, 31)))
    assert (found.eligible, [reason.rule for reason in found.reasons]) == (False, ["scope.period"])


def test_while_the_method_is_not_known_the_deadline_for_every_method_counts(tmp_path: Path) -> None:
    rules = city(
        tmp_path,
        '[[deadlines]]\nkind = "contract_conclusion"\nn = 3\nmethods = "negotiated"\n'
        '[[deadlines]]\nkind = "contract_conclusion"\nn = 7\n',
    )
    at = datetime.fromisoformat("2026-05-11T10:00+09:00")
    found = [
        rules.deadlines(WORKS, at, method)[0].rule.n for method in (None, OPEN, ProcurementMethod.NEGOTIATED)
    ]
    assert found == [7, 7, 3]


UNREADABLE = [
    ("name = ひなた市", 3, "name", "二重引用符"),
    ('name = "ひなた市', 3, "name", "引用符"),
    ("[[scope]]\nstarts_on = 2026-02-30", 4, "scope[0].starts_on", "実在する日"),
    ("[[scope]]\nstarts_on = 2026-4-1", 4, "scope[0].starts_on", "2026-03-01 のように"),
    ("[[deadlines]]\nｎ ＝ 5", 4, "ｎ", "全角"),
    ("[signing]\n[signing]", 4, "signing", "二度書かれています"),
    ('mayor = "町長"', 3, "mayor", "二度書かれています"),
    ("[calendar\nx = 1", 3, "", "角かっこ"),
]


@pytest.mark.parametrize(("text", "line", "key", "words"), UNREADABLE)
def test_what_is_no_toml_is_explained_with_its_line(
    tmp_path: Path, text: str, line: int, key: str, words: str
) -> None:
    with pytest.raises(CityFileErrors) as refused:
        load_file(write(tmp_path, f'slug = "hinata"\nmayor = "市長"\n{text}\n'))
    found = [problem for problem in refused.value.problems if problem.line == line]
    assert [problem.key for problem in found] == [key]
    assert words in found[0].expected


EVERY_FLAW = """
name = “甲市”
mayor = '甲市長
source = "要領
[signing
parallel = True
max_files = 20 files
request_link_days: 7
[calendar]
closing_days = [
  "05-01"
  "06-01",
]
opening_days = [
  "08-01",
closed_weekdays = ["sat"]
[[scope]
categories = ["goods"
trigger = "award_day"
[[exclusions]]
price_at_least = 1,000
text = "断り"
[calendar]
closing_days = "13-01"
[[deadlines]]
kind = "contract_conclusion"
n = ５
cut_off = 17時
text = \"\"\"終わらない
"""


def test_however_many_statements_are_no_toml_each_is_named_and_the_rest_is_judged(tmp_path: Path) -> None:
    with pytest.raises(CityFileErrors) as refused:
        load_file(write(tmp_path, f'slug = "kou"{EVERY_FLAW}'))
    assert [(problem.line, problem.key) for problem in refused.value.problems] == [
        (2, "name"),
        (3, "mayor"),
        (4, "source"),
        (5, ""),
        (6, "parallel"),
        (7, "max_files"),
        (8, ""),
        (12, "calendar.closing_days"),
        (14, "calendar.opening_days"),
        (17, "scope[0]"),
        (18, "scope[0].categories"),
        (19, "scope[0].trigger"),
        (21, "exclusions[0].price_at_least"),
        (23, "calendar"),
        (27, "deadlines[0].n"),
        (28, "deadlines[0].cut_off"),
        (29, "deadlines[0].text"),
    ]


def test_a_letter_is_no_city_file_and_is_not_asked_for_its_keys(tmp_path: Path) -> None:
    with pytest.raises(CityFileErrors) as refused:
        load_file(write(tmp_path, "拝啓\n市の規則を送ります。\n" * 200))
    lines = [problem.line for problem in refused.value.problems]
    assert lines == [*range(1, 101), 100]
    assert "このあとにも" in refused.value.problems[-1].expected


def test_brackets_in_brackets_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CityFileErrors, match="深すぎて"):
        load_file(write(tmp_path, f"name = {'[' * 5000}{']' * 5000}"))


def test_mistakes_behind_a_broken_line_are_named_as_well(tmp_path: Path) -> None:
    with pytest.raises(CityFileErrors) as refused:
        city(
            tmp_path,
            'mayor = x\n[[deadlines]]\nkind = "contract_conclusion"\nn = -1\nroll = "nxt"\nlegal = "y"\n',
        )
    assert [problem.key for problem in refused.value.problems] == [
        "mayor",
        "deadlines[0].n",
        "deadlines[0].roll",
        "deadlines[0].legal",
    ]
    assert "「next」ではありませんか" in refused.value.problems[2].expected


@pytest.mark.parametrize(
    ("content", "words"),
    [(HEAD.encode("cp932"), "Shift_JIS"), (HEAD.encode("utf-16"), "UTF-8 が要ります")],
)
def test_another_encoding_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "city.toml"
    path.write_bytes(content)
    with pytest.raises(CityFileErrors, match=words):
        load_file(path)


def test_a_folder_is_no_city_file(tmp_path: Path) -> None:
    with pytest.raises(CityFileErrors, match="フォルダー"):
        load_file(tmp_path)


def test_a_byte_order_mark_and_windows_lines_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert load_file(path).name == "ひなた市"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('order = ["city", "contractor"]', "signing.order"),
        ('contractor_order = ["signatory", "clerk1"]', "signing.contractor_order"),
        ("request_city_automatically = false", "signing.request_city_automatically"),
    ],
)
def test_what_the_signing_service_does_not_do_is_refused(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(CityFileErrors) as refused:
        city(tmp_path, f"[signing]\n{text}\n")
    assert [problem.key for problem in refused.value.problems] == [key]
