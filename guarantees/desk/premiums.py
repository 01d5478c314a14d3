"""Premiums (保証料) of the desks: dated tables, the discount of e-Net, no fee beside them. (GUAR-09, GUAR-10, GUAR-12)"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from guarantees.products import Product

DATA = Path(__file__).with_name("premiums.toml")


@dataclass(frozen=True)
class Quote:
    """What one product of one application costs (保証料の計算), in yen. `is_assumed`: the rate is not in the sources."""

    product: Product
    premium: int
    discount: int
    discount_text: str
    is_assumed: bool

    @property
    def to_pay(self) -> int:
        """Premium less discount; never below zero."""
        return max(self.premium - self.discount, 0)


def quote(issuer: str, product: Product, amount: int, on: date) -> Quote:
    """The premium of a guaranteed amount (yen) applied for on a day; KeyError before the first table begins."""
    rate = _newest([row for row in _table()["rates"] if row["product"] == product.value], on)
    if rate is None:
        raise KeyError(f"no premium of {product.value} on {on}")
    premium = max(amount * rate["per_100000"] // 100_000, rate["least"])
    discount, text = _discount(issuer, product, amount, on)
    return Quote(product, premium, min(discount, premium), text, bool(rate["assumed"]))


def _discount(issuer: str, product: Product, amount: int, on: date) -> tuple[int, str]:
    """In yen, and why: 200 for an application from ¥3,000,000 at e-Net, for 前払金保証 alone. (GUAR-12)"""
    rows = [
        row for row in _table()["discounts"] if row["issuer"] == issuer and row["product"] == product.value
    ]
    row = _newest(rows, on)
    if row is None or amount < row["least_amount"]:
        return 0, ""
    return row["discount"], row["text"]


def _newest(rows: list[dict[str, Any]], on: date) -> dict[str, Any] | None:
    in_force = [row for row in rows if row["from"] <= on]
    return max(in_force, key=lambda row: row["from"], default=None)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))
