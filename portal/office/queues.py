"""Queues (仕事の列): what waits for whom, each with its count and the list behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, func, or_, select

from guarantees.lodged import LodgedGuarantee
from portal.office import stages
from portal.office.filing_lists import waiting_count
from portal.workflows.act import Act
from procurement.advance_payments import AdvancePayment
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.contracts import Contract, ContractStage
from procurement.orm import UtcInstant

SOON = timedelta(days=14)
"""How far ahead the office looks."""


Moment = datetime | BindParameter[datetime]


@dataclass(frozen=True)
class Queue:
    """One queue: its key in addresses, its name, what stands in it, and which cases that is."""

    key: str
    title: str
    text: str
    condition: Callable[[Moment, Moment], ColumnElement[bool]]
    """Takes the present instant and the end of what is soon."""
    is_urgent: bool = False

    def condition_at(self, now: datetime) -> ColumnElement[bool]:
        """What a case of this queue is like at an instant."""
        return self.condition(now, now + SOON)


@dataclass(frozen=True)
class CountedQueue:
    """A queue with its number of cases and the address of its list."""

    queue: Queue
    count: int
    href: str


def open_deadline(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The case has a deadline that still asks for something and is like this."""
    return exists().where(
        CaseDeadline.case_id == ProcurementCase.id,
        CaseDeadline.settled_at.is_(None),
        CaseDeadline.lifted_at.is_(None),
        *conditions,
    )


def _at(*found: ContractStage) -> Callable[[Moment, Moment], ColumnElement[bool]]:
    return lambda _now, _soon: stages.newest_stage(*found)


def _waiting_for_application(_now: Moment, _soon: Moment) -> ColumnElement[bool]:
    return and_(
        stages.newest_stage(ContractStage.APPLICATION),
        ~stages.has_filing_to_review(),
        ~stages.has_filing_sent_back(),
        ~stages.has_filing_rejected(),
    )


def _problems(_now: Moment, _soon: Moment) -> ColumnElement[bool]:
    unverified = stages.newest_contract(
        Contract.completion_problem.is_not(None), Contract.concluded_at.is_(None)
    )
    rejected = and_(stages.newest_stage(ContractStage.APPLICATION), stages.has_filing_rejected())
    return or_(stages.newest_stage(ContractStage.SUSPENDED, ContractStage.DECLINED), unverified, rejected)


def _paper_open(_now: Moment, _soon: Moment) -> ColumnElement[bool]:
    return stages.newest_contract(stages.contract_is(ContractStage.PAPER), Contract.concluded_at.is_(None))


def _payment_waiting(_now: Moment, _soon: Moment) -> ColumnElement[bool]:
    """An advance payment waits for the office: the interim one to be recognised, a claim, an approved one to be paid."""
    interim = AdvancePayment.kind == GuaranteeKind.INTERIM_ADVANCE_PAYMENT
    return exists().where(
        AdvancePayment.case_id == ProcurementCase.id,
        AdvancePayment.returned_at.is_(None),
        AdvancePayment.paid_on.is_(None),
        or_(
            AdvancePayment.claimed_at.is_not(None),
            and_(interim, AdvancePayment.recognised_at.is_(None)),
        ),
    )


def _guarantee_to_decide(_now: Moment, _soon: Moment) -> ColumnElement[bool]:
    """A guarantee was lodged and neither accepted nor ended, or what was accepted has changed."""
    row = LodgedGuarantee
    ended = (row.returned_at, row.withdrawn_at, row.replaced_at, row.released_at)
    return exists().where(
        LodgedGuarantee.case_id == ProcurementCase.id,
        or_(LodgedGuarantee.accepted_at.is_(None), LodgedGuarantee.alarmed_at.is_not(None)),
        *(fact.is_(None) for fact in ended),
    )


def _concluded(_now: Moment, _soon: Moment) -> ColumnElement[bool]:
    return stages.newest_contract(Contract.concluded_at.is_not(None))


REVIEW = Queue(
    "review",
    "申請の審査待ち",
    "事業者が提出した申請の内容を確認し、受理するか差し戻します。",
    lambda _now, _soon: stages.has_filing_to_review(),
    is_urgent=True,
)
CITY_SIGNING = Queue(
    "city_signing",
    "市の署名待ち",
    "受注者の署名が済み、市の署名者の署名を待っています。",
    _at(ContractStage.CITY_SIGNING),
    is_urgent=True,
)
COMPLETING = Queue(
    "completing",
    "署名処理中",
    "双方が同意し、署名とタイムスタンプの付与と検証を自動で行っています。",
    _at(ContractStage.COMPLETING),
)
PROBLEMS = Queue(
    "problems",
    "却下・問題の報告",
    "受注者が同意しなかったか、内容の問題を知らせています。",
    _problems,
    is_urgent=True,
)
OVERDUE = Queue(
    "overdue",
    "期限を過ぎた案件",
    "期限を過ぎても、求められた手続きが済んでいません。",
    lambda now, _soon: open_deadline(CaseDeadline.due_at < now),
    is_urgent=True,
)
DUE_SOON = Queue(
    "due_soon",
    "期限が2週間以内の案件",
    "2週間以内に期限が来る手続きがあります。",
    lambda now, soon: open_deadline(CaseDeadline.due_at >= now, CaseDeadline.due_at <= soon),
)
TODAY: tuple[Queue, ...] = (
    OVERDUE,
    REVIEW,
    PROBLEMS,
    Queue(
        "drafting",
        "契約書の作成",
        "利用申請を受理しました。契約書を用意して署名を依頼します。",
        _at(ContractStage.DRAFTING),
    ),
    CITY_SIGNING,
    Queue(
        "guarantees",
        "保証の確認",
        "提出された保証を確かめて受理するか、受理したあとの変化に対応します。",
        _guarantee_to_decide,
    ),
    Queue(
        "payments",
        "前払金の手続き",
        "中間前払金の認定、前払金の承認、支払日の記録を待っています。",
        _payment_waiting,
    ),
    Queue(
        "paper", "紙の契約（締結前）", "紙の契約書で進めています。締結したら日付を記録します。", _paper_open
    ),
)
WAITING: tuple[Queue, ...] = (
    Queue("application", "申請の提出待ち", "事業者の利用申請を待っています。", _waiting_for_application),
    Queue(
        "sent_back",
        "差戻し中",
        "事業者の提出し直しを待っています。",
        lambda _now, _soon: stages.has_filing_sent_back(),
    ),
    Queue(
        "contractor_signing",
        "受注者の署名待ち",
        "署名依頼を送り、受注者の署名を待っています。",
        _at(ContractStage.CONTRACTOR_SIGNING),
    ),
    COMPLETING,
    DUE_SOON,
)
DONE = Queue("concluded", "締結済み", "契約を締結しました。", _concluded)
QUEUES: Mapping[str, Queue] = {queue.key: queue for queue in (*TODAY, *WAITING, DONE)}


def counted_queues(act: Act) -> dict[str, CountedQueue]:
    """Every queue with its count, by key; `filings` counts papers, the others cases."""
    moments = {"now": act.now, "soon": act.now + SOON}
    found: Any = act.session.execute(_counts(), moments).one()
    counted = {
        key: CountedQueue(queue, getattr(found, key), url_for("office.show_cases", stage=key))
        for key, queue in QUEUES.items()
    }
    return counted | {"filings": CountedQueue(REVIEW, found.filings, url_for("office.show_filings"))}


@cache
def _counts() -> Select[Any]:
    """All counts in one query; kept, for building it takes longer than asking it, and every page asks."""
    now, soon = (bindparam(name, type_=UtcInstant()) for name in ("now", "soon"))
    counts = [_count(queue.condition(now, soon)).label(key) for key, queue in QUEUES.items()]
    return select(*counts, waiting_count().label("filings"))


def _count(condition: ColumnElement[bool]) -> Any:
    return select(func.count(ProcurementCase.id)).where(condition).scalar_subquery()
