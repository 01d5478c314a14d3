"""Times of guarantees (保証の期間と再確認): covered time that ends, and certificates that nobody has looked at for long."""

from dataclasses import dataclass
from datetime import date, timedelta

from guarantees.lodged import LodgedGuarantee
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import governing_contract, period_of, time_of
from procurement.cases import ProcurementCase
from procurement.wareki import format_wareki, jst_date


def is_over(act: Act, case: ProcurementCase) -> bool:
    """Whether the contract was concluded and its work has ended: nothing is asked for any more."""
    contract, (_, ends) = governing_contract(case), period_of(case)
    is_concluded = contract is not None and contract.is_concluded
    return is_concluded and ends is not None and ends < jst_date(act.now)


@dataclass(frozen=True)
class Ending:
    """An end of covered time that wants a look (期間の問題): too early for the work, or near."""

    code: str
    ends_on: date
    text: str


def ending(act: Act, case: ProcurementCase, lodged: LodgedGuarantee) -> Ending | None:
    """Why the covered time of a guarantee in force wants a look; None when it does not."""
    (_, ends), (_, work_ends) = time_of(lodged), period_of(case)
    if ends is None:
        return None
    day = format_wareki(ends)
    if work_ends is not None and ends < work_ends:
        text = f"保証期間が{day}に終わり、工期の終わり（{format_wareki(work_ends)}）より前です。"
        return Ending("short", ends, text)
    if ends < jst_date(act.now):
        return Ending("ended", ends, f"保証期間が{day}に終わりました。")
    if (ends - jst_date(act.now)).days <= act.rules(case.city).guarantee_reminders.expires_within:
        return Ending("ending", ends, f"保証期間が{day}に終わります。")
    return None


@dataclass(frozen=True)
class LookAgain:
    """A certificate that nobody has looked at for long (再確認の時期): since when, and the day that was due."""

    since: date
    due: date
    text: str


def look_again(act: Act, case: ProcurementCase, lodged: LodgedGuarantee) -> LookAgain | None:
    """Whether a guarantee in force is to be looked at again; None while an answer is recent, or the work is over.

    Where a registry answers every day this never comes; it is for portals without one, for addresses that only
    people open, and for a registry that has been silent for long.
    """
    seen_at = lodged.last_answer_at or lodged.accepted_at
    if not lodged.is_looked_up or not lodged.is_in_force or seen_at is None or is_over(act, case):
        return None
    since, today = jst_date(seen_at), jst_date(act.now)
    due = since + timedelta(days=act.rules(case.city).guarantee_reminders.look_again_after)
    if today < due:
        return None
    page = "閲覧用URLの画面" if lodged.viewing_url else "保証確認サービスの画面"
    silent = "自動の照会には回答がありません。" if lodged.unanswered else ""
    last = f"最後に確かめたのは{format_wareki(since)}（{(today - since).days}日前）です。"
    return LookAgain(since, due, f"{last}{silent}{page}で、変更や解約がないかを確かめ直します。")
