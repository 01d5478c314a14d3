"""Paper or electronic: every condition that closes the electronic form, and no mixing. (GUAR-02, GUAR-03, GUAR-05, GUAR-06)"""

from datetime import date

import pytest

from guarantees.desk.form_choice import OrdererTerms, refusal_of_electronic, refuse_mixing
from guarantees.errors import GuaranteeRefused
from guarantees.products import CertificateForm, Product

STARTS = date(2026, 3, 1)
BOTH = frozenset((Product.CONTRACT, Product.ADVANCE_PAYMENT))
OPEN = OrdererTerms("mihon", "見本市長", BOTH, STARTS)
BY_CASE = OrdererTerms("mihon", "見本市長", BOTH, STARTS, needs_permission=True)
PAPER_ONLY = OrdererTerms("mihon", "見本市長", frozenset(), STARTS)


@pytest.mark.parametrize(
    ("product", "terms", "allowed", "today", "code"),
    [
        (Product.CONTRACT, OPEN, False, STARTS, None),
        (Product.ADVANCE_PAYMENT, BY_CASE, True, STARTS, None),
        (Product.CONTRACT_RESERVATION, OPEN, True, STARTS, "electronic.product"),
        (Product.CONTRACT, None, True, STARTS, "electronic.orderer"),
        (Product.CONTRACT, OPEN, True, date(2026, 2, 28), "electronic.not_yet"),
        (Product.INTERIM_ADVANCE_PAYMENT, OPEN, True, STARTS, "electronic.not_taken"),
        (Product.CONTRACT, PAPER_ONLY, True, STARTS, "electronic.not_taken"),
        (Product.CONTRACT, BY_CASE, False, STARTS, "electronic.permission"),
    ],
)
def test_what_closes_the_electronic_form(
    product: Product, terms: OrdererTerms | None, allowed: bool, today: date, code: str | None
) -> None:
    refusal = refusal_of_electronic(product, terms, is_allowed=allowed, today=today)
    assert (refusal.code if refusal else None) == code
    assert refusal is None or (refusal.text and "証書（紙）であれば" in refusal.remedy)


@pytest.mark.parametrize("form", list(CertificateForm))
@pytest.mark.parametrize("asked", list(CertificateForm))
def test_a_change_keeps_the_form_of_the_first_certificate(
    form: CertificateForm, asked: CertificateForm
) -> None:
    if form is asked:
        refuse_mixing(form, asked)
        return
    with pytest.raises(GuaranteeRefused, match="混在できません") as told:
        refuse_mixing(form, asked)
    assert form.label in told.value.remedy
