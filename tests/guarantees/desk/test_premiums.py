"""Premiums: the discount of e-Net by product, company and amount; nothing beside the premium. (GUAR-10, GUAR-12)"""

from dataclasses import fields
from datetime import date

import pytest

from guarantees.desk.premiums import Quote, quote
from guarantees.products import Product

ON = date(2026, 5, 8)


@pytest.mark.parametrize(
    ("issuer", "product", "amount", "discount"),
    [
        ("west", Product.ADVANCE_PAYMENT, 2_999_999, 0),
        ("west", Product.ADVANCE_PAYMENT, 3_000_000, 200),
        ("west", Product.ADVANCE_PAYMENT, 90_000_000, 200),
        ("west", Product.CONTRACT, 3_000_000, 0),
        ("west", Product.INTERIM_ADVANCE_PAYMENT, 3_000_000, 0),
        ("west", Product.CONTRACT_RESERVATION, 3_000_000, 0),
        ("east", Product.ADVANCE_PAYMENT, 3_000_000, 0),
        ("hokkaido", Product.ADVANCE_PAYMENT, 3_000_000, 0),
    ],
)
def test_the_discount_of_one_application(issuer: str, product: Product, amount: int, discount: int) -> None:
    assert quote(issuer, product, amount, ON).discount == discount
    found = quote(issuer, product, amount, ON)
    assert found.discount == discount
    assert found.to_pay == found.premium - discount


def test_there_is_no_fee_and_the_rate_is_marked_as_assumed() -> None:
    names = {field.name for field in fields(Quote)}
    assert names == {"product", "premium", "discount", "discount_text", "is_assumed"}
    assert quote("west", Product.ADVANCE_PAYMENT, 20_000_000, ON).is_assumed
    assert quote("west", Product.ADVANCE_PAYMENT, 20_000_000, ON).premium == 50_000


def test_before_the_first_table_there_is_no_premium() -> None:
    with pytest.raises(KeyError, match="2019"):
        quote("west", Product.CONTRACT, 1_000_000, date(2019, 1, 1))
