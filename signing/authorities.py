"""Authorities (時刻認証局・失効情報の提供元) in the database: their health and their answers, shared by all processes.

Each note is a short transaction of its own. A note that cannot be made (a unit of work is open, the database is
busy) never stops a seal: this process then goes by its own memory.
"""

import logging
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from signing.columns import Base
from signing.errors import SigningRefused, TimestampUnavailable
from signing.journals import unfinished_jobs
from signing.orm import SealJob
from signing.orm_preservation import AuthorityHealth, RevocationAnswer
from signing.pades.health import Chains, MemoryHealthBook, Standing, after_answer, after_failure
from signing.pades.keeping import KeptAnswer, MemoryAnswerBook
from signing.pades.timestamps import TSA
from signing.services import SealingServices

Transaction = Callable[[], AbstractContextManager[Session]]

WITNESS = "サービスの署名鍵"
"""Name under which the state of the service's own key stands among the authorities."""
KEY = "key"
NOTED_EVERY = timedelta(minutes=1)
"""Good answers are written down at most this often; failures always."""
_LOOKED_AT_EVERY = 1.0
_READ_AGAIN_AFTER = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shared:
    """The database as the books use it: `reads` opens a reading session, `writes` one that commits at its end."""

    reads: Transaction
    writes: Transaction


class DatabaseHealthBook:
    """A health book that every process of the installation reads and writes."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._own = MemoryHealthBook()
        self._seen: dict[str, tuple[float, Standing]] = {}

    def standing(self, name: str) -> Standing:
        """What is known. A good standing is looked up once a second, a bad one each time: it may be lifted."""
        looked_at, standing = self._seen.get(name, (float("-inf"), Standing(name)))
        if standing.skip_until is None and time.monotonic() - looked_at < _LOOKED_AT_EVERY:
            return standing
        try:
            with self._shared.reads() as session:
                row = session.get(AuthorityHealth, name)
                found = Standing(name) if row is None else _standing(row)
        except Exception:
            log.exception("health of %s cannot be read", name)
            return self._own.standing(name)
        self._seen[name] = (time.monotonic(), found)
        return found

    def answered(self, name: str, kind: str, at: datetime, milliseconds: int, chains: Chains) -> None:
        """Notes a good answer, if it is news."""
        self._own.answered(name, kind, at, milliseconds, chains)
        before = self.standing(name)
        if not _is_news(before, at, chains):
            return
        self._note(name, lambda row: after_answer(row, kind, at, milliseconds, chains or row.chains))

    def failed(self, name: str, kind: str, at: datetime, milliseconds: int, problem: str) -> None:
        """Notes a failure, and for how long the authority is left alone."""
        self._own.failed(name, kind, at, milliseconds, problem)
        self._note(name, lambda row: after_failure(row, kind, at, milliseconds, problem))

    def _note(self, name: str, change: Callable[[Standing], Standing]) -> None:
        try:
            with self._shared.writes() as session:
                after = note(session, name, change)
            self._seen[name] = (time.monotonic(), after)
        except Exception:
            log.exception("health of %s cannot be written down", name)
            self._seen[name] = (time.monotonic(), self._own.standing(name))


class DatabaseAnswerBook:
    """Kept OCSP responses and CRLs, in the database and in front of it in memory."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._own = MemoryAnswerBook()
        self._read_at: dict[str, float] = {}

    def find(self, key: str) -> KeptAnswer | None:
        """The answer of that key; the database is asked again each minute, another process may have a newer one."""
        if time.monotonic() - self._read_at.get(key, float("-inf")) < _READ_AGAIN_AFTER:
            return self._own.find(key)
        try:
            with self._shared.reads() as session:
                row = session.get(RevocationAnswer, key)
                found = None if row is None else _answer(row)
        except Exception:
            log.exception("kept revocation data cannot be read")
            return self._own.find(key)
        if found is not None:
            self._own.keep(found)
            self._read_at[key] = time.monotonic()
        return found or self._own.find(key)

    def keep(self, answer: KeptAnswer) -> None:
        """Keeps an answer instead of the one before; those that ended are thrown away."""
        self._own.keep(answer)
        self._read_at[answer.key] = time.monotonic()
        values = {name: getattr(answer, name) for name in _ANSWER if name != "source"}
        values["source"] = answer.source[:300]
        try:
            with self._shared.writes() as session:
                session.execute(
                    delete(RevocationAnswer).where(RevocationAnswer.expires_at < answer.produced_at)
                )
                _insert_once(session, RevocationAnswer, **values)
                session.execute(
                    update(RevocationAnswer).where(RevocationAnswer.key == answer.key).values(values)
                )
        except Exception:
            log.exception("revocation data cannot be kept in the database")


def note(session: Session, name: str, change: Callable[[Standing], Standing]) -> Standing:
    """Changes what is known of one authority, one writer at a time."""
    _insert_once(session, AuthorityHealth, name=name, kind="", asked_at=_LONG_AGO, failures=0, chains=[])
    row = session.get_one(AuthorityHealth, name, populate_existing=True, with_for_update=True)
    after = change(_standing(row))
    for column in _HEALTH:
        setattr(row, column, getattr(after, column))
    row.asked_at = after.asked_at or _LONG_AGO
    row.chains = [[b64encode(each).decode() for each in chain] for chain in after.chains]
    return after


def standings(session: Session, services: SealingServices) -> list[Standing]:
    """How the authorities stand (状態の一覧): the time-stamping ones in their order, the key, then those of revocation."""
    rows = {row.name: _standing(row) for row in session.scalars(select(AuthorityHealth))}
    names = [*services.authorities, WITNESS]
    kinds = dict.fromkeys(services.authorities, TSA) | {WITNESS: KEY}
    first = [rows.get(name) or Standing(name, kinds[name]) for name in names]
    others = [standing for name, standing in sorted(rows.items()) if standing.kind in ("ocsp", "crl")]
    return first + others


def check_authorities(
    services: SealingServices, shared: Shared, now: datetime, every: timedelta = timedelta(0)
) -> list[Standing]:
    """Asks each authority that has been silent for `every`, or fails, for a token; looks at the service's own key.

    What it says is written down; when one is back, everything that waits is tried at once.
    """
    with shared.reads() as session:
        before = {standing.name: standing for standing in standings(session, services)}
    for name in services.authorities:
        if _is_due(before[name], now, every):
            _probe(services, name)
    _look_at_key(services, shared, now)
    with shared.reads() as session:
        after = standings(session, services)
    was_failing = {name for name, standing in before.items() if standing.failing_since is not None}
    if any(standing.name in was_failing and standing.failing_since is None for standing in after):
        with shared.writes() as session:
            retry_waiting(session, now)
    return after


def retry_waiting(session: Session, now: datetime, envelope_ids: Sequence[str] | None = None) -> int:
    """Lets everything that waits (or these envelopes) be tried at once, and asks every authority again (再試行)."""
    query = unfinished_jobs().where(SealJob.next_attempt_at > now)
    if envelope_ids is not None:
        query = query.where(SealJob.envelope_id.in_(envelope_ids))
    jobs = session.scalars(query).all()
    for job in jobs:
        job.next_attempt_at = now
    session.execute(update(AuthorityHealth).values(skip_until=None))
    return len(jobs)


def _is_due(standing: Standing, now: datetime, every: timedelta) -> bool:
    """One that fails is asked when its while is over, so that its return is noticed without a seal."""
    if standing.failing_since is not None and standing.skip_until is not None and standing.skip_until <= now:
        return True
    return standing.asked_at is None or not now - every < standing.asked_at <= now


def _probe(services: SealingServices, name: str) -> None:
    try:
        services.timestamper.probe(name)
    except TimestampUnavailable as error:
        log.warning("authority %s: %s", name, error.facts.get("reason", error.text))


def _look_at_key(services: SealingServices, shared: Shared, now: datetime) -> None:
    """Whether the service's key could seal now; asks for revocation data when half of its life is over."""
    started = time.monotonic()
    problem = None
    try:
        services.sealer.check(now)
    except SigningRefused as error:
        problem = f"{error.text}{error.remedy}"
    took = round(1000 * (time.monotonic() - started))
    book = DatabaseHealthBook(shared)
    if problem is None:
        book.answered(WITNESS, KEY, now, took, ())
    else:
        book.failed(WITNESS, KEY, now, took, problem)


_HEALTH = (
    "kind",
    "answered_at",
    "failing_since",
    "failures",
    "problem",
    "milliseconds",
    "skip_until",
)
_ANSWER = ("key", "kind", "content", "produced_at", "refresh_at", "expires_at", "source")
_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _standing(row: AuthorityHealth) -> Standing:
    chains = tuple(tuple(b64decode(each) for each in chain) for chain in row.chains)
    values = {name: getattr(row, name) for name in _HEALTH}
    asked_at = None if row.asked_at == _LONG_AGO else row.asked_at
    return Standing(name=row.name, asked_at=asked_at, chains=chains, **values)


def _answer(row: RevocationAnswer) -> KeptAnswer:
    return KeptAnswer(**{name: getattr(row, name) for name in _ANSWER})


def _is_news(before: Standing, at: datetime, chains: Chains) -> bool:
    if (
        before.answered_at is None
        or before.failing_since is not None
        or tuple(chains) != tuple(before.chains)
    ):
        return True
    return not at - NOTED_EVERY < before.answered_at <= at


def _insert_once(session: Session, table: type[Base], **values: Any) -> None:
    """Inserts a row unless its key stands already; two processes may try at once."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(table).values(values).on_conflict_do_nothing())
