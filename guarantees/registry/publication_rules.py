"""What the registry takes (登録の要件): product, shapes of number and key, orderer, contents. (GUAR-02, GUAR-03)"""

import re
import unicodedata
from dataclasses import fields
from datetime import datetime

from sqlalchemy.orm import Session

from guarantees.certificates import CertificateContents
from guarantees.days import day_of
from guarantees.errors import GuaranteeRefused
from guarantees.issuers import Issuer, known_issuer
from guarantees.keys import AuthenticationKey
from guarantees.products import Product
from guarantees.registry.orderers import orderer_of

LONGEST_TEXT = 300
LARGEST_AMOUNT = 10**13
SOURCE = "電子保証のご案内「3. ご利用の要件」"
PRODUCTS = "前払金保証（中間前払金保証を含む）と契約保証"


def check_product(product: Product) -> None:
    """A reservation of a contract guarantee exists on paper only. (GUAR-01, GUAR-02)"""
    if not product.is_electronic:
        raise GuaranteeRefused(
            "registry.paper_only",
            f"{product.label}は、電子保証の対象外です。電子保証にできるのは、{PRODUCTS}です。",
            SOURCE,
            "書面の証書を発行し、発注者へ提出します。",
        )


def check_number(issuer: str, number: str) -> None:
    """The number has the shape of its company's numbers."""
    company = _company(issuer)
    if not company.has_number(number):
        raise GuaranteeRefused(
            "registry.number_shape",
            f"保証契約番号が、{company.name}の番号の形（例：{company.number_example}）と合いません。",
            remedy="番号を確かめて、もう一度登録します。",
        )


def check_key(issuer: str, key: AuthenticationKey) -> None:
    """The key has the shape of its company's keys. The sentence never holds the key."""
    company = _company(issuer)
    if not re.fullmatch(company.key, key.reveal()):
        raise GuaranteeRefused(
            "registry.key_shape",
            f"認証キーが、{company.name}の認証キーの形（半角英数字）と合いません。",
            remedy="認証キーを発行し直して登録します。",
        )


def check_orderer(session: Session, orderer: str, now: datetime) -> None:
    """The orderer supports electronic guarantees and has begun to. (GUAR-03, GUAR-74)"""
    known = orderer_of(session, orderer)
    if known is None:
        raise GuaranteeRefused(
            "registry.orderer_unsupported",
            "この発注者は、電子保証に対応していません。",
            SOURCE,
            "対応している発注者の一覧を確かめ、なければ書面の証書を発行します。",
        )
    if known.starts_on > day_of(now):
        raise GuaranteeRefused(
            "registry.orderer_not_started",
            f"{known.name}の電子保証は、{known.starts_on.year}年{known.starts_on.month}月からです。",
            SOURCE,
            "それまでは書面の証書を発行します。",
        )


def check_contents(contents: CertificateContents) -> None:
    """The contents can stand on a certificate: words are words, amounts are amounts, periods do not run back."""
    for field in fields(contents):
        value = getattr(contents, field.name)
        if isinstance(value, str) and not _is_text(value):
            raise _bad(field.name, f"文字は{LONGEST_TEXT}字までで、制御文字は使えません。")
    for name in ("orderer", "contractor", "work_name"):
        if not getattr(contents, name).strip():
            raise _bad(name, "空欄です。")
    for name in ("contract_price", "guaranteed_amount"):
        if not 0 < getattr(contents, name) <= LARGEST_AMOUNT:
            raise _bad(name, "1円以上の額ではありません。")
    for name in contents.odd_days:
        raise _bad(name, "年をご確認ください。")
    for start, end in (("work_starts_on", "work_ends_on"), ("guarantee_starts_on", "guarantee_ends_on")):
        begins, ends = getattr(contents, start), getattr(contents, end)
        if begins and ends and ends < begins:
            raise _bad(end, "終わりの日が、始まりの日より前です。")


def _company(issuer: str) -> Issuer:
    company = known_issuer(issuer)
    if company is None:
        raise GuaranteeRefused(
            "registry.issuer_unknown", "この保証会社は、保証確認サービスに登録されていません。"
        )
    return company


def _is_text(value: str) -> bool:
    return len(value) <= LONGEST_TEXT and not any(
        unicodedata.category(character) in ("Cc", "Cs") for character in value
    )


def _bad(name: str, why: str) -> GuaranteeRefused:
    return GuaranteeRefused(
        "registry.contents",
        f"証書の記載事項「{LABELS[name]}」を登録できません。{why}",
        remedy="内容を直して、もう一度登録します。",
    )


LABELS = {
    "product": "商品名",
    "orderer": "発注者名",
    "contractor": "請負契約者",
    "work_name": "工事名",
    "contract_price": "請負金額",
    "guaranteed_amount": "保証金額",
    "joint_venture": "JV名",
    "work_place": "工事場所",
    "contracted_on": "請負契約日",
    "work_starts_on": "工期の始期",
    "work_ends_on": "工期の終期",
    "guarantee_starts_on": "保証期間の始期",
    "guarantee_ends_on": "保証期限",
    "deposit_institution": "預託金融機関",
    "branch": "取扱箇所",
}
"""Names of the contents on a certificate (証書の記載事項), by field. (GUAR-60 to GUAR-62)"""
