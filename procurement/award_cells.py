"""Cells of an award import (落札結果の各欄): one reader for each kind of column; a mistake is said in words."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, TypeVar

from procurement.numbers import parse_yen
from procurement.rules import ProcurementCategory, ProcurementMethod
from procurement.wareki import parse_date

Word = TypeVar("Word", ProcurementCategory, ProcurementMethod)

# NFC would turn these compatibility ideographs (互換漢字, for example U+FA19) into other characters.
_COMPATIBILITY_IDEOGRAPHS = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_LINE_ENDS = re.compile(r"[\r\n\t\v\f]+")


def clean(cell: str) -> str:
    """A cell as typed, on one line, without Excel's ``="0123"`` wrapping and outer spaces."""
    cell = _LINE_ENDS.sub(" ", cell).strip().strip("　")
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        cell = cell[2:-1]
    parts = _COMPATIBILITY_IDEOGRAPHS.split(cell)
    return "".join(
        part if at % 2 else unicodedata.normalize("NFC", part) for at, part in enumerate(parts)
    ).strip()


def heading_key(text: str) -> str:
    """A heading or a word for comparing: width and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def has_private_characters(cell: str) -> bool:
    """Whether a cell holds 外字, which are other characters, or none, on every other machine."""
    return any(unicodedata.category(character) == "Co" or character == "\ufffd" for character in cell)


def is_corporate_number(number: str) -> bool:
    """Whether 13 digits carry the right check digit (法人番号の検査用数字: 9 − Σ(P×Q) mod 9)."""
    if len(number) != 13 or not number.isascii() or not number.isdigit():
        return False
    digits = [int(character) for character in reversed(number[1:])]
    total = sum(digit * (1 if at % 2 == 0 else 2) for at, digit in enumerate(digits))
    return int(number[0]) == 9 - total % 9


def _as_category(cell: str) -> ProcurementCategory:
    return _word(ProcurementCategory, cell, CATEGORY_ALIASES, "種別")


def _as_method(cell: str) -> ProcurementMethod:
    return _word(ProcurementMethod, cell, METHOD_ALIASES, "入札方式")


def _word(kind: type[Word], cell: str, aliases: Mapping[str, Word], what: str) -> Word:
    by_word = {heading_key(member.label): member for member in kind} | {m.value: m for m in kind}
    by_word |= {heading_key(word): member for word, member in aliases.items()}
    found = by_word.get(heading_key(cell))
    if found is None:
        expected = "、".join(member.label for member in kind)
        raise ValueError(f"{what}は次のいずれかで入力します: {expected}。")
    return found


def _as_time(cell: str) -> time:
    text = heading_key(cell).replace("時", ":").replace("分", "").rstrip(":")
    if not re.fullmatch(r"\d{1,2}(:\d{1,2}){0,2}", text, re.ASCII):
        raise ValueError("時刻は 10:00 のように入力します。")
    try:
        hour, minute, second = [*map(int, text.split(":")), 0, 0][:3]
        return time(hour, minute, second)
    except ValueError:
        raise ValueError("時刻は 0:00 から 23:59 までで入力します。") from None


def _as_corporate_number(cell: str) -> str:
    number = heading_key(cell).replace("-", "")
    if not is_corporate_number(number):
        raise ValueError("法人番号は13桁の数字です。検査数字が合いません。番号をご確認ください。")
    return number


def _as_yes_or_no(cell: str) -> bool:
    word = heading_key(cell).lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError("「要」「不要」、「○」「×」、「認める」「認めない」のいずれかで入力します。")


YES = frozenset(("○", "〇", "◯", "要", "有", "あり", "可", "認める", "はい", "1", "yes", "y", "true"))
NO = frozenset(("×", "✕", "不要", "無", "なし", "不可", "認めない", "いいえ", "0", "no", "n", "false", "-"))
CATEGORY_ALIASES = {
    "工事": ProcurementCategory.CONSTRUCTION_WORKS,
    "測量・建設コンサルタント": ProcurementCategory.SURVEY_AND_CONSULTING,
    "コンサル": ProcurementCategory.SURVEY_AND_CONSULTING,
    "委託": ProcurementCategory.SERVICES,
    "業務委託": ProcurementCategory.SERVICES,
    "物品": ProcurementCategory.GOODS,
    "印刷": ProcurementCategory.PRINTING,
}
METHOD_ALIASES = {
    "一般": ProcurementMethod.OPEN,
    "指名": ProcurementMethod.DESIGNATED,
    "随契": ProcurementMethod.NEGOTIATED,
    "条件付一般競争入札": ProcurementMethod.OPEN_WITH_CONDITIONS,
    "条件付き一般競争入札": ProcurementMethod.OPEN_WITH_CONDITIONS,
    "制限付き一般競争入札": ProcurementMethod.OPEN_WITH_CONDITIONS,
}
AMOUNTS: Mapping[str, Callable[[str, int], int]] = {
    "contract_price": parse_yen,
    "consumption_tax": parse_yen,
}
"""Readers that want to know what a bare number counts in."""
READERS: Mapping[str, Callable[[str], Any]] = {
    "category": _as_category,
    "method": _as_method,
    "noticed_on": parse_date,
    "awarded_on": parse_date,
    "awarded_time": _as_time,
    "starts_on": parse_date,
    "ends_on": parse_date,
    "contracted_on": parse_date,
    "corporate_number": _as_corporate_number,
    "requires_contract_guarantee": _as_yes_or_no,
    "allows_electronic_guarantee": _as_yes_or_no,
}
"""A column that is not named here is text."""
