"""Reminding (期限のお知らせの送付): the job that brings deadlines to mind, one transaction for each deadline."""

from datetime import datetime
from functools import partial

from portal.acting import looking
from portal.scheduled_acts import act_alone
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER
from portal.workflows.remind import open_deadlines, remind


def send_reminders(_now: datetime) -> str:
    """Put every notice that is due into the outbox; says how many."""
    with looking(SCHEDULER, Scope()) as act:
        waiting = open_deadlines(act)
    written = sum(act_alone(partial(remind, deadline_id=each), f"deadline {each}") for each in waiting)
    return f"{written}件のお知らせを送信箱に入れました。" if written else ""
