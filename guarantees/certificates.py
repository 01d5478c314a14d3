"""Certificates (保証証書): their contents and history, as the registry hands them out. (GUAR-60 to GUAR-64)"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, Self

from guarantees.labelled import LabelledWord
from guarantees.products import Product


class Target(LabelledWord):
    """What an entry of the history says (対象): a new certificate, a change of it, or its end. (GUAR-62)"""

    NEW = "new", "新規"
    CHANGE = "change", "変更"
    CANCELLATION = "cancellation", "解約"


class VersionKind(LabelledWord):
    """What a surety publishes (登録の種類); corrections and withdrawn changes stay, unseen by orderers. (GUAR-62)"""

    NEW = "new", "新規"
    CHANGE = "change", "変更"
    CORRECTION = "correction", "訂正"
    """Takes the place of the newest visible version, whose mistake it corrects."""
    CHANGE_WITHDRAWN = "change_withdrawn", "変更取消"
    """Takes the newest change back; what was before it holds again."""
    CANCELLATION = "cancellation", "解約"
    """Ends the guarantee contract."""

    @property
    def has_contents(self) -> bool:
        """Whether it comes with contents of its own; the others bring back, or end, what is there."""
        return self in (VersionKind.NEW, VersionKind.CHANGE, VersionKind.CORRECTION)


@dataclass(frozen=True)
class CertificateContents:
    """What a certificate says (証書の記載事項). Amounts in yen, tax included; `None` where the paper is silent.

    `orderer` is who is guaranteed (被保証者) as printed, for example the mayor; `contractor` the principal
    (保証契約者), of a joint venture its lead member beside `joint_venture`.
    """

    product: Product
    orderer: str
    contractor: str
    work_name: str
    contract_price: int
    guaranteed_amount: int
    joint_venture: str = ""
    work_place: str = ""
    contracted_on: date | None = None
    work_starts_on: date | None = None
    work_ends_on: date | None = None
    guarantee_starts_on: date | None = None
    guarantee_ends_on: date | None = None
    deposit_institution: str = ""
    branch: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain values; days as YYYY-MM-DD."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """From what `to_json` gave; ValueError, KeyError or TypeError when it is something else."""
        if not isinstance(values, Mapping):
            raise TypeError("contents of a certificate are an object")
        known = {field.name for field in fields(cls)}
        if extra := sorted(set(values) - known):
            raise ValueError(f"unknown: {', '.join(extra)}")
        given = {name: _read(name, value) for name, value in values.items()}
        return cls(**given)

    @property
    def odd_days(self) -> tuple[str, ...]:
        """Names of the days that are mistakes of typing (1026年): no contract of our time has them, nor any era."""
        days = [(name, getattr(self, name)) for name in DAYS]
        return tuple(name for name, day in days if day is not None and not 1950 <= day.year < 2200)

    @property
    def sha256(self) -> str:
        """Hash of the contents in their canonical form: equal for what customer and orderer see. (GUAR-64)"""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


DAYS = ("contracted_on", "work_starts_on", "work_ends_on", "guarantee_starts_on", "guarantee_ends_on")
_AMOUNTS = frozenset(("contract_price", "guaranteed_amount"))


def _read(name: str, value: Any) -> Any:
    if name == "product":
        return Product(value)
    if name in DAYS:
        return date.fromisoformat(value) if value is not None else None
    wanted = int if name in _AMOUNTS else str
    if type(value) is not wanted:
        raise TypeError(f"{name}: {wanted.__name__} expected")
    return value


@dataclass(frozen=True)
class CertificateEntry:
    """One visible entry of the history (電子保証の履歴). `arrived_at` is 電子保証発行日時. (GUAR-62, GUAR-63)"""

    number: int
    arrived_at: datetime
    target: Target
    contents: CertificateContents


@dataclass(frozen=True)
class Certificate:
    """An electronic certificate (電子証書) with its visible history, oldest first; never empty. (GUAR-72, GUAR-73)"""

    guarantee_contract_number: str
    issuer: str
    """Code of the surety company."""
    entries: tuple[CertificateEntry, ...]

    @property
    def latest(self) -> CertificateContents:
        """What holds now, or held when the guarantee ended."""
        return self.entries[-1].contents

    @property
    def is_cancelled(self) -> bool:
        """Whether the guarantee contract was ended (解約)."""
        return self.entries[-1].target is Target.CANCELLATION

    def to_json(self) -> dict[str, Any]:
        """As plain values, what the registry's API answers."""
        return {
            "guarantee_contract_number": self.guarantee_contract_number,
            "issuer": self.issuer,
            "is_cancelled": self.is_cancelled,
            "history": [
                {
                    "number": entry.number,
                    "arrived_at": entry.arrived_at.isoformat(),
                    "target": entry.target.value,
                    "contents": entry.contents.to_json(),
                }
                for entry in self.entries
            ],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """From the API's answer; ValueError, KeyError or TypeError when it is nonsense."""
        entries = tuple(
            CertificateEntry(
                number=_whole(entry["number"]),
                arrived_at=instant_of(entry["arrived_at"]),
                target=Target(entry["target"]),
                contents=CertificateContents.from_json(entry["contents"]),
            )
            for entry in values["history"]
        )
        if not entries:
            raise ValueError("a certificate without history")
        number, issuer = values["guarantee_contract_number"], values["issuer"]
        if type(number) is not str or type(issuer) is not str:
            raise TypeError("number and issuer are words")
        return cls(number, issuer, entries)


def instant_of(text: str) -> datetime:
    """An instant as the registry's API writes it; ValueError or TypeError when it is none, or has no time zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("a whole number expected")
    return value
