"""Amounts of money (金額) as people and spreadsheets write them; always whole yen."""

import re
import unicodedata
from decimal import Decimal

from procurement.errors import RuleViolation

_UNITS = {"億": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3, None: 1}
_PART = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(億|千万|百万|万|千)?\s*")
_TAX_INCLUDED = re.compile(r"\(?(?:消費税(?:及び地方消費税)?(?:込み?|を含む)|税込み?)\)?")
_WITHOUT_TAX = re.compile(r"税抜き?|税別")
# Each part is atomic: a long row of digits is tried in one way only.
_AMOUNT = re.compile(rf"(?:金|[¥\\])?\s*(?P<parts>(?>{_PART.pattern})+)(?P<yen>円)?\s*(?:也|-)?")


def parse_yen(text: str, unit: int = 1) -> int:
    """Read an amount (金額) as whole yen: ¥1,234, １，２３４円, 金1,234円也, 1,234千円, 1億5千万円, 1,234円（税込）.

    `unit` is what a bare number counts in, for columns headed 千円. Raises RuleViolation with the reason.
    """
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r"[‐−ー―、]", lambda m: "," if m[0] == "、" else "-", folded)
    if _WITHOUT_TAX.search(folded):
        raise _refused(text, "税抜きの金額です。税込みの金額が要ります。")
    found = _AMOUNT.fullmatch(_TAX_INCLUDED.sub("", folded).strip())
    if found is None:
        raise _refused(text, "金額として読めません。")
    parts = [(_number(part), part[3]) for part in _PART.finditer(found["parts"])]
    factors = [_UNITS[word] for _, word in parts]
    if factors != sorted(set(factors), reverse=True):
        raise _refused(text, "金額として読めません。")
    if not found["yen"] and factors == [1]:
        factors = [unit]
    amount = sum(number * factor for (number, _), factor in zip(parts, factors, strict=True))
    if amount != int(amount):
        raise _refused(text, "1円未満の端数があります。")
    return int(amount)


def _number(part: re.Match[str]) -> Decimal:
    return Decimal(part[1].replace(",", "") + (part[2] or ""))


def _refused(text: str, why: str) -> RuleViolation:
    return RuleViolation(
        "amount.unreadable",
        f"「{text}」は{why}" if why.startswith("金額") else f"「{text}」: {why}",
        remedy="「1,234,000円」「1234000」のように入力してください。",
    )


def format_yen(amount: int) -> str:
    """1,234,000円."""
    return f"{amount:,}円"
