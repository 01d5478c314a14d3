"""List of filings (申請・届出の一覧): its filters, its orders, and the query they make. (FILE-27)"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from portal.accounts.identity import current_principal
from portal.office.listings import has_word
from portal.office.standings import Standing
from portal.workflows.act import Act
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.filings import Filing, FilingStatus, FilingVersion
from procurement.parties import Company

DEFAULT_SORT = "due"
COLUMNS: tuple[Mapping[str, Any], ...] = (
    {"label": "書類", "sort": "title"},
    {"label": "案件"},
    {"label": "事業者", "sort": "company"},
    {"label": "提出", "kind": "nowrap", "sort": "submitted"},
    {"label": "期限", "kind": "nowrap", "sort": "due"},
    {"label": "状態", "kind": "nowrap"},
    {"label": "担当"},
)
Last = type[FilingVersion]
"""The newest version that was handed in, as the query joins it: the one that an officer sees."""


def _earlier(last: Last) -> ColumnElement[bool]:
    other = aliased(FilingVersion)
    return exists().where(
        other.filing_id == last.filing_id, other.number < last.number, other.submitted_at.is_not(None)
    )


def _undecided(last: Last) -> ColumnElement[bool]:
    decided = (last.accepted_at, last.rejected_at, last.sent_back_at, last.withdrawn_at)
    return and_(last.id.is_not(None), *(fact.is_(None) for fact in decided), Filing.voided_at.is_(None))


def _first(last: Last) -> ColumnElement[bool]:
    return and_(_undecided(last), ~_earlier(last))


@dataclass(frozen=True)
class FilingWord:
    """A status in the words of the list (下書き, 申請済, ...), and which filings that is."""

    key: str
    standing: Standing
    condition: Callable[[Last], ColumnElement[bool]]


def _word(key: str, word: str, kind: str, condition: Callable[[Last], ColumnElement[bool]]) -> FilingWord:
    """A void filing is void, whatever was decided about it before."""
    return FilingWord(
        key, Standing(word, kind), lambda last: and_(condition(last), Filing.voided_at.is_(None))
    )


DRAFT = _word("draft", "下書き", "started", lambda last: last.id.is_(None))
FILED = _word("filed", "申請済", "sent", lambda last: and_(_first(last), Filing.assigned_to.is_(None)))
TAKEN = _word("taken", "受付", "waiting", lambda last: and_(_first(last), Filing.assigned_to.is_not(None)))
SENT_BACK = _word("sent_back", "修正依頼", "returned", lambda last: last.sent_back_at.is_not(None))
FILED_AGAIN = _word("filed_again", "再申請", "sent", lambda last: and_(_undecided(last), _earlier(last)))
DONE = _word("done", "完了", "done", lambda last: last.accepted_at.is_not(None))
WITHDRAWN = _word("withdrawn", "取下げ", "stopped", lambda last: last.withdrawn_at.is_not(None))
REJECTED = _word("rejected", "却下", "stopped", lambda last: last.rejected_at.is_not(None))
VOID = FilingWord("void", Standing("無効", "stopped"), lambda _last: Filing.voided_at.is_not(None))
WORDS = (DRAFT, FILED, TAKEN, SENT_BACK, FILED_AGAIN, DONE, WITHDRAWN, REJECTED, VOID)
WAITING, ALL = "", "all"
"""Without a choice the list shows what waits for the office."""
HOLDERS = (("", "すべて"), ("mine", "自分の担当"), ("nobody", "担当なし"), ("others", "ほかの職員"))
LATE = (("", "すべて"), ("late", "期限後に届いたもの"))


@dataclass(frozen=True)
class FilingFilter:
    """What the address asks for; a word that is not known is left out."""

    status: str = WAITING
    form: str = ""
    holder: str = ""
    late: str = ""
    q: str = ""

    @classmethod
    def of_request(cls) -> "FilingFilter":
        """The filter of this request's address."""
        given = {field.name: request.args.get(field.name, "").strip() for field in fields(cls)}
        allowed = {
            "status": {WAITING, ALL, *(word.key for word in WORDS)},
            "holder": {key for key, _ in HOLDERS},
            "late": {key for key, _ in LATE},
        }
        return cls(**{name: text for name, text in given.items() if text in allowed.get(name, {text})})

    @property
    def is_empty(self) -> bool:
        """Whether everything that waits is shown."""
        return self == FilingFilter()


def filings_query(wanted: FilingFilter, sort: str) -> Select[Any]:
    """The filings that a filter lets through, in an order such as `due` or `-submitted`."""
    last = FilingVersion  # not an alias: the scope of the city would name the table itself in the join
    query = _all_filings(last)
    if wanted.status != ALL:
        word = next((word for word in WORDS if word.key == wanted.status), None)
        query = query.where(word.condition(last) if word else _undecided(last))
    if wanted.form:
        query = query.where(Filing.form_code == wanted.form)
    if wanted.holder:
        query = query.where(_held_by(wanted.holder))
    if wanted.late:
        query = query.where(last.is_late.is_(True))
    if wanted.q:
        texts = (
            Filing.title,
            ProcurementCase.number,
            ProcurementCase.title,
            Company.name,
            last.receipt_number,
        )
        query = query.where(has_word(texts, wanted.q))
    return query.order_by(*_order(sort, last))


def waiting_count() -> Any:
    """How many filings wait for the office, as a part of another query."""
    last = FilingVersion
    query = select(func.count(Filing.id)).outerjoin(last, _is_last(last)).where(_undecided(last))
    return query.scalar_subquery()


def word_of(filing: Filing) -> FilingWord:
    """The same words for one filing, from its facts."""
    if filing.voided_at:
        return VOID
    handed_in = filing.handed_in
    if not handed_in:
        return DRAFT
    decided = {
        FilingStatus.ACCEPTED: DONE,
        FilingStatus.REJECTED: REJECTED,
        FilingStatus.SENT_BACK: SENT_BACK,
        FilingStatus.WITHDRAWN: WITHDRAWN,
    }
    waiting = FILED_AGAIN if len(handed_in) > 1 else TAKEN if filing.assigned_to else FILED
    return decided.get(handed_in[-1].status, waiting)


def forms_of(act: Act) -> list[tuple[str, str]]:
    """The forms of which something was begun: code and title, for the filter."""
    query = select(Filing.form_code, func.max(Filing.title)).group_by(Filing.form_code)
    return sorted(((code, title) for code, title in act.session.execute(query)), key=lambda pair: pair[1])


def _all_filings(last: Last) -> Select[Any]:
    return (
        select(Filing)
        .join(ProcurementCase, ProcurementCase.id == Filing.case_id)
        .join(Company, Company.id == Filing.company_id)
        .outerjoin(last, _is_last(last))
        .options(
            contains_eager(Filing.case).selectinload(ProcurementCase.deadlines),
            contains_eager(Filing.company),
            selectinload(Filing.versions),
        )
    )


def _is_last(last: Last) -> ColumnElement[bool]:
    later = aliased(FilingVersion)
    superseded = exists().where(
        later.filing_id == last.filing_id, later.number > last.number, later.submitted_at.is_not(None)
    )
    return and_(last.filing_id == Filing.id, last.submitted_at.is_not(None), ~superseded)


def _held_by(holder: str) -> ColumnElement[bool]:
    mine = Filing.assigned_to == current_principal().id
    if holder == "mine":
        return mine
    return (
        Filing.assigned_to.is_(None) if holder == "nobody" else and_(Filing.assigned_to.is_not(None), ~mine)
    )


def _order(sort: str, last: Last) -> list[Any]:
    oldest_first = (last.submitted_at.asc(), Filing.opened_at, Filing.id)
    descending = sort.startswith("-")
    columns: dict[str, Any] = {
        "title": Filing.title,
        "company": Company.name,
        "submitted": last.submitted_at,
    }
    column = columns.get(sort.lstrip("-"))
    if column is not None:
        return [column.desc() if descending else column.asc(), *oldest_first]
    due = func.coalesce(Filing.due_at, _next_due())
    return [case((due.is_(None), 1), else_=0), due.desc() if descending else due.asc(), *oldest_first]


def _next_due() -> Any:
    return (
        select(func.min(CaseDeadline.due_at))
        .where(
            CaseDeadline.case_id == Filing.case_id,
            CaseDeadline.settled_at.is_(None),
            CaseDeadline.lifted_at.is_(None),
        )
        .correlate(Filing)
        .scalar_subquery()
    )
