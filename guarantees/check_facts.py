"""Facts of a check (突合の材料): what is compared, and the shape of a line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Self

from guarantees.certificates import Certificate, CertificateContents
from guarantees.issuers import issuer_of
from guarantees.labelled import LabelledWord
from guarantees.notices import Notice
from procurement.cities.kinds import GuaranteeKind


class Result(LabelledWord):
    """How one line compares (突合の結果)."""

    MATCH = "match", "一致"
    LOOK = "look", "要確認"
    MISMATCH = "mismatch", "不一致"


@dataclass(frozen=True)
class Need:
    """What the contract needs of a guarantee (契約が求めること). Amounts in yen, tax included.

    `orderer_names` are the names under which the city may be guaranteed, `contractor_names` those of the
    company (of a joint venture with its lead member). The last day of `starts_on`/`ends_on` counts.
    `told_at` is when the city was told of the guarantee, `accepted_sha256` the hash of the contents an
    officer accepted; `earlier_prices` are contract prices before amendments. `sources` says for a line's
    code where the rule stands.
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
    earlier_prices: tuple[int, ...] = ()
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


@dataclass(frozen=True)
class Facts:
    """What is compared: what the city was told, what the registry says, what the contract needs."""

    told: Notice
    certificate: Certificate
    need: Need

    @property
    def found(self) -> CertificateContents:
        """What the certificate says now."""
        return self.certificate.latest

    @property
    def layout(self) -> str:
        """Whose papers these are: the companies' rules about changes differ."""
        try:
            return issuer_of(self.certificate.issuer).layout
        except KeyError:
            return ""

    @property
    def issuer_name(self) -> str:
        """Name of the company; its code where our data does not know it."""
        try:
            return issuer_of(self.certificate.issuer).name
        except KeyError:
            return self.certificate.issuer

    def line(self, code: str, label: str, result: Result, words: str, **seen: str) -> CheckLine:
        """A line; `seen` holds told, found and needed."""
        values = {"told": "", "found": "", "needed": "", "source": self.need.sources.get(code, "")}
        return CheckLine(code, label, result, words=words, **(values | {k: v for k, v in seen.items() if v}))
