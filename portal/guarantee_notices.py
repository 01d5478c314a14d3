"""Guarantees by the clock (保証の定期処理): sealed records of looks, and what must be brought to mind."""

import logging
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from portal.acting import acting, looking
from portal.completing import completion
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER
from portal.workflows.remind_guarantees import DueNotice, due_notices, write_notice
from portal.workflows.seal_look_records import seal_records
from procurement.errors import RuleViolation

log = logging.getLogger(__name__)


def seal_look_records(_now: datetime) -> str:
    """Make the sealed records that are missing; says how many."""
    made = seal_records(completion())
    return f"{made}件の照会記録を作成しました。" if made else ""


def notice_guarantees(_now: datetime) -> str:
    """Put every notice that is due into the outbox, each in a transaction of its own; says how many."""
    with looking(SCHEDULER, Scope()) as act:
        waiting = due_notices(act)
    written = sum(_write(notice) for notice in waiting)
    return f"保証のお知らせを{written}件、送信箱に入れました。" if written else ""


def _write(notice: DueNotice) -> bool:
    try:
        with acting(SCHEDULER, Scope()) as act:
            return write_notice(act, notice)
    except IntegrityError:
        return False  # another process wrote it first; the database let only one through
    except RuleViolation as refusal:  # one address that takes no mail holds up no other notice
        log.error("guarantee notice %s is not written: %s", notice.key, refusal.sentence())
        return False
