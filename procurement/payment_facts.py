"""Facts of advance payments (前払金の事実), what a condition comes to, and how much may be asked for."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation
from procurement.guarantee_limits import GuaranteeLimits, Limit, largest_advance, largest_interim
from procurement.numbers import format_yen
from procurement.words import Worded

PAYMENT_WORDS = {
    GuaranteeKind.ADVANCE_PAYMENT: "前払金",
    GuaranteeKind.INTERIM_ADVANCE_PAYMENT: "中間前払金",
}
"""How a payment is called, by the kind of its guarantee."""
SHARES = {
    GuaranteeKind.ADVANCE_PAYMENT: "advance_percent",
    GuaranteeKind.INTERIM_ADVANCE_PAYMENT: "interim_percent",
}


class Judgement(Worded):
    """What a condition comes to (判定)."""

    MET = "met", "満たす"
    LOOK = "look", "要確認"
    UNMET = "unmet", "満たさない"


@dataclass(frozen=True)
class Condition:
    """One condition (要件) as it was judged: what it is, what it came to, in words, where it stands, the way out."""

    code: str
    label: str
    result: Judgement
    words: str
    source: str = ""
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, as the payment keeps them."""
        return {**asdict(self), "result": self.result.value}

    def refusal(self) -> RuleViolation:
        """The same as a refusal."""
        return RuleViolation(f"payment_{self.code}", self.words, self.source, self.remedy)


@dataclass(frozen=True)
class PaymentFacts:
    """Facts of one payment (前払金の事実). Amounts in yen, tax included.

    `others` are further payments of the same kind that are asked for or made; `advance` the sum of advance
    payments beside an interim one, `advance_paid` whether it was paid (None: this portal knows of none).
    `guaranteed_amount` is what guarantees in force cover; None where none is in force.
    """

    kind: GuaranteeKind
    amount: int
    on: date
    limits: GuaranteeLimits
    contract_price: int
    is_concluded: bool
    starts_on: date | None = None
    ends_on: date | None = None
    others: int = 0
    advance: int = 0
    advance_paid: bool | None = None
    progress_percent: int | None = None
    recognised: str = ""
    election: str | None = None
    guaranteed_amount: int | None = None

    @property
    def is_interim(self) -> bool:
        """Whether it is an interim advance payment (中間前払金)."""
        return self.kind is GuaranteeKind.INTERIM_ADVANCE_PAYMENT

    @property
    def name(self) -> str:
        """前払金 or 中間前払金."""
        return PAYMENT_WORDS[self.kind]


def largest(facts: PaymentFacts) -> Limit:
    """The most that may be asked for beside what was asked for before (今回の限度額)."""
    if facts.is_interim:
        whole = largest_interim(facts.limits, facts.contract_price, facts.advance)
    else:
        whole = largest_advance(facts.limits, facts.contract_price)
    if not facts.others:
        return whole
    left = max(whole.amount - facts.others, 0)
    return Limit(left, f"{whole.words}、申請済みの{format_yen(facts.others)}を除く額", whole.source)


def is_known(limits: GuaranteeLimits, kind: GuaranteeKind) -> bool:
    """Whether the rules know this payment for this kind of case (前払金の定めがあるか)."""
    return bool(limits.get(SHARES[kind]))
