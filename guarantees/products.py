"""Products of the surety companies (保証商品). (GUAR-01, GUAR-02)"""

from enum import StrEnum
from typing import Self

from guarantees.labelled import LabelledWord


class Product(StrEnum):
    """A product (保証の種類); the values are those of procurement's GuaranteeKind, which may not be imported here.

    A reservation of a contract guarantee (契約保証予約、入札ボンド) exists on paper only.
    """

    label: str
    is_electronic: bool

    def __new__(cls, value: str, label: str = "", is_electronic: bool = False) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.is_electronic = is_electronic
        return member

    CONTRACT = "contract", "契約保証", True
    ADVANCE_PAYMENT = "advance_payment", "前払金保証", True
    INTERIM_ADVANCE_PAYMENT = "interim_advance_payment", "中間前払金保証", True
    CONTRACT_RESERVATION = "contract_reservation", "契約保証予約（入札ボンド）", False


class CertificateForm(LabelledWord):
    """Form of a certificate (保証証書の形式): never mixed within one guarantee contract. (GUAR-05)"""

    ELECTRONIC = "electronic", "電子保証"
    PAPER = "paper", "証書（紙）"
