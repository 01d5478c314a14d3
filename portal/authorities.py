"""Authorities (時刻認証局の見張り): what the jobs ask them, and the alerts when something waits too long."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy.exc import IntegrityError

from portal.acting import acting, house
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER
from portal.workflows.alert_completions import alert_completions
from signing.authorities import check_authorities


def check_all(now: datetime) -> str:
    """Ask each authority that was silent for a while for a token; says which ones fail."""
    every = timedelta(minutes=current_app.config["TSA_CHECK_MINUTES"])
    found = check_authorities(house().services, house().shared, now, every)
    failing = [standing.name for standing in found if standing.failing_since is not None]
    return f"応答していません: {'、'.join(failing)}" if failing else ""


def alert_all(_now: datetime) -> str:
    """Write to the offices where a seal waits longer than it may, or does no longer."""
    limit = timedelta(minutes=current_app.config["COMPLETION_ALERT_MINUTES"])
    try:
        with acting(SCHEDULER, Scope()) as act:
            told = alert_completions(act, limit)
    except IntegrityError:
        return ""  # another process wrote the same alert first
    return f"{told}市に完了処理の状況を知らせました。" if told else ""
