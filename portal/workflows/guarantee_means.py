"""Means of a guarantee (保証の方法ごとの定め): what must be there before one counts, and before it is released. (CITY-30)"""

from collections.abc import Iterator
from datetime import date

from guarantees.lodged import LodgedGuarantee, LodgedStatus, Means
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import governing_contract, need_of, period_of
from procurement.cities.kinds import Channel
from procurement.cities.parts import GuaranteeMethod
from procurement.errors import RuleViolation
from procurement.numbers import format_yen
from procurement.wareki import format_wareki, jst_date

METHOD_CODES = {
    Means.ELECTRONIC_SURETY: ("surety",),
    Means.PAPER_SURETY: ("surety",),
    Means.BANK: ("bank",),
    Means.INSURANCE: ("insurance", "bond_or_insurance"),
    Means.VIEWING_URL: ("insurance", "bond_or_insurance"),
    Means.PERFORMANCE_BOND: ("performance_bond", "bond_or_insurance"),
    Means.CASH: ("cash",),
    Means.GOVERNMENT_BONDS: ("government_bonds", "other"),
    Means.EXEMPTION: ("exemption",),
}
"""Under which codes a city's file speaks of a means ([[guarantees.methods]])."""
ORIGINAL_CHANNELS = (Channel.COUNTER, Channel.POST)


def method_of(act: Act, lodged: LodgedGuarantee) -> GuaranteeMethod | None:
    """What the city's rules say about this means; None where they are silent. (CITY-30)"""
    codes = METHOD_CODES[lodged.means]
    methods = act.rules(lodged.city).guarantees.methods
    return next((method for code in codes for method in methods if method.code == code), None)


def original_channels(act: Act, lodged: LodgedGuarantee) -> tuple[Channel, ...]:
    """By which ways the original may come (原本の提出方法): the city's, else counter and post. (CITY-30)"""
    method = method_of(act, lodged)
    allowed = [c for c in method.channels if c in ORIGINAL_CHANNELS] if method else []
    return tuple(allowed) or ORIGINAL_CHANNELS


def refuse_unseen(lodged: LodgedGuarantee) -> None:
    if lodged.status is LodgedStatus.AWAITING_ORIGINAL:
        raise RuleViolation(
            "original_not_received",
            f"{lodged.means.label}の原本の受領が記録されていません。",
            remedy="原本が届いた日と方法を記録してから、受理します。",
        )


def refuse_channel(act: Act, lodged: LodgedGuarantee, channel: Channel) -> None:
    allowed = original_channels(act, lodged)
    if channel not in allowed:
        method = method_of(act, lodged)
        raise RuleViolation(
            "original_channel_not_allowed",
            f"{lodged.means.label}の原本は、{'または'.join(c.label for c in allowed)}で受け付けます。",
            method.mark.source if method else "",
            "受け取った方法を選び直します。",
        )


def refuse_unproven(act: Act, lodged: LodgedGuarantee, reason: str) -> None:
    """Refuse to accept what does not show that it is enough; a short amount or time wants a reason."""
    if lodged.means is Means.EXEMPTION:
        _refuse_groundless(lodged, reason)
        return
    if not lodged.amount:
        raise RuleViolation(
            "guarantee_amount_unknown",
            f"{lodged.means.label}の額が登録されていないため、受理できません。",
            remedy="差し戻してから、証書や領収書の額を確かめて登録し直します。",
        )
    doubts = list(_doubts(act, lodged))
    if doubts and not reason:
        raise RuleViolation(
            "guarantee_short",
            "".join(doubts),
            need_of(act, lodged.case, lodged.obligation, lodged).sources.get("guaranteed_amount", ""),
            "差し戻すか、ほかの保証と合わせて足りるなどの理由を入力して受理します。",
        )


def refuse_early_release(act: Act, lodged: LodgedGuarantee, reason: str) -> None:
    """A release before the contract was concluded and its work ended wants a reason."""
    contract, (_, ends) = governing_contract(lodged.case), period_of(lodged.case)
    is_over = contract is not None and contract.is_concluded and ends is not None and ends < jst_date(act.now)
    if not is_over and not reason:
        until = f"（工期は{format_wareki(ends)}まで）" if ends else ""
        raise RuleViolation(
            "guarantee_still_needed",
            f"契約の履行がまだ終わっていません{until}。",
            remedy="早く解除するときは、理由（検査に合格した、契約を解除したなど）を入力します。",
        )


def _refuse_groundless(lodged: LodgedGuarantee, reason: str) -> None:
    if not lodged.ground.strip() and not reason:
        raise RuleViolation(
            "exemption_without_ground",
            "免除の根拠が入力されていません。",
            remedy="免除を定めた規則の条項と、この契約があてはまる理由を入力します。",
        )


def _doubts(act: Act, lodged: LodgedGuarantee) -> Iterator[str]:
    need = need_of(act, lodged.case, lodged.obligation, lodged)
    if need.least_amount is not None and (lodged.amount or 0) < need.least_amount:
        yield f"保証の額（{format_yen(lodged.amount or 0)}）が、必要な額（{format_yen(need.least_amount)}）に足りません。"
    if lodged.starts_on and need.starts_on and lodged.starts_on > need.starts_on:
        yield f"保証期間の始まり（{_day(lodged.starts_on)}）が、工期の始まり（{_day(need.starts_on)}）より後です。"
    if lodged.ends_on and need.ends_on and lodged.ends_on < need.ends_on:
        yield f"保証期間の終わり（{_day(lodged.ends_on)}）が、工期の終わり（{_day(need.ends_on)}）より前です。"


def _day(day: date) -> str:
    return format_wareki(day)
