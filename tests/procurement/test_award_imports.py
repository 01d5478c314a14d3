"""A CSV of awards as tender systems write it: encodings, eras, spreadsheets' habits, and every mistake in words."""

import csv
import io
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procurement.award_imports import MAX_ROWS, AwardRow, UnreadableFile, awarded_at, read_awards
from procurement.rules import ProcurementCategory, ProcurementMethod
from procurement.wareki import JST, format_wareki

HEAD = "案件番号,案件名,種別,入札方式,落札決定日,落札金額,落札者"
ROW = "1,市道改良工事,建設工事,一般競争入札,2026/5/7,1100000,山田建設"


def read(*lines: str, encoding: str = "utf-8") -> list[AwardRow]:
    return read_awards("\r\n".join(lines).encode(encoding))


def only(*lines: str, encoding: str = "utf-8") -> AwardRow:
    (row,) = read(*lines, encoding=encoding)
    return row


def with_cell(position: int, cell: str) -> AwardRow:
    cells = ROW.split(",")
    cells[position] = cell
    target = io.StringIO()
    csv.writer(target).writerow(cells)
    return only(HEAD, target.getvalue().strip("\r\n"))


def problem(row: AwardRow) -> tuple[str, str]:
    (found,) = row.problems
    return found.column, found.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_is_read_in_each_encoding_that_cities_use(encoding: str) -> None:
    row = only(HEAD, ROW.replace("山田", "髙﨑"), encoding=encoding)
    assert row.is_good
    assert row.values == {
        "number": "1",
        "title": "市道改良工事",
        "category": ProcurementCategory.CONSTRUCTION_WORKS,
        "method": ProcurementMethod.OPEN,
        "awarded_on": date(2026, 5, 7),
        "contract_price": 1_100_000,
        "company_name": "髙﨑建設",
    }


@pytest.mark.parametrize(
    "written",
    ["2026/5/7", "2026-05-07", "2026年5月7日", "令和8年5月7日", "R8.5.7", "Ｒ８．５．７", "令和８年５月７日"],
)
def test_a_date_is_read_in_western_years_and_in_eras(written: str) -> None:
    assert with_cell(4, written).values["awarded_on"] == date(2026, 5, 7)


@pytest.mark.parametrize(
    "written",
    [
        "1100000",
        "1,100,000",
        "1,100,000円",
        "￥1,100,000",
        "１，１００，０００円",
        "1,100千円",
        "金1,100,000円也",
    ],
)
def test_an_amount_is_read_with_commas_yen_thousands_and_full_width_digits(written: str) -> None:
    assert with_cell(5, written).values["contract_price"] == 1_100_000


@pytest.mark.parametrize(
    "heading", ["落札金額(千円)", "落札金額（千円）", "落札金額（単位：千円）", "契約金額 (千円)"]
)
def test_a_column_in_thousands_is_read_in_thousands(heading: str) -> None:
    row = only(HEAD.replace("落札金額", heading), ROW.replace("1100000", '"1,100"'))
    assert row.values["contract_price"] == 1_100_000


def test_in_a_column_of_thousands_an_amount_with_yen_is_still_yen() -> None:
    row = only(HEAD.replace("落札金額", "落札金額(千円)"), ROW.replace("1100000", "1100000円"))
    assert row.values["contract_price"] == 1_100_000


def test_an_amount_without_tax_is_not_taken_for_the_price() -> None:
    with pytest.raises(UnreadableFile, match="落札金額"):
        read(HEAD.replace("落札金額", "落札金額(税抜)"), ROW)


def test_leading_zeros_in_the_wrapping_of_a_spreadsheet_are_kept() -> None:
    assert with_cell(0, '="0123"').values["number"] == "0123"


def test_a_merged_heading_above_the_heading_and_blank_lines_are_passed_over() -> None:
    row = only("令和8年度 入札結果一覧,,,,,,", "", HEAD, "", ROW)
    assert row.is_good
    assert row.line == 5


def test_total_rows_are_passed_over() -> None:
    rows = read(HEAD, ROW, "合計,,,,,1100000,", ",小　計,,,,1100000,")
    assert [row.values["number"] for row in rows] == ["1"]


def test_a_line_end_inside_a_quoted_cell_becomes_a_space() -> None:
    row = only(HEAD, ROW.replace("市道改良工事", '"市道\n改良工事"'))
    assert row.values["title"] == "市道 改良工事"
    assert row.is_good


def test_other_columns_and_another_order_do_no_harm() -> None:
    row = only("備考," + HEAD + ",順位", "なし," + ROW + ",1")
    assert row.is_good


@pytest.mark.parametrize("character", ["\ue000", "\uf8ff", "\U000f0000", "\ufffd"])
def test_a_gaiji_is_refused_with_the_cell_in_which_it_stands(character: str) -> None:
    column, text = problem(with_cell(6, f"{character}田建設"))
    assert column == "落札者"
    assert "外字" in text


def test_a_gaiji_of_cp932_is_found() -> None:
    data = (
        (HEAD + "\r\n" + ROW)
        .encode("cp932")
        .replace("山田".encode("cp932"), b"\xf0\x40" + "田".encode("cp932"))
    )
    (row,) = read_awards(data)
    assert "外字" in problem(row)[1]


def test_compatibility_ideographs_of_names_stay_as_they_are() -> None:
    assert with_cell(6, "\ufa19田").values["company_name"] == "\ufa19田"


def test_the_second_row_with_the_same_number_names_the_first() -> None:
    first, second = read(HEAD, ROW, ROW)
    assert first.is_good
    assert problem(second) == ("案件番号", "2行目と同じ案件番号です。どちらかを直します。")


@pytest.mark.parametrize(
    ("position", "cell", "column"),
    [
        (0, "", "案件番号"),
        (2, "土木", "種別"),
        (3, "くじ", "入札方式"),
        (4, "5月7日", "落札決定日"),
        (4, "令和8年2月30日", "落札決定日"),
        (4, "平成40年5月7日", "落札決定日"),
        (5, "百万円", "落札金額"),
        (5, "-100", "落札金額"),
        (5, "100.5", "落札金額"),
        (5, "100円（税抜）", "落札金額"),
        (6, "　", "落札者"),
    ],
)
def test_each_mistake_names_its_column_and_what_is_expected(position: int, cell: str, column: str) -> None:
    found, text = problem(with_cell(position, cell))
    assert found == column
    assert text.endswith("。")


def test_a_wrong_word_of_a_category_is_answered_with_the_right_ones() -> None:
    _, text = problem(with_cell(2, "土木"))
    assert all(member.label in text for member in ProcurementCategory)


def test_every_mistake_of_a_row_is_named_at_once() -> None:
    row = only(HEAD, ",,土木,くじ,昨日,たくさん,")
    assert [p.column for p in row.problems] == [
        "案件番号",
        "案件名",
        "種別",
        "入札方式",
        "落札決定日",
        "落札金額",
        "落札者",
    ]


def test_an_unquoted_comma_that_shifts_the_row_is_noticed() -> None:
    row = only(HEAD, ROW.replace("1100000", "1,100,000"))
    assert not row.is_good
    assert row.problems[0].column == "行全体"
    assert "コンマ" in row.problems[0].text


def test_missing_columns_are_named() -> None:
    with pytest.raises(UnreadableFile, match="種別、落札金額"):
        read("案件番号,案件名,入札方式,落札決定日,落札者", "1,a,b,c,d")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空"),
        (b" \r\n\r\n", "空"),
        (b"\xef\xbb\xbf", "見つかりません"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Excel"),
        (b"%PDF-1.7\n1 0 obj", "PDF のファイル"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe", "文字コード"),
        ("案件番号,案件名".encode("utf-16"), "文字コード"),
        (bytes(range(1, 32)) * 10, "見つかりません"),
        (b'"' + b"a" * 200_000, "CSV として"),
        (HEAD.encode(), "データの行がありません"),
    ],
)
def test_a_file_that_is_no_csv_of_awards_is_refused_with_the_way_on(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read_awards(data)


def test_two_thousand_rows_are_read_and_one_more_is_refused() -> None:
    rows = [ROW.replace("1,", f"{number},", 1) for number in range(MAX_ROWS + 1)]
    assert len(read(HEAD, *rows[:-1])) == MAX_ROWS
    with pytest.raises(UnreadableFile, match="2,000行"):
        read(HEAD, *rows)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("10:00", time(10)), ("１０時３０分", time(10, 30)), ("9時", time(9)), ("10:00:30", time(10, 0, 30))],
)
def test_the_time_of_the_decision_is_read(written: str, expected: time) -> None:
    row = only(HEAD + ",落札決定時刻", ROW + "," + written)
    assert awarded_at(row.values) == datetime.combine(date(2026, 5, 7), expected, JST)


@pytest.mark.parametrize("written", ["25:00", "10:60", "朝", "10.5", ":"])
def test_a_time_that_is_none_is_refused(written: str) -> None:
    assert problem(only(HEAD + ",落札決定時刻", ROW + "," + written))[0] == "落札決定時刻"


def test_without_a_time_the_day_of_the_decision_begins_at_midnight_in_japan() -> None:
    assert awarded_at(only(HEAD, ROW).values) == datetime(2026, 5, 7, tzinfo=JST)


WRITERS = [str, "{:,}".format, "{:,}円".format, lambda yen: f"￥{yen:,}"]
# left out: what CP932 or NFC reads back as its twin, and control characters and spaces, which are tidied
NOT_IN_NAMES = {"exclude_categories": ["Cc", "Co", "Zs"], "exclude_characters": "¢£¬‖−〜\u212b"}
TEXTS = st.text(st.characters(codec="cp932", **NOT_IN_NAMES), min_size=1, max_size=30)
ROWS = st.fixed_dictionaries(
    {
        "title": TEXTS.filter(lambda text: not text.startswith('="')),
        "category": st.sampled_from(ProcurementCategory),
        "method": st.sampled_from(ProcurementMethod),
        "awarded_on": st.dates(date(2019, 5, 1), date(2099, 12, 31)),
        "contract_price": st.integers(0, 10**12),
        "company_name": TEXTS.filter(lambda text: not text.startswith('="')),
    }
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(ROWS, min_size=1, max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp932"]),
    amount=st.sampled_from(WRITERS),
    day=st.sampled_from([date.isoformat, format_wareki]),
)
def test_what_a_city_writes_comes_back_as_it_was(
    rows: list[dict[str, Any]], encoding: str, amount: Any, day: Any
) -> None:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(HEAD.split(","))
    for number, row in enumerate(rows):
        cells = [row["title"], row["category"].label, row["method"].label, day(row["awarded_on"])]
        writer.writerow([f"n{number}", *cells, amount(row["contract_price"]), row["company_name"]])
    read_rows = read_awards(target.getvalue().encode(encoding))
    assert all(row.is_good for row in read_rows), [row.problems for row in read_rows]
    for number, (row, back) in enumerate(zip(rows, read_rows, strict=True)):
        assert back.values == row | {"number": f"n{number}"}
