"""Lines of a check about amounts and days (突合の各行). (GUAR-60, GUAR-61, GUAR-75, AMB-29)"""

from collections.abc import Iterator
from datetime import date, timedelta

from guarantees.check_facts import CheckLine, Facts, Result
from procurement.cities.kinds import GuaranteeKind
from procurement.numbers import format_yen
from procurement.wareki import JST, format_wareki

EAST_NOTE = "002_25b01d4be9b2f613.txt「保証証書」(注)2"
WEST_NOTE = "004_fa20bb5a45307e8d.txt「保証証書」【注】2"
NEAR_DAYS = timedelta(days=31)
MOST_CHANGE = 30
"""Per cent by which a contract price changes by amendments, usually; more is taken for another contract."""
SILENT = "記載なし"
FOLLOWS = (
    "証書の保証期間は工期の終わりより前です。この会社の保証期間は工期の変更に応じて自動的に変わり、"
    "変更の証書は発行されません。工期が変更されたかをご確認ください。"
)


def contract_price(at: Facts) -> CheckLine:
    """The contract price (請負金額). A change of it alone changes no certificate. (GUAR-60, GUAR-61)"""
    found, needed = at.found.contract_price, at.need.contract_price
    seen = {"found": format_yen(found), "needed": format_yen(needed)}
    label, note = "契約金額", "契約金額だけの変更では、保証契約の効力は変わらず、変更の証書は発行されません。"
    if found == needed:
        return at.line("contract_price", label, Result.MATCH, "契約金額が合っています。", **seen)
    if found in at.need.earlier_prices:
        words = f"証書の金額は、変更前の契約金額です。{note}保証金額が足りるかをご確認ください。"
        return at.line("contract_price", label, Result.LOOK, words, source=EAST_NOTE, **seen)
    if abs(found - needed) * 100 <= needed * MOST_CHANGE:
        words = f"契約金額が{format_yen(abs(found - needed))}違います。{note}変更契約の有無をご確認ください。"
        return at.line("contract_price", label, Result.LOOK, words, source=EAST_NOTE, **seen)
    words = f"契約金額が{format_yen(abs(found - needed))}（{MOST_CHANGE}%超）違います。別の契約の証書かもしれません。"
    return at.line("contract_price", label, Result.MISMATCH, words, **seen)


def guaranteed_amount(at: Facts) -> CheckLine:
    """The guaranteed amount (保証金額) against the least and the largest that the rules ask for."""
    found, least, largest = at.found.guaranteed_amount, at.need.least_amount, at.need.largest_amount
    bounds = [f"{format_yen(least)}以上"] if least is not None else []
    bounds += [f"{format_yen(largest)}以下"] if largest is not None else []
    seen = {"found": format_yen(found), "needed": "、".join(bounds)}
    if least is not None and found < least:
        words = f"保証金額が{format_yen(least - found)}足りません。"
        return at.line("guaranteed_amount", "保証金額", Result.MISMATCH, words, **seen)
    if largest is not None and found > largest:
        words = f"保証金額が限度額を{format_yen(found - largest)}超えています。"
        return at.line("guaranteed_amount", "保証金額", Result.MISMATCH, words, **seen)
    if not bounds:
        words = "求める保証金額が決まっていません。金額をご確認ください。"
        return at.line("guaranteed_amount", "保証金額", Result.LOOK, words, **seen)
    return at.line("guaranteed_amount", "保証金額", Result.MATCH, "求められる範囲の保証金額です。", **seen)


def guarantee_period(at: Facts) -> CheckLine:
    """The guarantee covers the construction period (工期を覆う保証期間). (GUAR-60, GUAR-61)"""
    result, words, source = _period_result(at)
    seen = {
        "found": _span(at.found.guarantee_starts_on, at.found.guarantee_ends_on),
        "needed": _span(at.need.starts_on, at.need.ends_on),
        "source": source,
    }
    return at.line("guarantee_period", "保証期間", result, words, **seen)


def _period_result(at: Facts) -> tuple[Result, str, str]:
    found, need = at.found, at.need
    ends = found.guarantee_ends_on
    if ends is None or need.ends_on is None:
        missing = (
            "証書に保証期間の終わりの記載がありません"
            if ends is None
            else "契約の工期の終わりが決まっていません"
        )
        return Result.LOOK, f"{missing}。工期を覆うかどうかをご確認ください。", ""
    if ends < need.ends_on:
        if at.layout == "west" and found.work_ends_on != need.ends_on:
            return Result.LOOK, FOLLOWS, WEST_NOTE
        days = (need.ends_on - ends).days
        return Result.MISMATCH, f"保証期間が、工期の終わりより{days}日早く終わります。", ""
    starts, begin = found.guarantee_starts_on, need.starts_on
    is_late = starts is not None and begin is not None and starts > begin
    if is_late and need.obligation is GuaranteeKind.CONTRACT:
        return Result.MISMATCH, "保証期間が、工期の始まりより後に始まります。", ""
    return Result.MATCH, "保証期間が工期の終わりまでを覆っています。", ""


def work_period(at: Facts) -> CheckLine:
    """The construction period as the certificate knows it (工期)."""
    pairs = (
        (at.found.work_starts_on, at.need.starts_on),
        (at.found.work_ends_on, at.need.ends_on),
    )
    seen = {"found": _span(*(p[0] for p in pairs)), "needed": _span(*(p[1] for p in pairs))}
    both = [(found, needed) for found, needed in pairs if found is not None and needed is not None]
    if not both:
        words = "証書か契約に工期の記載がないため、比べていません。"
        return at.line("work_period", "工期", Result.MATCH, words, **seen)
    if all(found == needed for found, needed in both):
        return at.line("work_period", "工期", Result.MATCH, "工期が合っています。", **seen)
    if at.layout == "west":
        words = "工期が契約と違います。この会社は、工期の変更だけでは変更の証書を発行しません。"
        return at.line("work_period", "工期", Result.LOOK, words, **(seen | {"source": WEST_NOTE}))
    words = "工期が契約と違います。工期の変更があったか、変更の証書が要るかをご確認ください。"
    return at.line("work_period", "工期", Result.LOOK, words, **seen)


def contracted_on(at: Facts) -> CheckLine:
    """The day of the contract (請負契約日)."""
    found, needed = at.found.contracted_on, at.need.contracted_on
    seen = {"found": _day(found), "needed": _day(needed)}
    if found is None or needed is None:
        words = "契約日が決まる前です。" if needed is None else "証書に契約日の記載がありません。"
        return at.line("contracted_on", "契約日", Result.MATCH, f"{words}契約日は比べていません。", **seen)
    if found == needed:
        return at.line("contracted_on", "契約日", Result.MATCH, "契約日が合っています。", **seen)
    if abs(found - needed) <= NEAR_DAYS:
        words = (
            f"契約日が{abs((found - needed).days)}日違います。見込みの日で申し込んだものかをご確認ください。"
        )
        return at.line("contracted_on", "契約日", Result.LOOK, words, **seen)
    words = "契約日が大きく違います。別の契約の証書かもしれません。"
    return at.line("contracted_on", "契約日", Result.MISMATCH, words, **seen)


def consistency(at: Facts) -> CheckLine:
    """The certificate agrees with itself (証書の記載どうし); papers that do not are for an officer's eye. (AMB-29)"""
    found = list(_contradictions(at))
    if found:
        words = f"証書の記載どうしが合いません：{'、'.join(found)}。保証会社の記載をご確認ください。"
        return at.line("consistency", "証書の記載", Result.LOOK, words)
    return at.line("consistency", "証書の記載", Result.MATCH, "証書の記載どうしに矛盾はありません。")


def _contradictions(at: Facts) -> Iterator[str]:
    c = at.found
    if _after(c.guarantee_starts_on, c.guarantee_ends_on):
        yield "保証期間の終わりが始まりより前です"
    if _after(c.work_starts_on, c.work_ends_on):
        yield "工期の終わりが始まりより前です"
    if c.guarantee_ends_on is not None and c.guarantee_ends_on == c.work_starts_on != c.work_ends_on:
        yield "保証期限が工期の始まりの日です"
    if _after(c.contracted_on, c.work_ends_on):
        yield "契約日が工期の終わりより後です"
    if c.guaranteed_amount > c.contract_price:
        yield "保証金額が契約金額を超えています"
    if c.guaranteed_amount <= 0 or c.contract_price <= 0:
        yield "金額が0円です"
    issued = at.certificate.entries[0].arrived_at.astimezone(JST).date()
    if c.guarantee_ends_on is not None and c.guarantee_ends_on < issued:
        yield "発行より前に保証期間が終わっています"


def _after(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and one > other


def _day(day: date | None) -> str:
    return format_wareki(day) if day is not None else ""


def _span(starts: date | None, ends: date | None) -> str:
    return f"{_day(starts) or SILENT}から{_day(ends) or SILENT}まで" if starts or ends else ""
