"""Paper or electronic (保証証書の形式): what the desk lets a customer choose, and why not. (GUAR-02, GUAR-03, GUAR-05)"""

from dataclasses import dataclass
from datetime import date

from guarantees.errors import GuaranteeRefused
from guarantees.products import CertificateForm, Product

LIST = "電子保証に対応している発注者は「対象の発注者」の一覧にあります。"
PAPER_OPEN = "証書（紙）であれば申し込めます。"


@dataclass(frozen=True)
class OrdererTerms:
    """What a desk knows of an orderer (発注者の取扱い): which of this company's products it takes electronically."""

    code: str
    name: str
    products: frozenset[Product]
    starts_on: date
    needs_permission: bool = False
    """Whether the orderer allows electronic guarantees case by case. (CITY-31)"""


def refusal_of_electronic(
    product: Product, terms: OrdererTerms | None, *, is_allowed: bool, today: date
) -> GuaranteeRefused | None:
    """Why the electronic form is closed for a product; None when it is open.

    `is_allowed`: the orderer has allowed it for this case, as far as the desk can know.
    """
    if not product.is_electronic:
        return _closed(
            "product", f"{product.label}は電子保証の対象外です。", "電子保証のご案内「3. ご利用の要件」"
        )
    if terms is None:
        return _closed(
            "orderer",
            f"この発注者は電子保証に対応していません。{LIST}",
            "電子保証のご案内「3. ご利用の要件」",
        )
    if today < terms.starts_on:
        first = f"{terms.starts_on.year}年{terms.starts_on.month}月{terms.starts_on.day}日"
        return _closed(
            "not_yet",
            f"{terms.name}の電子保証は{first}から利用できます。",
            "電子保証のご案内「4. 電子保証の導入発注者」",
        )
    if product not in terms.products:
        return _closed(
            "not_taken", f"{terms.name}は、当社の{product.label}を電子保証では受け付けていません。{LIST}"
        )
    if terms.needs_permission and not is_allowed:
        text = f"{terms.name}が電子保証の利用を認めた案件であることが確認できません。"
        return _closed("permission", text, "電子保証のご案内「1. ご利用条件」")
    return None


def refuse_mixing(form: CertificateForm, asked: CertificateForm) -> None:
    """Refuse another form inside one guarantee contract: a change keeps the form of the first. (GUAR-05)"""
    if form is not asked:
        raise GuaranteeRefused(
            "form.mixed",
            "同じ保証契約において、電子証書と紙の保証証書は混在できません。",
            "電子保証のご案内「電子保証に関するFAQ」Q5",
            f"この保証契約の変更は「{form.label}」で申し込みます。",
        )


def _closed(code: str, text: str, source: str = "") -> GuaranteeRefused:
    return GuaranteeRefused(f"electronic.{code}", text, source, PAPER_OPEN)
