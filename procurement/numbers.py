"""Amounts of money (金額) as people and spreadsheets write them; always whole yen."""

import re
import unicodedata
from decimal import Decimal

from procurement.errors import RuleViolation

_UNITS = {"": 1, "円": 1, "千円": 1_000, "万円": 10_000, "百万円": 1_000_000, "億円": 100_000_000}
_TAX_INCLUDED = re.compile(r"\(?(?:消費税(?:及び地方消費税)?(?:込み?|を含む)|税込み?)\)?")
_WITHOUT_TAX = re.compile(r"税抜き?|税別")
_AMOUNT = re.compile(
    r"(?:金|[¥\\])?\s*(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?\s*"
    r"(?P<unit>円|千円|万円|百万円|億円)?\s*(?:也|-)?"
)


def parse_yen(text: str, unit: int = 1) -> int:
    """Read an amount (金額) as whole yen: ¥1,234, １，２３４円, 金1,234円也, 1,234千円, 1,234円（税込）.

    `unit` is what a bare number counts in, for columns headed 千円. Raises RuleViolation with the reason.
    """
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r"[‐−ー―、]", lambda m: "," if m[0] == "、" else "-", folded)
    if _WITHOUT_TAX.search(folded):
        raise _refused(text, "税抜きの金額です。税込みの金額が要ります。")
    found = _AMOUNT.fullmatch(_TAX_INCLUDED.sub("", folded).strip())
    if found is None:
        raise _refused(text, "金額として読めません。")
    factor = _UNITS[found["unit"]] if found["unit"] else unit
    amount = Decimal(found["digits"].replace(",", "") + (found["fraction"] or "")) * factor
    if amount != int(amount):
        raise _refused(text, "1円未満の端数があります。")
    return int(amount)


def _refused(text: str, why: str) -> RuleViolation:
    return RuleViolation(
        "amount.unreadable",
        f"「{text}」は{why}" if why.startswith("金額") else f"「{text}」: {why}",
        remedy="「1,234,000円」「1234000」のように入力してください。",
    )


def format_yen(amount: int) -> str:
    """1,234,000円."""
    return f"{amount:,}円"
