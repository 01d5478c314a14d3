"""Seal papers of ours (発行書類の封印): certificates and records that a job prints and seals, made once and kept.

Nothing is locked while a paper is printed and sealed; two workers may make one each, and the first that is
stored counts, so every download gives the same bytes. While no authority answers the paper is "being made".
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from guarantees.lodged import GuaranteeLook
from portal.workflows.act import Act
from portal.workflows.complete_signing import Completion
from portal.workflows.locks import lock_case
from procurement.contracts import Contract
from signing import SigningRefused, seal_paper

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER = timedelta(minutes=1)
AT_ONCE = 20
Row = TypeVar("Row", Contract, GuaranteeLook)


@dataclass(frozen=True)
class Drawing:
    """What is to be printed (印字の内容), read in a transaction; `printed` makes the PDF outside of it."""

    field_name: str
    printed: Callable[[datetime], bytes]


@dataclass(frozen=True)
class PaperKind(Generic[Row]):
    """A kind of paper that we seal ourselves (発行書類の種類): which rows want one, what it says, where it is kept.

    `keep` takes hash and instant and says whether this paper is the one that counts; `postpone` the instant
    and the problem. Both are called with the case locked.
    """

    name: str
    reason: str
    row: type[Row]
    wanted: ColumnElement[bool]
    oldest_first: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    sha256: InstrumentedAttribute[str | None]
    tried_at: InstrumentedAttribute[datetime | None]
    case_id: Callable[[Row], str]
    draw: Callable[[Act, Row, bool], Drawing]
    keep: Callable[[Act, Row, str, datetime], bool]
    postpone: Callable[[Row, datetime, str], None]
    made: Callable[[Row], tuple[str, datetime]]
    """Hash and instant of the paper of a row that has one."""


def seal_papers(kind: PaperKind[Row], work: Completion) -> int:
    """Make every paper of a kind that is missing; returns how many were made."""
    with work.looks() as act:
        waiting = [row.id for row in _missing(kind, act)]
    return sum(_make(kind, work, row_id) for row_id in waiting)


def _missing(kind: PaperKind[Row], act: Act) -> Sequence[Row]:
    query = select(kind.row).where(
        kind.wanted,
        kind.sha256.is_(None),
        kind.row.city.in_(act.cities),  # a city whose file is broken holds up no other
        or_(kind.tried_at.is_(None), kind.tried_at <= act.now - TRY_AGAIN_AFTER),
    )
    return act.session.scalars(query.order_by(kind.oldest_first).limit(AT_ONCE)).all()


def _make(kind: PaperKind[Row], work: Completion, row_id: str) -> bool:
    made_at = work.now()
    with work.looks() as act:
        drawing = kind.draw(act, act.session.get_one(kind.row, row_id), work.services.is_demo)
    try:
        sha256 = work.services.store.put(_sealed(kind, work, drawing, made_at))
    except SigningRefused as refused:
        return _postponed(kind, work, row_id, refused.text)
    except OSError as error:
        return _postponed(kind, work, row_id, f"保管庫に書き込めません。（{error}）")
    with work.acts() as act:
        return kind.keep(act, _locked(kind, act, row_id), sha256, made_at)


def _sealed(kind: PaperKind[Row], work: Completion, drawing: Drawing, made_at: datetime) -> bytes:
    printed = drawing.printed(made_at)
    return seal_paper(work.services, printed, kind.name, drawing.field_name, kind.reason, work.now)


def _postponed(kind: PaperKind[Row], work: Completion, row_id: str, problem: str) -> bool:
    log.warning("%s of %s is not made yet: %s", kind.name, row_id, problem)
    with work.acts() as act:
        kind.postpone(_locked(kind, act, row_id), act.now, problem)
    return False


def _locked(kind: PaperKind[Row], act: Act, row_id: str) -> Row:
    row = act.session.get_one(kind.row, row_id)
    lock_case(act, kind.case_id(row))
    return row
