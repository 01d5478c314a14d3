"""Permit electronic guarantees of a case (電子保証の利用を認める), or take the permission back. (CITY-31)"""

from guarantees.lodged import LineDecision
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.locks import lock_case
from portal.workflows.texts import required_reason
from procurement.cases import ProcurementCase
from procurement.errors import RuleViolation


def allow_electronic_guarantee(act: Act, case: ProcurementCase, *, is_allowed: bool, reason: str) -> None:
    """Change what was said at the award, with a reason for the record; what is lodged already stays.

    Refused where the city's rule asks no permission case by case, and when nothing would change.
    """
    reason = required_reason(reason, LineDecision.reason, "変更の理由")
    lock_case(act, case.id)
    if not act.rules(case.city).guarantees.asks_permission:
        raise RuleViolation(
            "guarantee.no_permission_asked",
            "市の規則は、電子保証の利用を案件ごとに認めることを求めていません。",
            remedy="記録するものはありません。電子保証は市の規則のとおりに利用できます。",
        )
    if case.allows_electronic_guarantee is is_allowed:
        word = "認めています" if is_allowed else "認めていません"
        raise RuleViolation(
            "guarantee.permission_unchanged",
            f"この案件の電子保証の利用は、すでに{word}。",
            remedy="画面を開き直して、いまの状態を確かめてください。",
        )
    case.allows_electronic_guarantee = is_allowed
    act.audit(
        Tag.GUARANTEE_ALLOWED,
        city=case.city,
        subject=("case", case.id),
        is_allowed=is_allowed,
        reason=reason,
    )
