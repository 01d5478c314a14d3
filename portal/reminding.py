"""Reminding (期限のお知らせの送付): the job that brings deadlines to mind, one transaction for each deadline."""

import logging
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from portal.acting import acting, looking
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER
from portal.workflows.remind import open_deadlines, remind
from procurement.errors import RuleViolation

log = logging.getLogger(__name__)


def send_reminders(_now: datetime) -> str:
    """Put every notice that is due into the outbox; says how many."""
    with looking(SCHEDULER, Scope()) as act:
        waiting = open_deadlines(act)
    written = sum(_remind(deadline_id) for deadline_id in waiting)
    return f"{written}件のお知らせを送信箱に入れました。" if written else ""


def _remind(deadline_id: str) -> int:
    try:
        with acting(SCHEDULER, Scope()) as act:
            return remind(act, deadline_id)
    except IntegrityError:
        return 0  # another process wrote the same notice first; the database let only one through
    except RuleViolation as refusal:  # one address that takes no mail holds up no other deadline
        log.error("deadline %s brings nothing to mind: %s", deadline_id, refusal.sentence())
        return 0
