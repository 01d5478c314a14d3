"""Decide about a guarantee (保証の判断): each doubtful line, acceptance, return, originals, release. (GUAR-75, CITY-30)

Only an officer decides. A mismatch cannot be decided away: the guarantee is sent back, or accepted after a
new look that matches.
"""

from datetime import date

from guarantees.checks import Result
from guarantees.lodged import (
    GuaranteeLook,
    LineDecision,
    LodgedGuarantee,
    finding,
)
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.guarantee_means import (
    method_of,
    original_channels,
    refuse_channel,
    refuse_early_release,
    refuse_unproven,
    refuse_unseen,
)
from portal.workflows.guarantees_of_filing import FilingOfGuarantee, filing_of, mark_returned, named
from portal.workflows.locks import lock_case
from portal.workflows.notify_guarantees import HOW_TO_CORRECT, tell_of_acceptance, tell_of_return
from portal.workflows.review_filing import attachment_key, send_back_filing
from portal.workflows.texts import fitting, required_reason
from procurement.cities.kinds import Channel
from procurement.errors import RuleViolation
from procurement.wareki import format_wareki, jst_date

__all__ = [
    "accept_guarantee",
    "decide_line",
    "method_of",
    "original_channels",
    "record_original",
    "release_guarantee",
    "return_guarantee",
]


def decide_line(
    act: Act, lodged: LodgedGuarantee, line: str, *, is_fine: bool, reason: str, look_id: str = ""
) -> LineDecision:
    """Decide one doubtful line (要確認の判断), with a reason; it holds while a look says the same.

    `line` is its code; with `look_id`, a decision about an older look than the newest is refused.
    """
    _begin(act, lodged)
    look = _required_answer(lodged)
    if look_id and look_id != look.id:
        raise _look_moved_on()
    found = next((each for each in look.lines or [] if each["code"] == line), None)
    if found is None or found["result"] != Result.LOOK.value:
        raise RuleViolation(
            "guarantee_line_not_open",
            "この項目は「要確認」ではないため、判断を記録できません。",
            remedy="「不一致」の項目は、差し戻すか、正しい証書が登録された後に照会し直します。",
        )
    reason = required_reason(reason, LineDecision.reason, "判断の理由")
    decision = LineDecision(
        city=lodged.city,
        line=line,
        found=finding(found),
        is_fine=is_fine,
        reason=reason,
        decided_at=act.now,
        decided_by=act.actor.name,
    )
    lodged.decisions.append(decision)
    act.session.flush()
    act.audit(
        Tag.GUARANTEE_LINE_DECIDED,
        city=lodged.city,
        subject=("guarantee", lodged.id),
        line=line,
        is_fine=is_fine,
        reason=reason,
    )
    return decision


def accept_guarantee(act: Act, lodged: LodgedGuarantee, *, reason: str = "", look_id: str = "") -> None:
    """Accept (受理): from now on it secures its obligation. Refused while anything is open about it."""
    _begin(act, lodged)
    if lodged.accepted_at is not None and lodged.alarmed_at is None:
        raise RuleViolation("guarantee_accepted_already", "この保証は、すでに受理されています。")
    if lodged.is_looked_up:
        look = _required_answer(lodged)
        if look_id and look_id != look.id:
            raise _look_moved_on()
        _refuse_open_lines(lodged, look)
        reason = fitting(reason, LodgedGuarantee.accepted_because, "受理の理由")
    else:
        refuse_unseen(lodged)
        reason = fitting(reason, LodgedGuarantee.accepted_because, "受理の理由")
        refuse_unproven(act, lodged, reason)
    lodged.accepted_because = reason
    lodged.accepted_at, lodged.accepted_by = act.now, act.actor.name
    lodged.alarmed_at = lodged.alarm = None
    act.audit(
        Tag.GUARANTEE_ACCEPTED,
        city=lodged.city,
        subject=("guarantee", lodged.id),
        result=lodged.means.value,
    )
    tell_of_acceptance(act, lodged)


def return_guarantee(act: Act, lodged: LodgedGuarantee, reason: str) -> bool:
    """Send it back to the contractor (差戻し) with a reason; it secures nothing any more.

    The paper that it came with goes back too while the city is still reviewing it: one act, one mail. True where
    it did. (FILE-22)
    """
    _begin(act, lodged)
    reason = required_reason(reason, LodgedGuarantee.returned_because, "差戻しの理由")
    came_with = filing_of(act.session, lodged)
    mark_returned(act, lodged, reason)
    if came_with is not None and came_with.is_open:
        _send_back_with(act, lodged, came_with, reason)
        return True
    tell_of_return(act, lodged, came_with)
    return False


def _send_back_with(act: Act, lodged: LodgedGuarantee, came_with: FilingOfGuarantee, reason: str) -> None:
    """The paper goes back for the same reason; its mail says that the guarantee went back, and how to go on."""
    marked, words = attachment_key(came_with.attachment_code), f"{named(lodged)}を差し戻しました。"
    send_back_filing(
        act,
        came_with.filing,
        version_number=came_with.current.number,
        reason=reason,
        marked_fields=(marked,),
        remarks={marked: words},
        beside=(f"この書類で提出された{words}", HOW_TO_CORRECT[True]),
    )


def record_original(act: Act, lodged: LodgedGuarantee, *, channel: Channel, received_on: date) -> None:
    """Record that the original on paper has reached the city (原本の受領): how, and on which day. (CITY-30)"""
    _begin(act, lodged)
    if not lodged.means.has_original:
        raise RuleViolation("guarantee_without_original", f"{lodged.means.label}には、原本がありません。")
    refuse_channel(act, lodged, channel)
    if received_on > jst_date(act.now):
        raise RuleViolation(
            "original_from_the_future",
            f"受領日（{format_wareki(received_on)}）が今日より後です。",
            remedy="実際に届いた日を入力します。",
        )
    lodged.original_channel, lodged.original_received_on = channel, received_on
    lodged.original_recorded_by = act.actor.name
    act.audit(
        Tag.GUARANTEE_ORIGINAL_RECEIVED,
        city=lodged.city,
        subject=("guarantee", lodged.id),
        channel=channel.value,
        received_on=received_on.isoformat(),
    )


def release_guarantee(act: Act, lodged: LodgedGuarantee, *, reason: str = "") -> None:
    """Release (返還・解除): the obligation has ended, cash or bonds went back."""
    _begin(act, lodged)
    if lodged.accepted_at is None:
        raise RuleViolation(
            "guarantee_not_accepted",
            "受理していない保証は、解除するものがありません。",
            remedy="不要な提出は差し戻します。",
        )
    reason = fitting(reason, LodgedGuarantee.released_because, "解除の理由")
    refuse_early_release(act, lodged, reason)
    lodged.released_because = reason
    lodged.released_at, lodged.released_by, lodged.next_look_at = act.now, act.actor.name, None
    act.audit(Tag.GUARANTEE_RELEASED, city=lodged.city, subject=("guarantee", lodged.id))


def _begin(act: Act, lodged: LodgedGuarantee) -> None:
    """Lock the case; what was sent back, replaced or released meanwhile is not decided about."""
    lock_case(act, lodged.case_id)
    if not lodged.is_live:
        raise RuleViolation(
            "guarantee_ended",
            f"この保証は「{lodged.status.label}」のため、操作できません。",
            remedy="画面を開き直して、いま有効な提出をご確認ください。",
        )


def _required_answer(lodged: LodgedGuarantee) -> GuaranteeLook:
    look = lodged.last_answer
    if look is None:
        raise RuleViolation(
            "guarantee_not_checked",
            "保証の内容をまだ確認できていません（未確認）。",
            remedy="照会の回答を待つか、照会し直します。回答がないまま受理することはできません。",
        )
    return look


def _look_moved_on() -> RuleViolation:
    return RuleViolation(
        "guarantee_looked_again",
        "この画面を開いた後に、新しい照会の結果が記録されました。",
        remedy="画面を開き直して、新しい結果を確かめてから判断します。",
    )


def _refuse_open_lines(lodged: LodgedGuarantee, look: GuaranteeLook) -> None:
    result = lodged.result_of(look)
    if result is Result.MATCH:
        return
    labels = "、".join(
        line["label"] for line in look.lines or [] if lodged.result_of_line(line) is not Result.MATCH
    )
    if result is Result.LOOK:
        raise RuleViolation(
            "guarantee_lines_open",
            f"「要確認」の項目が残っています（{labels}）。",
            remedy="項目ごとに、理由を付けて判断を記録します。",
        )
    raise RuleViolation(
        "guarantee_mismatch",
        f"契約と一致しない項目があるため、受理できません（{labels or look.problem}）。",
        remedy="理由を付けて差し戻すか、保証会社が証書を直した後に照会し直します。",
    )
