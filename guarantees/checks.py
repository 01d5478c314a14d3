"""Checks (突合): what the city was told, what the registry says, and what the contract needs, line by line. (GUAR-75)"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from guarantees.certificates import Certificate
from guarantees.notices import Notice
from procurement.cities.kinds import GuaranteeKind


class Result(StrEnum):
    """How one line compares (突合の結果)."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    MATCH = "match", "一致"
    LOOK = "look", "要確認"
    MISMATCH = "mismatch", "不一致"


@dataclass(frozen=True)
class Need:
    """What the contract needs of a guarantee (契約が求めること). Amounts in yen, tax included.

    `orderer_names` are the names under which the city may be guaranteed, `contractor_names` those of the
    company (of a joint venture with its lead member). The last day of `starts_on`/`ends_on` counts.
    `told_at` is when the city was told of the guarantee, `accepted_sha256` the hash of the contents an
    officer accepted; `sources` says for a line's code where the rule stands.
    """

    obligation: GuaranteeKind
    orderer_names: tuple[str, ...]
    contractor_names: tuple[str, ...]
    work_name: str
    contract_price: int
    least_amount: int | None = None
    largest_amount: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    contracted_on: date | None = None
    told_at: datetime | None = None
    accepted_sha256: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckLine:
    """One line of the comparison (突合の一行): told, found and needed in words, and what follows."""

    code: str
    label: str
    result: Result
    told: str
    found: str
    needed: str
    words: str
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain values, as a look keeps them."""
        return asdict(self) | {"result": self.result.value}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """From what `to_json` gave."""
        return cls(**{**values, "result": Result(values["result"])})


def compare(told: Notice | None, certificate: Certificate, need: Need) -> tuple[CheckLine, ...]:
    """Every line in its fixed order. `told` is None where number and key were typed without a notice."""
    contents = certificate.latest
    said = told or Notice()
    return (
        _same("contractor", "受注者", said.contractor, contents.contractor, need.contractor_names),
        _same("orderer", "発注者", said.orderer, contents.orderer, need.orderer_names),
        _same("work_name", "工事名", said.work_name, contents.work_name, (need.work_name,)),
    )


def overall(lines: Iterable[CheckLine]) -> Result:
    """The worst of the lines: one mismatch is a mismatch, one look a look."""
    results = {line.result for line in lines}
    return next((r for r in (Result.MISMATCH, Result.LOOK) if r in results), Result.MATCH)


def _same(code: str, label: str, told: str | None, found: str, needed: tuple[str, ...]) -> CheckLine:
    result = Result.MATCH if found in needed else Result.MISMATCH
    return CheckLine(code, label, result, told or "", found, "、".join(needed), result.label)
