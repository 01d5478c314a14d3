"""Rows of the list of cases (一覧の行): what an officer sees of a case in one line."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.deadline_views import SOON
from portal.office.standings import Standing, case_standing
from procurement.cases import CaseDeadline, ProcurementCase


@dataclass(frozen=True)
class CaseRow:
    """One case in a list."""

    case: ProcurementCase
    company: str
    price: int | None
    awarded_on: date | None
    due: CaseDeadline | None
    due_word: str
    standing: Standing


def case_row(case: ProcurementCase, now: datetime) -> CaseRow:
    """A case with its next deadline and where it stands."""
    award, due = case.award, next((d for d in case.deadlines if d.is_open()), None)
    return CaseRow(
        case=case,
        company=award.company.name if award else "",
        price=award.contract_price if award else None,
        awarded_on=award.awarded_on if award else None,
        due=due,
        due_word=_due_word(due, now),
        standing=case_standing(case),
    )


def _due_word(due: CaseDeadline | None, now: datetime) -> str:
    if due is None:
        return ""
    if due.is_missed(now):
        return "期限超過"
    return "期限間近" if due.due_at - now <= SOON else ""
