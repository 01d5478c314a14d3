"""Tell about guarantees (保証のお知らせ): who hears what, once each; a number may stand in a mail, a key never."""

from datetime import date
from typing import Any

from sqlalchemy import select

from guarantees.checks import Result
from guarantees.lodged import GuaranteeLook, GuaranteeNotice, LodgedGuarantee
from portal.workflows.act import Act
from portal.workflows.guarantees_of_filing import FilingOfGuarantee
from portal.workflows.recipients import notify_contractor, notify_officers
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.filings import FilingStatus
from procurement.guarantee_limits import Limit

HOW_TO_CORRECT = {
    True: "保証会社に証書の訂正を依頼し、登録された後に「認証キーのお知らせ」を提出し直します。",
    False: "正しい内容の証書などを、提出し直します。",
}
AGAIN_BY_FILING = "受理された「{title}」を開き、直したお知らせを付けて、もう一度提出します。"


def tell_of_look(act: Act, lodged: LodgedGuarantee, look: GuaranteeLook, result: Result) -> None:
    """The officers in charge hear what a look of the job came to; whoever looked in person knows it."""
    notify_officers(
        act,
        lodged.case,
        "guarantee_looked",
        key=f"guarantee-looked:{look.id}",
        lodged=lodged,
        look=look,
        result=result,
        lines=lines_to_see(look),
    )


def tell_of_alarm(act: Act, lodged: LodgedGuarantee, look: GuaranteeLook) -> None:
    """The officers in charge hear that what was accepted no longer is what it was."""
    notify_officers(
        act,
        lodged.case,
        "guarantee_alarmed",
        key=f"guarantee-alarmed:{look.id}",
        lodged=lodged,
        look=look,
    )


def tell_of_acceptance(act: Act, lodged: LodgedGuarantee) -> None:
    """The contractor hears that the guarantee was accepted."""
    notify_contractor(
        act,
        lodged.case,
        "guarantee_accepted",
        key=f"guarantee-accepted:{lodged.id}:{act.now.isoformat()}",
        lodged=lodged,
    )


def tell_of_return(act: Act, lodged: LodgedGuarantee, came_with: FilingOfGuarantee | None = None) -> None:
    """The contractor hears why the guarantee was sent back, and how to go on; an accepted paper is filed once more."""
    how = HOW_TO_CORRECT[lodged.is_looked_up]
    if came_with is not None and came_with.filing.status is FilingStatus.ACCEPTED:
        how += AGAIN_BY_FILING.format(title=came_with.filing.title)
    notify_contractor(
        act,
        lodged.case,
        "guarantee_returned",
        key=f"guarantee-returned:{lodged.id}",
        lodged=lodged,
        how_to_correct=how,
    )


def tell_of_missing(
    act: Act,
    case: ProcurementCase,
    obligation: GuaranteeKind,
    limit: Limit,
    due: date,
    days_left: int,
    key: str,
) -> None:
    """Contractor and officers hear, before the day by which it must be there, that a guarantee is missing."""
    values: dict[str, Any] = {"obligation": obligation, "limit": limit, "due": due, "days_left": days_left}
    notify_contractor(act, case, "guarantee_missing", key=key, side="contractor", **values)
    notify_officers(act, case, "guarantee_missing", key=key, side="office", **values)


def tell_of_expiry(act: Act, lodged: LodgedGuarantee, text: str, key: str) -> None:
    """The officers in charge hear that the covered time ends too early, or soon."""
    notify_officers(act, lodged.case, "guarantee_expiring", key=key, lodged=lodged, text=text)


def tell_of_look_again(act: Act, lodged: LodgedGuarantee, text: str, key: str) -> None:
    """The officers in charge hear that nobody has looked at a certificate for long."""
    notify_officers(act, lodged.case, "guarantee_look_again", key=key, lodged=lodged, text=text)


def once(act: Act, case: ProcurementCase, key: str) -> bool:
    """Claim a notice of the jobs: True for the one transaction that may write it. The case is locked already."""
    query = select(GuaranteeNotice.id).where(GuaranteeNotice.city == case.city, GuaranteeNotice.key == key)
    if act.session.scalar(query) is not None:
        return False
    act.session.add(GuaranteeNotice(city=case.city, key=key, case_id=case.id, made_at=act.now))
    act.session.flush()
    return True


def lines_to_see(look: GuaranteeLook) -> list[dict[str, str]]:
    """The lines of a look that are not a match, with the words of their result."""
    return [
        {"label": line["label"], "result": Result(line["result"]).label, "words": line["words"]}
        for line in look.lines or []
        if line["result"] != Result.MATCH.value
    ]
