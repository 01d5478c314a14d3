"""Key notices (認証キーのお知らせ): what the surety's paper says, read from its text. (GUAR-65, GUAR-66, GUAR-67)"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from guarantees.keys import AuthenticationKey, normalised_key, normalised_number
from guarantees.products import Product


class PaperKind(StrEnum):
    """What a paper turned out to be (書類の種類)."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    KEY_NOTICE = "key_notice", "認証キーのお知らせ"
    CERTIFICATE = "certificate", "保証証書"
    UNKNOWN = "unknown", "認証キーのお知らせではない書類"
    SCAN = "scan", "文字のない画像（スキャン）"


@dataclass(frozen=True)
class Notice:
    """What a key notice says (お知らせの記載). None where the paper is silent; the key never prints.

    `product`, `work_name`, `orderer`, `contractor` and `issuer` are the words of the paper.
    """

    kind: PaperKind = PaperKind.KEY_NOTICE
    guarantee_contract_number: str | None = None
    authentication_key: AuthenticationKey | None = None
    product: str | None = None
    work_name: str | None = None
    orderer: str | None = None
    contractor: str | None = None
    issuer: str | None = None

    @property
    def product_kind(self) -> Product | None:
        """The product that the words name; None where they name none."""
        return product_named(self.product or "")

    def says(self) -> dict[str, Any]:
        """Everything but the key, as it may lie in a table beside the lodged guarantee."""
        return {name: getattr(self, name) for name in SAID} | {"kind": self.kind.value}

    @classmethod
    def from_says(cls, values: Mapping[str, Any]) -> Self:
        """From what `says` gave; the key stays unknown."""
        said = {name: values.get(name) for name in SAID}
        return cls(kind=PaperKind(values.get("kind", PaperKind.KEY_NOTICE)), **said)


SAID = ("guarantee_contract_number", "product", "work_name", "orderer", "contractor", "issuer")


def product_named(words: str) -> Product | None:
    """The product (保証の種類) in words as papers use them: 中間前払金保証, 前払, 契約保証予約 …"""
    text = re.sub(r"\s+", "", words)
    if "予約" in text or "入札ボンド" in text:
        return Product.CONTRACT_RESERVATION
    if "中間前" in text:
        return Product.INTERIM_ADVANCE_PAYMENT
    if "前払" in text or "前金" in text:
        return Product.ADVANCE_PAYMENT
    return Product.CONTRACT if "契約" in text else None


LABELS = {
    "guarantee_contract_number": "保証契約番号",
    "authentication_key": "認証キー",
    "work_name": "工事名",
    "orderer": "発注者",
    "contractor": "受注者名",
    "issuer": "保証機関",
}


def read_notice(text: str) -> Notice:
    """What the text of one paper says. Never raises: what cannot be read is None. (GUAR-65, GUAR-66)"""
    if not text.strip():
        return Notice(PaperKind.SCAN)
    found = {name: _after(label, text) for name, label in LABELS.items()}
    found["product"] = _after(r"(?:商品\s*\(保証区分\)|区分)", text.replace("（", "(").replace("）", ")"))
    number, key = found.pop("guarantee_contract_number"), found.pop("authentication_key")
    is_notice = key is not None
    kind = PaperKind.KEY_NOTICE if is_notice else PaperKind.UNKNOWN
    if not is_notice and "保証証書" in text:
        kind = PaperKind.CERTIFICATE
    return Notice(
        kind=kind,
        guarantee_contract_number=normalised_number(number) if number else None,
        authentication_key=normalised_key(key) if key else None,
        **found,
    )


def _after(label: str, text: str) -> str | None:
    spaced = label if label.startswith("(") else r"[ \t　]*".join(label)
    found = re.search(rf"^[ \t　]*{spaced}[ \t　]*[:：]?[ \t　]*(\S.*?)[ \t　]*$", text, re.MULTILINE)
    return found.group(1) if found else None
