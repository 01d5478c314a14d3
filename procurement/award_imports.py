"""Import of awards (落札結果の取り込み): a CSV as it comes from a city's tender system, read row by row.

Nothing is written here: `read_awards` turns bytes into rows, each with its award or with every mistake in
words, so that an officer sees all of them before anything is imported.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from procurement.award_cells import (
    AMOUNTS,
    READERS,
    clean,
    has_private_characters,
    heading_key,
    is_corporate_number,
)
from procurement.errors import RuleViolation
from procurement.wareki import JST

__all__ = [
    "HEADINGS",
    "HEADING_WORDS",
    "MAX_ROWS",
    "REQUIRED",
    "AwardRow",
    "CellProblem",
    "UnreadableFile",
    "awarded_at",
    "decode",
    "is_corporate_number",
    "read_awards",
]
MAX_ROWS = 2000
UNITS = {"円": 1, "千円": 1_000, "万円": 10_000, "百万円": 1_000_000}

# Headings that municipal systems use for the same thing; compared after NFKC and without spaces.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": ("案件番号", "調達案件番号", "契約番号", "番号"),
    "title": ("案件名", "案件名称", "調達案件名称", "件名", "工事名", "工事(業務)名"),
    "place": ("場所", "工事場所", "履行場所", "納入場所"),
    "category": ("種別", "区分", "業務区分", "契約種別"),
    "method": ("入札方式", "契約方法", "入札方法"),
    "section": ("担当課", "発注課", "課所名", "発注部局"),
    "noticed_on": ("公告日", "公告年月日", "入札公告日"),
    "awarded_on": ("落札決定日", "落札日", "決定日", "開札日"),
    "awarded_time": ("落札決定時刻", "決定時刻"),
    "contract_price": ("落札金額", "契約金額", "落札価格", "契約金額(税込)", "落札金額(税込)", "請負代金額"),
    "consumption_tax": ("うち消費税", "消費税額", "消費税及び地方消費税の額"),
    "starts_on": ("着手日", "工期開始", "履行開始日", "工期(自)", "着工日"),
    "ends_on": ("完成日", "工期終了", "履行期限", "工期(至)", "完了日"),
    "contracted_on": ("契約日", "契約締結日", "契約年月日"),
    "company_name": ("落札者", "落札業者名", "商号又は名称", "受注者名", "契約相手方", "業者名"),
    "registration_number": ("業者番号", "登録番号", "受付番号"),
    "corporate_number": ("法人番号", "落札者法人番号"),
    "company_address": ("住所", "所在地", "業者住所"),
    "representative_title": ("代表者職名", "役職"),
    "representative_name": ("代表者名", "代表者氏名"),
    "mail_address": ("メールアドレス", "電子メール", "Eメール"),
    "phone": ("電話番号", "電話"),
    "requires_contract_guarantee": ("契約の保証", "契約保証", "契約保証の要否"),
    "allows_electronic_guarantee": ("電子保証の利用", "電子保証", "電子保証利用"),
}
REQUIRED = ("number", "title", "category", "method", "awarded_on", "contract_price", "company_name")
HEADING_WORDS = {key: words[0] for key, words in HEADINGS.items()}


_UNIT_OF_HEADING = re.compile(rf"(?P<word>.+?)\((?:単位:?)?(?P<unit>{'|'.join(UNITS)})\)")


class UnreadableFile(Exception):
    """The file as a whole cannot be read as awards; the text says why and what to do."""


@dataclass(frozen=True)
class CellProblem:
    """What is wrong with one cell: its column as people call it, what was there, what is expected."""

    column: str
    value: str
    text: str


@dataclass(frozen=True)
class _Heading:
    """The heading row: where each column is, what its bare numbers count in, how many columns there are."""

    at: int
    columns: Mapping[str, int]
    units: Mapping[str, int]
    width: int


@dataclass(frozen=True)
class AwardRow:
    """One row: `line` as a person counts them in the file, `values` typed, `problems` in words."""

    line: int
    values: dict[str, Any]
    problems: tuple[CellProblem, ...]

    @property
    def is_good(self) -> bool:
        """Whether the row can be imported."""
        return not self.problems


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 (with or without BOM) or CP932, the two that cities use."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFile(
            "Excel のファイルのままです。CSV（コンマ区切り）で保存し直してから取り込みます。"
        )
    if data.startswith(b"%PDF-"):
        raise UnreadableFile("PDF のファイルです。落札結果の CSV（コンマ区切り）を選び直します。")
    encodings = ("utf-8-sig", "cp932") if b"\0" not in data else ()  # UTF-16, or no text at all
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(
        "文字コードを読み取れません。UTF-8 または Shift_JIS（CP932）で保存し直してから取り込みます。"
    )


def read_awards(data: bytes) -> list[AwardRow]:
    """The rows of a CSV of awards; blank lines and total rows (合計) are passed over."""
    if not data.strip():
        raise UnreadableFile("ファイルが空です。落札結果の CSV を選び直します。")
    rows = _cells_of(decode(data))
    heading = _find_heading(rows)
    body = [
        (number, row)
        for number, row in enumerate(rows[heading.at + 1 :], start=heading.at + 2)
        if any(cell.strip() for cell in row) and not _is_total(row)
    ]
    if len(body) > MAX_ROWS:
        raise UnreadableFile(f"一度に取り込めるのは{MAX_ROWS:,}行までです。ファイルを分けて取り込みます。")
    if not body:
        raise UnreadableFile("見出しの下にデータの行がありません。")
    return _with_doubles_marked([_read_row(number, row, heading) for number, row in body])


def _cells_of(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise UnreadableFile(
            "CSV として読み取れません。引用符が閉じていないか、CSV ではないファイルです。"
        ) from error


def _find_heading(rows: list[list[str]]) -> _Heading:
    """The heading row: the first of the first ten that names the required columns."""
    best: Mapping[str, int] = {}
    for at, row in enumerate(rows[:10]):
        heading = _heading_of(at, row)
        if all(key in heading.columns for key in REQUIRED):
            return heading
        best = max(best, heading.columns, key=len)
    missing = [HEADING_WORDS[key] for key in REQUIRED if key not in best]
    raise UnreadableFile(
        f"必要な列が見つかりません: {'、'.join(missing)}。1行目に列の名前を入れて、取り込み直します。"
    )


def _heading_of(at: int, row: list[str]) -> _Heading:
    """The columns that a row names; of two with the same name the first counts."""
    seen: dict[str, tuple[int, int]] = {}
    for index, cell in reversed(list(enumerate(row))):
        word, unit = _word_and_unit(cell)
        seen[word] = (index, unit)
    found = {
        key: next((seen[heading_key(word)] for word in words if heading_key(word) in seen), None)
        for key, words in HEADINGS.items()
    }
    columns = {key: place[0] for key, place in found.items() if place is not None}
    units = {key: place[1] for key, place in found.items() if place is not None}
    return _Heading(at, columns, units, width=len(row))


def _word_and_unit(cell: str) -> tuple[str, int]:
    """落札金額(千円) → 落札金額 and 1000."""
    key = heading_key(cell)
    found = _UNIT_OF_HEADING.fullmatch(key)
    return (found["word"], UNITS[found["unit"]]) if found else (key, 1)


def _is_total(row: list[str]) -> bool:
    first = next((heading_key(cell) for cell in row if cell.strip()), "")
    return first in {"合計", "計", "総計", "小計"}


def _read_row(line: int, row: list[str], heading: _Heading) -> AwardRow:
    cells = {key: clean(row[at]) if at < len(row) else "" for key, at in heading.columns.items()}
    values: dict[str, Any] = {}
    problems: list[CellProblem] = _shifted(row, heading)
    for key, cell in cells.items():
        if not cell:
            if key in REQUIRED:
                problems.append(CellProblem(HEADING_WORDS[key], "", "入力がありません。"))
            continue
        try:
            values[key] = _value(key, cell, heading.units[key])
        except RuleViolation as refusal:
            problems.append(CellProblem(HEADING_WORDS[key], cell, refusal.sentence()))
        except ValueError as error:
            problems.append(CellProblem(HEADING_WORDS[key], cell, str(error)))
    problems.extend(_private_characters(cells))
    return AwardRow(line, values, tuple(problems))


def _value(key: str, cell: str, unit: int) -> Any:
    if key in AMOUNTS:
        return AMOUNTS[key](cell, unit)
    return READERS[key](cell) if key in READERS else cell


def _shifted(row: list[str], heading: _Heading) -> list[CellProblem]:
    """More cells than headings: a comma inside an amount or a name has shifted everything behind it."""
    extra = [cell for cell in row[heading.width :] if cell.strip()]
    if not extra:
        return []
    text = '見出しより列が多くなっています。金額や名称の中のコンマが区切りと読まれています。その欄を「"」で囲みます。'
    return [CellProblem("行全体", "、".join(extra)[:100], text)]


def _private_characters(cells: Mapping[str, str]) -> list[CellProblem]:
    return [
        CellProblem(HEADING_WORDS[key], cell, "外字が含まれています。一般の漢字に置き換えます。")
        for key, cell in cells.items()
        if has_private_characters(cell)
    ]


def _with_doubles_marked(rows: list[AwardRow]) -> list[AwardRow]:
    seen: dict[str, int] = {}
    marked = []
    for row in rows:
        number = row.values.get("number", "")
        if number in seen:
            problem = CellProblem(
                HEADING_WORDS["number"], number, f"{seen[number]}行目と同じ案件番号です。どちらかを直します。"
            )
            row = AwardRow(row.line, row.values, (*row.problems, problem))
        elif number:
            seen[number] = row.line
        marked.append(row)
    return marked


def awarded_at(values: Mapping[str, Any]) -> datetime:
    """The instant of the award decision; where the file gives no time, the start of that day (Asia/Tokyo)."""
    day: date = values["awarded_on"]
    return datetime.combine(day, values.get("awarded_time", time(0, 0)), JST)
