"""Bank accounts (振込先) that a contractor names for a payment."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from procurement.errors import RuleViolation

LABELS = {
    "bank": "金融機関",
    "branch": "支店",
    "kind": "預金の種類",
    "number": "口座番号",
    "holder": "口座名義（カナ）",
}
LONGEST = {"bank": 40, "branch": 40, "kind": 30, "number": 8, "holder": 60}
KINDS = ("普通", "当座", "前払金専用口座（別口普通）")


@dataclass(frozen=True)
class BankAccount:
    """A bank account (振込先口座). `number` is half-width digits, at most eight."""

    bank: str
    branch: str
    kind: str
    number: str
    holder: str

    @classmethod
    def of(cls, typed: Mapping[str, str]) -> Self:
        """From what a person or a form says; refused in words when something is missing or no account number."""
        words = {key: unicodedata.normalize("NFC", typed.get(key, "").strip()) for key in LABELS}
        words["number"] = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", words["number"]))
        missing = [label for key, label in LABELS.items() if not words[key]]
        if missing:
            raise RuleViolation(
                "bank_account_incomplete",
                f"振込先の{'、'.join(missing)}が入力されていません。",
                remedy="通帳を見て入力します。",
            )
        long = [label for key, label in LABELS.items() if len(words[key]) > LONGEST[key]]
        if long or not re.fullmatch(r"[0-9]+", words["number"]):
            raise RuleViolation(
                "bank_account_unreadable",
                f"振込先の{'、'.join(long or [LABELS['number']])}が読み取れません。",
                remedy="口座番号は数字だけを8桁までで、ほかは短く入力します。",
            )
        return cls(**words)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """As a payment kept it."""
        return cls(**{key: str(kept.get(key, "")) for key in LABELS})

    def to_json(self) -> dict[str, str]:
        """As a payment keeps it."""
        return asdict(self)

    def lines(self) -> list[tuple[str, str]]:
        """Label and value, for a list of facts."""
        return [(label, getattr(self, key)) for key, label in LABELS.items()]
