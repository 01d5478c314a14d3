"""Alert about completions (完了処理の遅れの知らせ): once when a seal waits too long, once when all are made again."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from portal.completion_alerts import CompletionAlert
from portal.permissions import Role
from portal.workflows.act import Act
from portal.workflows.recipients import people_of
from signing.journals import unfinished_jobs
from signing.orm import Envelope, SealJob


def alert_completions(act: Act, limit: timedelta) -> int:
    """Write to the officers and administrators of each city whose state has changed; says how many cities."""
    known = select(CompletionAlert).where(CompletionAlert.city.in_(act.cities))
    alerts = {alert.city: alert for alert in act.session.scalars(known)}
    late = _waiting(act, act.now - limit)
    begun = [city for city in late if city in act.cities and city not in alerts]
    over = [city for city in alerts if city not in late and not _fails_still(act, city)]
    for city in begun:
        act.session.add(CompletionAlert(city=city, waiting_since=late[city], alerted_at=act.now))
        _write(act, city, "completion_waiting", late[city], last_error=_last_error(act, city))
    for city in over:
        _write(act, city, "completion_back", alerts[city].waiting_since)
        act.session.delete(alerts[city])
    return len(begun) + len(over)


def _waiting(act: Act, before: datetime) -> Mapping[str, datetime]:
    """By city: since when its oldest unfinished seal waits, where that is longer than it may be."""
    query = (
        unfinished_jobs()
        .join(Envelope)
        .where(Envelope.cancelled_at.is_(None), Envelope.declined_at.is_(None), SealJob.created_at <= before)
        .with_only_columns(SealJob.owner, func.min(SealJob.created_at).label("since"))
        .group_by(SealJob.owner)
    )
    return {row.owner: row.since for row in act.session.execute(query)}


def _fails_still(act: Act, city: str) -> bool:
    """Whether a younger seal of the city fails: then it is not over."""
    query = unfinished_jobs().where(SealJob.owner == city, SealJob.failing_since.is_not(None))
    return act.session.scalar(query.limit(1)) is not None


def _last_error(act: Act, city: str) -> str:
    oldest = act.session.scalar(
        unfinished_jobs().where(SealJob.owner == city).order_by(SealJob.created_at).limit(1)
    )
    return (oldest.last_error if oldest else None) or ""


def _write(act: Act, city: str, template: str, since: datetime, last_error: str = "") -> None:
    for account in people_of(act, city, Role.OFFICER, Role.ADMIN):
        act.mail(
            template,
            account.mail_address,
            city=city,
            key=f"{template}:{city}:{since.isoformat()}",
            officer=account,
            since=since,
            link=act.address_of("/office/waiting"),
            last_error=last_error,
        )
