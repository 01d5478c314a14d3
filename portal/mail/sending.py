"""Sending (メール送信): claims due mails, sends each, and commits what became of it before the next one.

A killed sender leaves at most the one mail in flight to be sent twice, with the same Message-ID.
"""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.audit import Tag, record
from portal.mail.hidden import mail_key, struck
from portal.mail.outbox import OutboxMessage
from portal.mail.transport import Outcome, PermanentRefusal, SmtpSettings, SmtpTransport
from portal.mail.writing import written_mail
from portal.storage import current_store
from portal.unit_of_work import writing

BATCH = 100
LEASE = timedelta(minutes=5)
WORK_SHARE = 0.6
"""Stop at this part of the lease: what is left is free for others before the lease ends."""
RETRY_EVERY = timedelta(minutes=5)
MOST_ATTEMPTS = 49
"""At once, then every five minutes up to four hours."""


@dataclass
class Tally:
    """What one run of the job did."""

    sent: int = 0
    retried: int = 0
    failed: int = 0

    def words(self) -> str:
        return f"送信{self.sent}件、再試行{self.retried}件、失敗{self.failed}件"


def send_mail(now: datetime) -> str:
    """The job: send what is due. Any number of processes may do so at once."""
    return send_due(SmtpTransport(SmtpSettings.of(current_app.config)), now).words()


def send_due(transport: SmtpTransport, now: datetime, batch: int = BATCH) -> Tally:
    """Send up to `batch` due mails over one connection."""
    worker = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
    with writing() as session:
        claimed = claim(session, worker, now, batch)
    tally = Tally()
    if not claimed:
        return tally
    deadline = now + LEASE * WORK_SHARE
    with transport:
        for position, message in enumerate(claimed):
            if clock.now() >= deadline:
                _release(claimed[position:], worker)
                break
            _send_one(transport, message, worker, tally)
    return tally


def claim(session: Session, worker: str, now: datetime, batch: int = BATCH) -> list[OutboxMessage]:
    """Take due mails that nobody holds a living lease on; the lease is written before anything is sent."""
    free = or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now)
    waiting = (OutboxMessage.sent_at.is_(None), OutboxMessage.failed_at.is_(None))
    query = (
        select(OutboxMessage)
        .where(*waiting, OutboxMessage.next_attempt_at <= now, free)
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    messages = list(session.scalars(query))
    for message in messages:
        message.claimed_by, message.lease_until = worker, now + LEASE
        message.attempts += 1
    return messages


def _send_one(transport: SmtpTransport, message: OutboxMessage, worker: str, tally: Tally) -> None:
    config = current_app.config
    try:
        mail = written_mail(
            message,
            config["MAIL_FROM"],
            config["MAIL_FROM_NAME"],
            current_store(),
            clock.now(),
            mail_key(config["KEY_SECRET"]),
        )
        transport.send(mail)
        outcome = Outcome.SENT
        error = ""
    except PermanentRefusal as refusal:
        outcome, error = Outcome.REFUSED, str(refusal)
    except Exception as failure:  # whatever it was, the mail is tried again and the reason is kept
        current_app.logger.warning("mail %s not sent: %r", message.id, failure)
        outcome, error = Outcome.FAILED, f"{type(failure).__name__}: {failure}"
    _finish(message, worker, outcome, error, tally)


def _finish(message: OutboxMessage, worker: str, outcome: Outcome, error: str, tally: Tally) -> None:
    now = clock.now()
    values: dict[str, object] = {"claimed_by": None, "lease_until": None, "last_error": error or None}
    gives_up = outcome is Outcome.REFUSED or message.attempts >= MOST_ATTEMPTS
    if outcome is Outcome.SENT:
        tally.sent += 1
        values["sent_at"] = now
        values["body"] = struck(message.body)
    elif gives_up:
        tally.failed += 1
        values["failed_at"] = now
    else:
        tally.retried += 1
        values["next_attempt_at"] = now + RETRY_EVERY
    with writing() as session:
        if _update_own(session, message, worker, values) and gives_up and outcome is not Outcome.SENT:
            _record_failure(session, message, error, now)


def _release(messages: list[OutboxMessage], worker: str) -> None:
    with writing() as session:
        for message in messages:
            free = {"claimed_by": None, "lease_until": None, "attempts": message.attempts - 1}
            _update_own(session, message, worker, free)


def _update_own(session: Session, message: OutboxMessage, worker: str, values: Mapping[str, object]) -> bool:
    """Change the row only while the lease is still ours."""
    own = update(OutboxMessage).where(OutboxMessage.id == message.id, OutboxMessage.claimed_by == worker)
    result = session.execute(own.values(values).execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _record_failure(session: Session, message: OutboxMessage, error: str, now: datetime) -> None:
    record(
        session,
        at=now,
        city=message.city,
        actor=("job", "send_mail", ""),
        tag=Tag.MAIL_FAILED,
        subject=("mail", message.id),
        details={"error": error},
    )
