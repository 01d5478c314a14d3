"""Guarantees by the clock (保証の定期処理): sealed records of looks, and what must be brought to mind."""

from datetime import datetime
from functools import partial

from portal.acting import looking
from portal.completing import completion
from portal.registries import registry_port
from portal.scheduled_acts import act_alone
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER
from portal.workflows.remind_guarantees import due_notices, write_notice
from portal.workflows.seal_look_records import seal_records


def seal_look_records(_now: datetime) -> str:
    """Make the sealed records that are missing; says how many."""
    made = seal_records(completion())
    return f"{made}件の照会記録を作成しました。" if made else ""


def notice_guarantees(_now: datetime) -> str:
    """Put every notice that is due into the outbox, each in a transaction of its own; says how many."""
    with looking(SCHEDULER, Scope()) as act:
        waiting = due_notices(act, looks_by_hand=registry_port() is None)
    written = sum(act_alone(partial(write_notice, notice=each), f"notice {each.key}") for each in waiting)
    return f"保証のお知らせを{written}件、送信箱に入れました。" if written else ""
