"""Facts of a check (突合の材料): what is compared, and the shape of a line."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

from guarantees.certificates import Certificate, CertificateContents
from guarantees.issuers import Issuer, known_issuer
from guarantees.labelled import LabelledWord
from guarantees.notices import Notice
from procurement.cities.kinds import GuaranteeKind


class Result(LabelledWord):
    """How one line compares (突合の結果)."""

    MATCH = "match", "一致"
    LOOK = "look", "要確認"
    MISMATCH = "mismatch", "不一致"


def worst(results: Iterable[Result]) -> Result:
    """What several lines come to: one mismatch is a mismatch, one look a look."""
    found = set(results)
    return next((result for result in (Result.MISMATCH, Result.LOOK) if result in found), Result.MATCH)


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
    def issuer(self) -> Issuer | None:
        """The company that issued the certificate, where our data knows it."""
        return known_issuer(self.certificate.issuer)

    @property
    def is_west(self) -> bool:
        """Whether the company's papers follow a changed work period by themselves. (GUAR-61)"""
        return self.issuer is not None and self.issuer.layout == "west"

    def about(self, code: str, label: str, *, told: str = "", found: str = "", needed: str = "") -> "Line":
        """A line that is still to be judged."""
        return Line(
            CheckLine(code, label, Result.MATCH, told, found, needed, "", self.need.sources.get(code, ""))
        )


@dataclass(frozen=True)
class Line:
    """A line with what is compared (突合の一行、判定の前). A judgement may stand on a source of its own."""

    seen: CheckLine

    def match(self, words: str) -> CheckLine:
        """It agrees."""
        return self.judged(Result.MATCH, words)

    def look(self, words: str, source: str = "") -> CheckLine:
        """An officer has to look."""
        return self.judged(Result.LOOK, words, source)

    def mismatch(self, words: str) -> CheckLine:
        """It does not agree."""
        return self.judged(Result.MISMATCH, words)

    def judged(self, result: Result, words: str, source: str = "") -> CheckLine:
        """The line with its result in words."""
        return replace(self.seen, result=result, words=words, source=source or self.seen.source)
