"""Standings (保証の状況): what must be secured, by what it is, and what is missing, by case and for a whole city."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from guarantees.changed_certificates import ChangeNeeded
from guarantees.lodged import LodgedGuarantee, LodgedStatus
from portal.workflows.act import Act
from portal.workflows.changed_certificates import changed_certificate_needed
from portal.workflows.guarantee_needs import (
    LIVE,
    amount_needed,
    amount_of,
    covers_whole,
    governing_contract,
    known_of_city,
    lodged_of,
    need_of,
    payment_of,
    pending_amendment,
)
from portal.workflows.guarantee_times import ending, is_over, look_again
from procurement.advance_payments import AdvancePayment
from procurement.awards import Award
from procurement.cases import ProcurementCase
from procurement.cities.kinds import DeadlineKind, GuaranteeKind
from procurement.contracts import Contract
from procurement.guarantee_limits import Limit
from procurement.numbers import format_yen
from procurement.wareki import jst_date
from procurement.words import Worded

__all__ = ["CityRow", "Concern", "ObligationStanding", "Problem", "city_wide", "need_of", "standings"]


class Concern(Worded):
    """What a guarantee asks of the office (保証の要対応)."""

    ALARMED = "alarmed", "受理後に変化"
    MISMATCH = "mismatch", "不一致"
    TO_DECIDE = "to_decide", "要確認"
    MATCHED = "matched", "受理待ち"
    NOT_CHECKED = "not_checked", "未確認"
    ORIGINAL_AWAITED = "original_awaited", "原本の到着待ち"
    MISSING = "missing", "未提出・不足"
    CHANGE_NEEDED = "change_needed", "変更後の証書が必要"
    LOOK_AGAIN = "look_again", "再確認の時期"
    EXPIRING = "expiring", "期間切れ間近・期間不足"


CONCERN_OF = {
    LodgedStatus.ALARMED: Concern.ALARMED,
    LodgedStatus.MISMATCH: Concern.MISMATCH,
    LodgedStatus.TO_DECIDE: Concern.TO_DECIDE,
    LodgedStatus.MATCHED: Concern.MATCHED,
    LodgedStatus.NOT_CHECKED: Concern.NOT_CHECKED,
    LodgedStatus.AWAITING_ORIGINAL: Concern.ORIGINAL_AWAITED,
}


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it should be (問題点), in words; `lodged` where one guarantee is meant.

    `due` is a day of its own, where it has one.
    """

    concern: Concern
    text: str
    lodged: LodgedGuarantee | None = None
    due: date | None = None


@dataclass(frozen=True)
class ObligationStanding:
    """How one obligation of a contract stands (保証すべき事項の状況). Amounts in yen, tax included.

    `amount` is the least of a contract guarantee and, of advance payments, what was asked for;
    `secured_amount` what guarantees in force cover, `missing_amount` what is left. `lodged` is everything
    that was lodged, oldest first. `due` is the day by which it must be in force, where there is one.
    """

    obligation: GuaranteeKind
    is_required: bool
    why: str
    source: str
    due: date | None
    amount: int
    limit: Limit
    lodged: tuple[LodgedGuarantee, ...]
    secured_amount: int
    missing_amount: int
    is_in_force: bool
    problems: tuple[Problem, ...]

    @property
    def live(self) -> tuple[LodgedGuarantee, ...]:
        """What still counts: neither sent back, nor replaced, nor released."""
        return tuple(lodged for lodged in self.lodged if lodged.is_live)

    @property
    def awaits_change(self) -> bool:
        """Whether an amendment asks for a changed certificate, or for more than is secured. (GUAR-60)"""
        return any(problem.concern is Concern.CHANGE_NEEDED for problem in self.problems)

    @property
    def in_force(self) -> tuple[LodgedGuarantee, ...]:
        """What secures the obligation now."""
        return tuple(lodged for lodged in self.lodged if lodged.is_in_force)


@dataclass(frozen=True)
class CityRow:
    """A row of the office's list (要対応の保証): one concern about one obligation of one case."""

    concern: Concern
    case: ProcurementCase
    obligation: GuaranteeKind
    lodged: LodgedGuarantee | None
    text: str
    due: date | None


def standings(act: Act, case: ProcurementCase) -> tuple[ObligationStanding, ...]:
    """Every obligation that is required or for which something was lodged, in the order of the kinds."""
    found = (standing(act, case, obligation) for obligation in GuaranteeKind)
    return tuple(each for each in found if each.is_required or each.lodged)


def standing(act: Act, case: ProcurementCase, obligation: GuaranteeKind) -> ObligationStanding:
    """How one obligation stands, also where nothing asks for it."""
    lodged = lodged_of(act, case, obligation)
    limit = amount_needed(act, case, obligation)
    is_required, why, source, amount = _requirement(act, case, obligation, limit)
    in_force = [each for each in lodged if each.is_in_force]
    secured = sum(amount_of(each) or 0 for each in in_force)
    whole = any(covers_whole(each) for each in in_force)
    missing = 0 if whole or not is_required else max(amount - secured, 0)
    return ObligationStanding(
        obligation=obligation,
        is_required=is_required,
        why=why,
        source=source,
        due=_due(case) if obligation is GuaranteeKind.CONTRACT and is_required else None,
        amount=amount,
        limit=limit,
        lodged=lodged,
        secured_amount=secured,
        missing_amount=missing,
        is_in_force=bool(in_force) and missing == 0,
        problems=tuple(_problems(act, case, obligation, lodged, is_required, missing)),
    )


def city_wide(act: Act, city: str) -> tuple[CityRow, ...]:
    """Every concern about the guarantees of a city, the most urgent first.

    A concern follows from amounts and days and is no column, so the rows are made here; the database leaves
    out the cases of which nothing can be asked any more.
    """
    with known_of_city(act, city):
        cases = act.session.scalars(
            select(ProcurementCase)
            .where(ProcurementCase.city == city, _may_want(jst_date(act.now)))
            .options(
                joinedload(ProcurementCase.award).joinedload(Award.company),
                selectinload(ProcurementCase.contracts),
                selectinload(ProcurementCase.deadlines),
            )
        ).all()
        rows = [row for case in cases for row in _rows_of(act, case)]
    order = list(Concern)
    return tuple(sorted(rows, key=lambda row: (order.index(row.concern), row.due or date.max)))


def _may_want(today: date) -> ColumnElement[bool]:
    """A guarantee counts, or one is asked for and the work is not over; `_problems` then decides."""
    is_lodged = exists().where(LodgedGuarantee.case_id == ProcurementCase.id, *LIVE)
    is_asked = exists().where(
        AdvancePayment.case_id == ProcurementCase.id, AdvancePayment.returned_at.is_(None)
    )
    concluded = Contract.case_id == ProcurementCase.id, Contract.concluded_at.is_not(None)
    ends_on = func.coalesce(Contract.ends_on, ProcurementCase.ends_on)
    goes_on = exists().where(*concluded, or_(ends_on.is_(None), ends_on >= today))
    return or_(
        is_lodged,
        and_(
            or_(ProcurementCase.requires_contract_guarantee, is_asked),
            or_(~exists().where(*concluded), goes_on),
        ),
    )


def _rows_of(act: Act, case: ProcurementCase) -> Iterator[CityRow]:
    if case.award is None:
        return
    for each in standings(act, case):
        for problem in each.problems:
            due = problem.due or each.due
            yield CityRow(problem.concern, case, each.obligation, problem.lodged, problem.text, due)


def _requirement(
    act: Act, case: ProcurementCase, obligation: GuaranteeKind, limit: Limit
) -> tuple[bool, str, str, int]:
    """Whether, why and by what source the obligation must be secured, and for how much."""
    if obligation is GuaranteeKind.CONTRACT:
        is_required, why = _contract_guarantee(act, case)
        return is_required, f"{why}{limit.words}", limit.source, limit.amount
    payment = payment_of(act, case, obligation)
    if payment is None:
        return False, "請求の申請がありません。", limit.source, 0
    return True, f"申請された額の保証が要ります。{limit.words}", limit.source, payment.amount


def _contract_guarantee(act: Act, case: ProcurementCase) -> tuple[bool, str]:
    if not case.requires_contract_guarantee:
        return False, "契約保証は求められていません。"
    lodged = lodged_of(act, case, GuaranteeKind.CONTRACT)
    if any(each.released_at for each in lodged) and not any(each.is_live for each in lodged):
        return False, "契約保証は、返還・解除しました。"
    return True, "契約保証を要する契約です。"


def _problems(
    act: Act,
    case: ProcurementCase,
    obligation: GuaranteeKind,
    lodged: tuple[LodgedGuarantee, ...],
    is_required: bool,
    missing: int,
) -> Iterator[Problem]:
    live = [each for each in lodged if each.is_live]
    for each in live:
        concern = CONCERN_OF.get(each.status)
        if concern is not None:
            yield Problem(concern, each.alarm or each.status.label, each)
        elif needed := _changed_by_amendment(act, case, each):
            yield Problem(Concern.CHANGE_NEEDED, needed.words, each)
        elif found := ending(act, case, each):
            yield Problem(Concern.EXPIRING, found.text, each)
        if again := look_again(act, case, each):
            yield Problem(Concern.LOOK_AGAIN, again.text, each, again.due)
    if (
        is_required
        and missing
        and not is_over(act, case)
        and not any(each.status in CONCERN_OF for each in live)
    ):
        yield Problem(
            Concern.MISSING, _missing_words(obligation, missing, any(each.is_in_force for each in live))
        )


def _changed_by_amendment(act: Act, case: ProcurementCase, lodged: LodgedGuarantee) -> ChangeNeeded | None:
    """What an amendment that is on its way asks of a guarantee in force; once it is concluded the sums say it."""
    amendment, contract = pending_amendment(case), governing_contract(case)
    if amendment is None or contract is None:
        return None
    return changed_certificate_needed(act, contract, lodged, amendment)


def _missing_words(obligation: GuaranteeKind, missing: int, has_some: bool) -> str:
    if has_some:
        return f"受理した{obligation.label}が、{format_yen(missing)}足りません。"
    return f"{obligation.label}がまだ提出されていません（必要な額は{format_yen(missing)}）。"


def _due(case: ProcurementCase) -> date | None:
    """By when it must be in force: the day by which the contract must be concluded."""
    found = (d for d in case.deadlines if d.kind == DeadlineKind.CONTRACT_CONCLUSION and d.lifted_at is None)
    return next((deadline.due_on for deadline in found), None)
