"""Lines of a check about amounts and days (突合の各行). (GUAR-60, GUAR-61, GUAR-75, AMB-29)"""

from collections.abc import Iterator
from datetime import date, timedelta

from guarantees.check_facts import CheckLine, Facts
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
    line = at.about("contract_price", "契約金額", found=format_yen(found), needed=format_yen(needed))
    difference = abs(found - needed)
    note = "契約金額だけの変更では、保証契約の効力は変わらず、変更の証書は発行されません。"
    if found == needed:
        return line.match("契約金額が合っています。")
    if found in at.need.earlier_prices:
        return line.look(
            f"証書の金額は、変更前の契約金額です。{note}保証金額が足りるかをご確認ください。", EAST_NOTE
        )
    if difference * 100 <= needed * MOST_CHANGE:
        return line.look(
            f"契約金額が{format_yen(difference)}違います。{note}変更契約の有無をご確認ください。", EAST_NOTE
        )
    return line.mismatch(
        f"契約金額が{format_yen(difference)}（{MOST_CHANGE}%超）違います。別の契約の証書かもしれません。"
    )


def guaranteed_amount(at: Facts) -> CheckLine:
    """The guaranteed amount (保証金額) against the least and the largest that the rules ask for."""
    found, least, largest = at.found.guaranteed_amount, at.need.least_amount, at.need.largest_amount
    bounds = [f"{format_yen(least)}以上"] if least is not None else []
    bounds += [f"{format_yen(largest)}以下"] if largest is not None else []
    line = at.about("guaranteed_amount", "保証金額", found=format_yen(found), needed="、".join(bounds))
    if least is not None and found < least:
        return line.mismatch(f"保証金額が{format_yen(least - found)}足りません。")
    if largest is not None and found > largest:
        return line.mismatch(f"保証金額が限度額を{format_yen(found - largest)}超えています。")
    if not bounds:
        return line.look("求める保証金額が決まっていません。金額をご確認ください。")
    return line.match("求められる範囲の保証金額です。")


def guarantee_period(at: Facts) -> CheckLine:
    """The guarantee covers the construction period (工期を覆う保証期間). (GUAR-60, GUAR-61)"""
    found, need = at.found, at.need
    starts, ends = found.guarantee_starts_on, found.guarantee_ends_on
    seen = {"found": _span(starts, ends), "needed": _span(need.starts_on, need.ends_on)}
    line = at.about("guarantee_period", "保証期間", **seen)
    if ends is None or need.ends_on is None:
        missing = (
            "証書に保証期間の終わりの記載がありません"
            if ends is None
            else "契約の工期の終わりが決まっていません"
        )
        return line.look(f"{missing}。工期を覆うかどうかをご確認ください。")
    if ends < need.ends_on:
        if at.is_west and found.work_ends_on != need.ends_on:
            return line.look(FOLLOWS, WEST_NOTE)
        return line.mismatch(f"保証期間が、工期の終わりより{(need.ends_on - ends).days}日早く終わります。")
    if _after(starts, need.starts_on) and need.obligation is GuaranteeKind.CONTRACT:
        return line.mismatch("保証期間が、工期の始まりより後に始まります。")
    return line.match("保証期間が工期の終わりまでを覆っています。")


def work_period(at: Facts) -> CheckLine:
    """The construction period as the certificate knows it (工期)."""
    pairs = (
        (at.found.work_starts_on, at.need.starts_on),
        (at.found.work_ends_on, at.need.ends_on),
    )
    seen = {"found": _span(*(p[0] for p in pairs)), "needed": _span(*(p[1] for p in pairs))}
    line = at.about("work_period", "工期", **seen)
    both = [(found, needed) for found, needed in pairs if found is not None and needed is not None]
    if not both:
        return line.match("証書か契約に工期の記載がないため、比べていません。")
    if all(found == needed for found, needed in both):
        return line.match("工期が合っています。")
    if at.is_west:
        return line.look(
            "工期が契約と違います。この会社は、工期の変更だけでは変更の証書を発行しません。", WEST_NOTE
        )
    return line.look("工期が契約と違います。工期の変更があったか、変更の証書が要るかをご確認ください。")


def contracted_on(at: Facts) -> CheckLine:
    """The day of the contract (請負契約日)."""
    found, needed = at.found.contracted_on, at.need.contracted_on
    line = at.about("contracted_on", "契約日", found=_day(found), needed=_day(needed))
    if found is None or needed is None:
        words = "契約日が決まる前です。" if needed is None else "証書に契約日の記載がありません。"
        return line.match(f"{words}契約日は比べていません。")
    if found == needed:
        return line.match("契約日が合っています。")
    if abs(found - needed) <= NEAR_DAYS:
        words = (
            f"契約日が{abs((found - needed).days)}日違います。見込みの日で申し込んだものかをご確認ください。"
        )
        return line.look(words)
    return line.mismatch("契約日が大きく違います。別の契約の証書かもしれません。")


def consistency(at: Facts) -> CheckLine:
    """The certificate agrees with itself (証書の記載どうし); papers that do not are for an officer's eye. (AMB-29)"""
    line, found = at.about("consistency", "証書の記載"), list(_contradictions(at))
    if found:
        return line.look(
            f"証書の記載どうしが合いません：{'、'.join(found)}。保証会社の記載をご確認ください。"
        )
    return line.match("証書の記載どうしに矛盾はありません。")


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
