"""Decide an award (落札決定): register it, say what the city's rules ask, start the clocks, write to the contractor."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.find_company import NewCompany, check_company, find_or_register_company
from portal.workflows.recipients import notify_contractor, notify_officers
from portal.workflows.recommend_guarantee import recommend_guarantee
from portal.workflows.texts import fitting, fitting_line
from portal.workflows.usage_forms import usage_form_title
from procurement.awards import Award
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.contracts import Contract, check_amounts
from procurement.errors import RuleViolation
from procurement.parties import Company
from procurement.rules import CaseFacts, Eligibility, ProcurementCategory, ProcurementMethod
from procurement.wareki import jst_date

__all__ = ["NewAward", "NewCompany", "check_award", "decide_award", "facts_of"]
ROOM_FOR_AMENDMENTS = len("-A999")
LONGEST_LINE_OF_FORMS = 200
"""A line of the cities' forms: what the contractor has to repeat there must not be longer."""


@dataclass(frozen=True)
class NewAward:
    """An award as an officer types it or a file brings it. Money in whole yen, tax included in the price."""

    city: str
    number: str
    title: str
    category: ProcurementCategory
    method: ProcurementMethod
    awarded_at: datetime
    contract_price: int
    company: NewCompany
    consumption_tax: int = 0
    place: str = ""
    section: str = ""
    noticed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_trial: bool = False
    requires_council_approval: bool = False
    requires_contract_guarantee: bool = False
    allows_electronic_guarantee: bool = False
    """Where the city permits it case by case (市が電子保証の利用を認めた). (CITY-31)"""
    note: str = ""


def facts_of(new: NewAward) -> CaseFacts:
    """What the city's rules want to know about a case."""
    return CaseFacts(
        category=new.category,
        method=new.method,
        noticed_on=new.noticed_on,
        awarded_on=jst_date(new.awarded_at),
        performance_starts_on=new.starts_on,
        performance_ends_on=new.ends_on,
        section=new.section or None,
        is_trial=new.is_trial,
        requires_council_approval=new.requires_council_approval,
        contract_price=new.contract_price,
    )


def decide_award(act: Act, new: NewAward) -> ProcurementCase:
    """Register an award (落札) with its case, contract and deadlines, and tell the contractor. (CITY-01, CITY-24)"""
    rules = act.city(new.city)
    check_award(act, new)
    eligibility = rules.eligibility(facts_of(new))
    case = _register(act, new, eligibility)
    contract = case.contracts[0]
    if eligibility.eligible:
        _set_deadlines(act, case, new)
    else:
        contract.move_to_paper("この案件は電子契約の対象外です。" + _failed_reasons(eligibility))
    act.session.flush()
    act.audit(Tag.AWARD_DECIDED, city=new.city, subject=("case", case.id), number=new.number)
    notify_contractor(
        act,
        case,
        "award_notice",
        key=f"award-notice:{case.id}",
        award=case.award,
        form_title=usage_form_title(act, case),
        notice=rules.at(jst_date(new.awarded_at)).notices.award,
    )
    recommend_guarantee(act, case)
    notify_officers(act, case, "award_registered", key=f"award-registered:{case.id}")
    return case


def check_award(act: Act, new: NewAward) -> None:
    """Refuse what cannot be an award: a number that is taken, a date in the future, a text that is too long."""
    _check_texts(new)
    check_company(act, new.city, new.company)
    check_amounts(new.contract_price, new.consumption_tax)
    _check_dates(act, new)
    taken = select(ProcurementCase.id).where(
        ProcurementCase.city == new.city, ProcurementCase.number == new.number
    )
    if act.session.scalar(taken):
        raise _number_taken(new)


def _check_texts(new: NewAward) -> None:
    room = (Contract.number.type.length or 0) - len(new.city) - 1 - ROOM_FOR_AMENDMENTS
    for text, column, what, limit in (
        (
            new.number,
            ProcurementCase.number,
            "案件番号",
            min(room, ProcurementCase.number.type.length or room),
        ),
        (new.title, ProcurementCase.title, "案件名", LONGEST_LINE_OF_FORMS),
        (new.place, ProcurementCase.place, "場所", LONGEST_LINE_OF_FORMS),
        (new.section, ProcurementCase.section, "担当課", None),
    ):
        fitting_line(text, column, what, limit=limit)
    fitting(new.note, Award.note, "備考")
    if not new.number.strip() or not new.title.strip():
        raise RuleViolation(
            "award_incomplete", "案件番号か案件名が入力されていません。", remedy="両方を入力します。"
        )


def _number_taken(new: NewAward) -> RuleViolation:
    return RuleViolation(
        "case_number_taken",
        f"案件番号「{new.number}」はすでに登録されています。",
        remedy="番号をご確認ください。同じ案件であれば、登録済みの案件をご覧ください。",
    )


def _check_dates(act: Act, new: NewAward) -> None:
    if new.awarded_at > act.now:
        raise RuleViolation(
            "award_in_future",
            "落札決定の日時が現在より後になっています。",
            remedy="決定した日時を入力します。",
        )
    if new.starts_on and new.ends_on and new.ends_on < new.starts_on:
        raise RuleViolation(
            "period_reversed",
            "履行期間の終わりの日が始まりの日より前になっています。",
            remedy="日付をご確認ください。",
        )
    if new.noticed_on and new.noticed_on > jst_date(new.awarded_at):
        raise RuleViolation(
            "notice_after_award",
            "公告日が落札決定日より後になっています。",
            remedy="日付をご確認ください。",
        )


def _register(act: Act, new: NewAward, eligibility: Eligibility) -> ProcurementCase:
    """Company and case; of two officers who register the same at once, the second is told."""
    try:
        with act.session.begin_nested():
            company = find_or_register_company(act, new.city, new.company)
            return _open_case(act, new, company, eligibility)
    except IntegrityError as error:
        raise _number_taken(new) from error


def _open_case(act: Act, new: NewAward, company: Company, eligibility: Eligibility) -> ProcurementCase:
    case = ProcurementCase(
        city=new.city,
        number=new.number,
        title=new.title,
        place=new.place,
        category=new.category,
        method=new.method,
        section=new.section,
        noticed_on=new.noticed_on,
        is_trial=new.is_trial,
        requires_council_approval=new.requires_council_approval,
        requires_contract_guarantee=new.requires_contract_guarantee,
        allows_electronic_guarantee=new.allows_electronic_guarantee,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        registered_at=act.now,
    )
    case.award = Award(
        city=new.city,
        company_id=company.id,
        awarded_at=new.awarded_at,
        awarded_on=jst_date(new.awarded_at),
        contract_price=new.contract_price,
        consumption_tax=new.consumption_tax,
        is_eligible=eligibility.eligible,
        eligibility=_as_json(eligibility),
        note=new.note,
    )
    case.contracts.append(
        Contract(
            city=new.city,
            company_id=company.id,
            amendment_number=0,
            number=f"{new.city}-{new.number}",
            title=new.title,
            contract_price=new.contract_price,
            consumption_tax=new.consumption_tax,
            starts_on=new.starts_on,
            ends_on=new.ends_on,
            made_at=act.now,
        )
    )
    act.session.add(case)
    act.session.flush()
    return case


def _set_deadlines(act: Act, case: ProcurementCase, new: NewAward) -> None:
    for deadline in act.city(case.city).deadlines(case.category, new.awarded_at, case.method):
        case.deadlines.append(
            CaseDeadline(
                city=case.city,
                kind=str(deadline.kind),
                due_at=deadline.due_at,
                due_on=deadline.due_on,
                counted_from=deadline.counted_from,
                closed_day=deadline.closed_day,
                last_business_day=deadline.last_business_day,
                text=deadline.text,
                source=deadline.source,
                made_at=act.now,
            )
        )


def _as_json(eligibility: Eligibility) -> dict[str, Any]:
    reasons = [{"rule": r.rule, "text": r.text, "source": r.source} for r in eligibility.reasons]
    return {"eligible": eligibility.eligible, "reasons": reasons}


def _failed_reasons(eligibility: Eligibility) -> str:
    return "".join(reason.text for reason in eligibility.reasons)[:400]
