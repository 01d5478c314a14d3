"""Changed certificates (変更後の証書): what a change of price or period asks of a guarantee that is in force. (GUAR-60, GUAR-61)"""

from dataclasses import dataclass
from datetime import date

from procurement.cities.kinds import GuaranteeKind
from procurement.guarantee_limits import Limit
from procurement.numbers import format_yen
from procurement.wareki import format_wareki

INCREASE = "公共工事標準請負契約約款第4条（契約の保証）"
CHANGE = "公共工事標準請負契約約款（保証契約の変更）"
PERIOD = "保証期間は工期を覆うもの（契約の保証の定め）"


@dataclass(frozen=True)
class Covered:
    """What a guarantee in force covers (保証の内容). `amount` is that of all guarantees of the obligation together.

    `follows_period`: its surety extends the time by itself with the work period, without a certificate.
    """

    obligation: GuaranteeKind
    amount: int
    ends_on: date | None
    follows_period: bool


@dataclass(frozen=True)
class Terms:
    """Price and end of the work, before or after a change (契約金額と工期の終わり)."""

    price: int
    ends_on: date | None


@dataclass(frozen=True)
class ChangeNeeded:
    """What is asked for (求めること), in words, and by what rule."""

    words: str
    source: str


def change_needed(covered: Covered, before: Terms, after: Terms, limit: Limit) -> ChangeNeeded | None:
    """What the change asks of this guarantee; None where the certificate stays as it is.

    `limit` is the least contract guarantee, or the largest payment, at the new price. A change of the price
    alone leaves the certificate of a payment as it is. (GUAR-60)
    """
    return _amount(covered, before, after, limit) or _period(covered, before, after)


def _amount(covered: Covered, before: Terms, after: Terms, limit: Limit) -> ChangeNeeded | None:
    if covered.obligation is GuaranteeKind.CONTRACT:
        if covered.amount >= limit.amount:
            return None
        words = (
            f"契約保証の保証金額{format_yen(covered.amount)}が、変更後の額に{format_yen(limit.amount - covered.amount)}"
            f"足りません。変更後は{limit.words}が要るため、増額した変更後の証書が必要です。"
        )
        return ChangeNeeded(words, INCREASE)
    if after.price >= before.price or covered.amount <= limit.amount:
        return None
    words = (
        f"{covered.obligation.label}の保証金額{format_yen(covered.amount)}が、減額後の限度額を超えます（{limit.words}）。"
        "受領済みの額の扱いを契約書で確かめ、保証契約を変更したときは、変更後の証書が必要です。"
    )
    return ChangeNeeded(words, CHANGE)


def _period(covered: Covered, before: Terms, after: Terms) -> ChangeNeeded | None:
    if after.ends_on is None or covered.ends_on is None or after.ends_on == before.ends_on:
        return None
    if covered.follows_period or covered.ends_on >= after.ends_on:
        return None
    words = (
        f"{covered.obligation.label}の保証期間が{format_wareki(covered.ends_on)}に終わり、"
        f"変更後の工期の終わり（{format_wareki(after.ends_on)}）に届きません。"
        "保証期間を延ばした変更後の証書が必要です。"
    )
    return ChangeNeeded(words, PERIOD)
