"""Means of a guarantee (保証の方法ごとの定め): what must be there before one counts, and before it is released. (CITY-30)"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from guarantees.checks import Need, Result
from guarantees.lodged import LodgedGuarantee, LodgedStatus, Means
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import amount_needed, governing_contract, need_of, period_of
from procurement.cities.kinds import Channel
from procurement.cities.parts import GuaranteeMethod
from procurement.errors import RuleViolation
from procurement.guarantee_limits import Limit
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
WITHOUT_PERIOD = frozenset((Means.CASH, Means.GOVERNMENT_BONDS))
"""What lies with the city has no covered time of its own."""
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


@dataclass(frozen=True)
class ToldLine:
    """One line of what was told beside what is needed (提出された内容と契約の比較); `result` None: nothing to compare."""

    label: str
    result: Result | None
    told: str
    needed: str
    words: str = ""
    source: str = ""


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
    doubts = [line for line in told_lines(act, lodged) if line.result is Result.LOOK]
    if doubts and not reason:
        raise RuleViolation(
            "guarantee_short",
            "".join(line.words for line in doubts),
            next((line.source for line in doubts if line.source), ""),
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


def told_lines(act: Act, lodged: LodgedGuarantee) -> tuple[ToldLine, ...]:
    """What was told of a means that no registry knows, beside what the contract needs of it. (CITY-30)

    The officer reads it before deciding, and acceptance goes by the same lines. None for an exemption.
    """
    if lodged.is_looked_up or lodged.means is Means.EXEMPTION:
        return ()
    need = need_of(act, lodged.case, lodged.obligation, lodged)
    has_period = lodged.means not in WITHOUT_PERIOD or lodged.starts_on or lodged.ends_on
    return (_amount_line(act, lodged, need), *(_period_lines(lodged, need) if has_period else ()))


def _amount_line(act: Act, lodged: LodgedGuarantee, need: Need) -> ToldLine:
    limit = amount_needed(act, lodged.case, lodged.obligation)
    told, least = lodged.amount or 0, need.least_amount
    told_words = format_yen(told) if told else ""
    if least is None:
        return ToldLine("保証の額", None, told_words, limit.words, source=limit.source)
    needed, source = _needed_words(need, limit, least), limit.source
    if told >= least:
        return ToldLine("保証の額", Result.MATCH, told_words, needed, source=source)
    short = f"保証の額（{format_yen(told)}）が、必要な額（{format_yen(least)}）に{format_yen(least - told)}足りません。"
    return ToldLine("保証の額", Result.LOOK, told_words, needed, short, source)


def _needed_words(need: Need, limit: Limit, least: int) -> str:
    """What is asked for and by what rule; less what others cover already, or what was asked for in advance."""
    if need.largest_amount is not None:
        return f"申請された額の{format_yen(least)}以上（{limit.words}）"
    if least == limit.amount:
        return limit.words
    return f"{limit.words}のうち、ほかに受理した保証{format_yen(limit.amount - least)}を除く{format_yen(least)}以上"


def _period_lines(lodged: LodgedGuarantee, need: Need) -> Iterator[ToldLine]:
    starts, needs_from, ends, needs_until = lodged.starts_on, need.starts_on, lodged.ends_on, need.ends_on
    late = bool(starts and needs_from and starts > needs_from)
    early = bool(ends and needs_until and ends < needs_until)
    words = f"保証期間の始まり（{_day(starts)}）が、工期の始まり（{_day(needs_from)}）より後です。"
    yield _period_line("保証期間の始まり", (starts, needs_from), "まで", words if late else "")
    words = f"保証期間の終わり（{_day(ends)}）が、工期の終わり（{_day(needs_until)}）より前です。"
    yield _period_line("保証期間の終わり", (ends, needs_until), "以降", words if early else "")


def _period_line(label: str, days: tuple[date | None, date | None], until: str, doubt: str) -> ToldLine:
    told, needed = days
    result = None if told is None or needed is None else (Result.LOOK if doubt else Result.MATCH)
    return ToldLine(label, result, _day(told), f"{_day(needed)}{until}" if needed else "", doubt)


def _day(day: date | None) -> str:
    return format_wareki(day) if day else ""
