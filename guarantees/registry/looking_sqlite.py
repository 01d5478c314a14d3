"""A look on SQLite (照会): step by step, in the one writing transaction that there is at a time."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from guarantees.columns import new_id
from guarantees.registry.looking import Look, Seen
from guarantees.registry.orm import LookOutcome, RegistryCertificate, RegistryLook, RegistryTry
from guarantees.registry.paces import Counter, counted

NOTHING = "0" * 64
Tries = dict[str, Any]


def look(connection: Connection, asked: Look) -> Seen:
    """Carry a look out: counters, comparison, count, log. The caller commits."""
    tries = _tries(connection, asked)
    rows = _rows(connection, asked)
    until = _waits(tries, asked.now)
    seen = Seen(LookOutcome.LOCKED, until) if until else _compared(rows, asked)
    if seen.outcome is LookOutcome.REFUSED:
        for counter in asked.counters.all:
            _count(connection, counter, tries.get(counter.key), asked.now)
    elif seen.outcome is LookOutcome.FOUND and asked.counters.certificate.key in tries:
        _forget(connection, asked.counters.certificate.key)
    _log(connection, asked, seen, rows)
    return seen


def _tries(connection: Connection, asked: Look) -> Tries:
    table = RegistryTry.__table__.c
    keys = [counter.key for counter in asked.counters.all]
    rows = connection.execute(
        select(table.key, table.failures, table.last_at, table.blocked_until).where(table.key.in_(keys))
    )
    return {row.key: row for row in rows}


def _waits(tries: Tries, now: datetime) -> datetime | None:
    waits = [row.blocked_until for row in tries.values() if row.blocked_until and row.blocked_until > now]
    return max(waits, default=None)


def _rows(connection: Connection, asked: Look) -> Sequence[Any]:
    """The certificates of the number, or the next ones: an unknown number costs what a known one costs."""
    table = RegistryCertificate.__table__.c
    columns = (table.number, table.issuer, table.orderer, table.key_hash, table.history)
    wanted = select(*columns).where(table.number >= asked.number).order_by(table.number, table.issuer)
    return connection.execute(wanted.limit(len(asked.hashes))).all()


def _compared(rows: Sequence[Any], asked: Look) -> Seen:
    seen = Seen(LookOutcome.REFUSED)
    for row in rows:
        opens = hmac.compare_digest(row.key_hash, asked.hashes.get(row.issuer, NOTHING))
        if opens and row.number == asked.number and row.orderer == asked.orderer:
            seen = Seen(LookOutcome.FOUND, None, row.issuer, row.number, history=row.history)
    return seen


def _count(connection: Connection, counter: Counter, row: Any | None, now: datetime) -> None:
    failures, last_at = (row.failures, row.last_at) if row else (0, None)
    total, blocked_until = counted(counter.pace, failures, last_at, now)
    values = {"failures": total, "last_at": now, "blocked_until": blocked_until}
    if row is None:
        connection.execute(insert(RegistryTry).values(key=counter.key, **values))
    else:
        connection.execute(update(RegistryTry).where(RegistryTry.key == counter.key).values(**values))


def _forget(connection: Connection, key: str) -> None:
    connection.execute(
        update(RegistryTry).where(RegistryTry.key == key).values(failures=0, blocked_until=None)
    )


def _log(connection: Connection, asked: Look, seen: Seen, rows: Sequence[Any]) -> None:
    of_number = sorted(
        (row for row in rows if row.number == asked.number), key=lambda row: row.orderer != asked.orderer
    )
    meant = seen.issuer or (of_number[0].issuer if of_number else None)
    connection.execute(
        insert(RegistryLook).values(
            id=new_id(),
            at=asked.now,
            orderer=asked.orderer,
            asked_by=asked.asked_by,
            address=asked.address,
            number=asked.logged_number,
            issuer=meant,
            outcome=seen.outcome,
        )
    )
