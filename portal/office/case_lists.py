"""List of cases (案件の一覧): its filters, its orders, and the query they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import selectinload

from portal.office.listings import has_word
from portal.office.queues import QUEUES
from portal.workflows.act import Act
from procurement.awards import Award
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.filings import Filing
from procurement.parties import Company
from procurement.rules import ProcurementCategory

DEFAULT_SORT = "due"
COLUMNS: tuple[Mapping[str, Any], ...] = (
    {"label": "件名", "sort": "title"},
    {"label": "案件番号", "kind": "nowrap", "sort": "number"},
    {"label": "事業者", "sort": "company"},
    {"label": "金額（円）", "kind": "number", "sort": "price"},
    {"label": "落札", "kind": "nowrap", "sort": "awarded"},
    {"label": "次の期限", "sort": "due"},
    {"label": "状態", "kind": "nowrap"},
)


@dataclass(frozen=True)
class CaseFilter:
    """What the address asks for; a word that is not known is left out."""

    stage: str = ""
    category: str = ""
    section: str = ""
    q: str = ""

    @classmethod
    def of_request(cls) -> "CaseFilter":
        """The filter of this request's address."""
        given = {name: request.args.get(name, "").strip() for name in ("stage", "category", "section", "q")}
        given["stage"] = given["stage"] if given["stage"] in QUEUES else ""
        known = {category.value for category in ProcurementCategory}
        given["category"] = given["category"] if given["category"] in known else ""
        return cls(**given)

    @property
    def is_empty(self) -> bool:
        """Whether every case is shown."""
        return self == CaseFilter()


def cases_query(wanted: CaseFilter, sort: str, now: datetime) -> Select[Any]:
    """The cases that a filter lets through, in an order such as `due` or `-price`."""
    query = (
        select(ProcurementCase)
        .join(Award, Award.case_id == ProcurementCase.id)
        .join(Company, Company.id == Award.company_id)
        .options(
            selectinload(ProcurementCase.award).joinedload(Award.company),
            selectinload(ProcurementCase.contracts),
            selectinload(ProcurementCase.deadlines),
            selectinload(ProcurementCase.filings).selectinload(Filing.versions),
        )
    )
    if wanted.stage:
        query = query.where(QUEUES[wanted.stage].condition_at(now))
    if wanted.category:
        query = query.where(ProcurementCase.category == ProcurementCategory(wanted.category))
    if wanted.section:
        query = query.where(ProcurementCase.section == wanted.section)
    if wanted.q:
        texts = (ProcurementCase.number, ProcurementCase.title, Company.name)
        query = query.where(has_word(texts, wanted.q))
    return query.order_by(*_order(sort))


def sections_of(act: Act) -> list[str]:
    """The sections that have cases, for the filter."""
    query = select(ProcurementCase.section).where(ProcurementCase.section != "").distinct()
    return sorted(act.session.scalars(query))


def _order(sort: str) -> list[Any]:
    due = _next_due()
    columns: dict[str, Any] = {
        "title": ProcurementCase.title,
        "number": ProcurementCase.number,
        "company": Company.name,
        "price": Award.contract_price,
        "awarded": Award.awarded_at,
    }
    descending = sort.startswith("-")
    newest_first = (Award.awarded_at.desc(), ProcurementCase.number)
    if sort.lstrip("-") in columns:
        column = columns[sort.lstrip("-")]
        return [column.desc() if descending else column.asc(), *newest_first]
    without_last = case((due.is_(None), 1), else_=0)
    return [without_last, due.desc() if descending else due.asc(), *newest_first]


def _next_due() -> Any:
    return (
        select(func.min(CaseDeadline.due_at))
        .where(
            CaseDeadline.case_id == ProcurementCase.id,
            CaseDeadline.settled_at.is_(None),
            CaseDeadline.lifted_at.is_(None),
        )
        .scalar_subquery()
    )
