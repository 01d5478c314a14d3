"""Record a look (照会の記録): what the registry answered, compared with what the contract needs. (GUAR-75)

The answer may arrive after the guarantee was sent back, replaced or released: then it is recorded as what it
is and changes nothing. An answer that is none leaves everything as it was, and is asked for again.
"""

from datetime import date, datetime, time
from typing import Any

from guarantees.certificates import Certificate, CertificateContents, CertificateEntry, Target
from guarantees.checks import CheckLine, Result, compare, overall
from guarantees.issuers import issuers, issuers_of_number
from guarantees.lodged import (
    FOUND,
    LOCKED,
    NOT_FOUND,
    UNAVAILABLE,
    GuaranteeLook,
    LodgedGuarantee,
    Means,
)
from guarantees.lookup import Answer, Found, Locked, NotFound
from guarantees.notices import Notice
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import need_of, pending_amendment
from portal.workflows.locks import lock_case
from portal.workflows.look_up_guarantee import next_daily_look, wait_after
from portal.workflows.notify_guarantees import tell_of_alarm, tell_of_look
from procurement.errors import RuleViolation
from procurement.wareki import JST

BY_HAND = "画面で確認（手入力）"
"""Name of the registry where an officer typed what its screen showed. (japan.md 2.4)"""
PROBLEM_LENGTH = 500


def record_answer(act: Act, lodged_id: str, answer: Answer, registry_name: str) -> GuaranteeLook | None:
    """Keep what the registry answered; None where a job's look said nothing new."""
    lodged = act.session.get_one(LodgedGuarantee, lodged_id)
    lock_case(act, lodged.case_id)
    if isinstance(answer, Found | NotFound):
        return _answered(act, lodged, answer, registry_name)
    return _unanswered(act, lodged, answer, registry_name)


def record_manual_look(
    act: Act,
    lodged: LodgedGuarantee,
    shown: CertificateContents | None,
    *,
    cancelled_on: date | None = None,
) -> GuaranteeLook:
    """Keep what an officer read on the registry's own page; None when the page knew no such certificate.

    `cancelled_on` is the day of the cancellation (解約) that the page showed, where it showed one.
    """
    lock_case(act, lodged.case_id)
    if not lodged.is_live:
        raise RuleViolation(
            "guarantee_ended",
            f"この保証は「{lodged.status.label}」のため、確認を記録できません。",
            remedy="いま有効な提出を選びます。",
        )
    if not lodged.is_looked_up:
        raise RuleViolation(
            "guarantee_not_electronic",
            f"{lodged.means.label}は、画面で確認するものではありません。",
            remedy="原本の到着を記録してから、受理します。",
        )
    answer: Found | NotFound = NotFound()
    if shown is not None:
        entries = _entries(shown, act.now, cancelled_on)
        answer = Found(Certificate(lodged.guarantee_contract_number or "", _issuer_code(lodged), entries))
    look = _answered(act, lodged, answer, BY_HAND)
    assert look is not None
    return look


def _entries(
    shown: CertificateContents, now: datetime, cancelled_on: date | None
) -> tuple[CertificateEntry, ...]:
    """A screen shows what holds now, and whether it was cancelled; the history before that nobody typed."""
    if cancelled_on is None:
        return (CertificateEntry(1, now, Target.NEW, shown),)
    ended_at = datetime.combine(cancelled_on, time.min, JST)
    return (
        CertificateEntry(1, min(now, ended_at), Target.NEW, shown),
        CertificateEntry(2, ended_at, Target.CANCELLATION, shown),
    )


def _issuer_code(lodged: LodgedGuarantee) -> str:
    """The company by its name, else by the shape of the number; its name where our data knows neither."""
    by_name = [issuer.code for issuer in issuers() if issuer.name == lodged.issuer_name]
    by_number = [issuer.code for issuer in issuers_of_number(lodged.guarantee_contract_number or "")]
    return next(iter((*by_name, *by_number)), lodged.issuer_name)


def _answered(
    act: Act, lodged: LodgedGuarantee, answer: Found | NotFound, registry_name: str
) -> GuaranteeLook | None:
    certificate = answer.certificate if isinstance(answer, Found) else None
    before = lodged.last_answer
    look = _look(act, lodged, registry_name, FOUND if certificate else NOT_FOUND)
    look.problem = answer.text if isinstance(answer, NotFound) else ""
    if certificate is not None:
        look.certificate, look.certificate_sha256 = certificate.to_json(), certificate.latest.sha256
        look.lines = [line.to_json() for line in _compared(act, lodged, certificate)]
    _keep_going(lodged, look, act.now)
    if not lodged.is_live:
        look.problem = f"{look.problem}{lodged.status.label}の後に届いた回答です。"
    elif act.actor.side == "job" and before is not None and _says_the_same(before, look):
        return None
    _keep(act, lodged, look)
    if lodged.is_live:
        _follow(act, lodged, look, before)
    return look


def _keep(act: Act, lodged: LodgedGuarantee, look: GuaranteeLook) -> None:
    lodged.looks.append(look)
    act.session.flush()
    act.audit(
        Tag.GUARANTEE_LOOKED,
        city=lodged.city,
        subject=("guarantee", lodged.id),
        registry=look.registry_name,
        outcome=look.outcome,
        result=lodged.result_of(look).value if look.is_answer else "",
    )


def _follow(act: Act, lodged: LodgedGuarantee, look: GuaranteeLook, before: GuaranteeLook | None) -> None:
    """What an answer leads to: nothing is accepted by it, and what was accepted may stop to count."""
    result = lodged.result_of(look)
    if lodged.accepted_at is None:
        if act.actor.side == "job":
            tell_of_look(act, lodged, look, result)
        return
    is_changed = before is None or _what_was_found(before) != _what_was_found(look)
    if result is Result.MATCH or (result is Result.LOOK and not is_changed and lodged.alarmed_at is None):
        return  # an alarm stays until an officer has decided; what only the contract changed is no alarm
    alarm = _alarm_of(lodged, look)
    if lodged.alarmed_at is not None and lodged.alarm == alarm:
        return
    lodged.alarmed_at, lodged.alarm = lodged.alarmed_at or act.now, alarm
    act.audit(Tag.GUARANTEE_ALARMED, city=lodged.city, subject=("guarantee", lodged.id), alarm=alarm)
    tell_of_alarm(act, lodged, look)


def _alarm_of(lodged: LodgedGuarantee, look: GuaranteeLook) -> str:
    if look.outcome == NOT_FOUND:
        return f"{look.registry_name}で、この保証が見つからなくなりました。"
    open_lines = [line for line in look.lines or [] if lodged.result_of_line(line) is not Result.MATCH]
    return "\n".join(f"{line['label']}：{line['words']}" for line in open_lines)


def _unanswered(
    act: Act, lodged: LodgedGuarantee, answer: Answer, registry_name: str
) -> GuaranteeLook | None:
    is_first = lodged.unanswered == 0
    lodged.unanswered += 1
    wait_until = act.now + wait_after(lodged.unanswered)
    if isinstance(answer, Locked):
        problem = "照会が一時的に止められています。"
        wait_until = max(wait_until, answer.until)
    else:
        problem = getattr(answer, "problem", "") or "保証確認サービスから回答がありません。"
    lodged.next_look_at = wait_until if lodged.is_live else None
    if act.actor.side == "job" and not is_first:
        return None
    look = _look(act, lodged, registry_name, LOCKED if isinstance(answer, Locked) else UNAVAILABLE)
    look.problem = problem[:PROBLEM_LENGTH]
    _keep(act, lodged, look)
    return look


def _look(act: Act, lodged: LodgedGuarantee, registry_name: str, outcome: str) -> GuaranteeLook:
    return GuaranteeLook(
        city=lodged.city,
        looked_at=act.now,
        looked_by=act.actor.name,
        registry_name=registry_name[:100],
        outcome=outcome,
        problem="",
    )


def _keep_going(lodged: LodgedGuarantee, look: GuaranteeLook, now: datetime) -> None:
    """After an answer: every day again while it counts, unless there is no such certificate at all.

    What an officer read on a screen moves nothing: the job's own look stays due when it was.
    """
    lodged.last_answer_at = now
    if look.registry_name == BY_HAND and lodged.is_live:
        return
    lodged.unanswered = 0
    goes_on = lodged.is_live and lodged.means is Means.ELECTRONIC_SURETY
    is_known = look.outcome == FOUND or lodged.accepted_at is not None
    lodged.next_look_at = next_daily_look(lodged.id, now) if goes_on and is_known else None


def _compared(act: Act, lodged: LodgedGuarantee, certificate: Certificate) -> tuple[CheckLine, ...]:
    """The comparison with the contract as it stands; with an amendment on its way where that fits better."""
    told = Notice.from_says(lodged.notice_says) if lodged.notice_says else None
    case, obligation = lodged.case, lodged.obligation
    lines = compare(told, certificate, need_of(act, case, obligation, lodged))
    amendment = pending_amendment(case)
    if amendment is None or overall(lines) is Result.MATCH:
        return lines
    changed = compare(told, certificate, need_of(act, case, obligation, lodged, amendment))
    return changed if _badness(changed) < _badness(lines) else lines


def _badness(lines: tuple[CheckLine, ...]) -> tuple[int, int]:
    results = [line.result for line in lines]
    return results.count(Result.MISMATCH), results.count(Result.LOOK)


def _says_the_same(before: GuaranteeLook, now: GuaranteeLook) -> bool:
    parts: tuple[Any, ...] = (before.outcome, before.certificate, before.lines)
    return parts == (now.outcome, now.certificate, now.lines)


def _what_was_found(look: GuaranteeLook) -> tuple[Any, ...]:
    """What the certificate says, whoever read it: an officer's reading has no history of its own."""
    is_cancelled = bool(look.certificate and look.certificate["is_cancelled"])
    return look.outcome, look.certificate_sha256, is_cancelled
