"""Failed sign-ins (ログイン失敗): growing waits, counted in the database, that cannot lock an owner out."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import KnownAddress, LoginTry
from portal.insertions import insert_once

FORGET_AFTER = timedelta(hours=24)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True)
class _Limit:
    """After `free` failures each further one doubles the wait, from `first` on."""

    free: int
    first: timedelta


PAIR = _Limit(free=4, first=timedelta(seconds=15))
"""One account from one address: somebody who mistypes."""
SOURCE = _Limit(free=9, first=LONGEST_WAIT)
"""One address, whatever the account: somebody who tries many."""
TARGET = _Limit(free=9, first=LONGEST_WAIT)
"""One account, whatever the address: many who try one. Not asked where the account signed in before."""


def seconds_to_wait(
    session: Session, login_name: str, account_id: str | None, address: str, now: datetime
) -> int:
    """Count a try before its password is looked at; how long it must wait instead (0: go on).

    Counting first means that a thousand tries at the same instant are a thousand counted tries.
    """
    limits = _limits(session, login_name, account_id, address)
    tries = {key: _locked_try(session, key, now) for key in sorted(limits)}
    waits = [
        row.blocked_until - now for row in tries.values() if row.blocked_until and row.blocked_until > now
    ]
    if waits:
        return int(max(waits).total_seconds()) + 1
    for key, row in tries.items():
        _count(row, limits[key], now)
    return 0


def forget_tries(session: Session, login_name: str, account_id: str, address: str, now: datetime) -> None:
    """After a sign-in: the counters of this account begin anew, its address is known, its try not counted."""
    keys = [_key("pair", login_name, address), _key("target", login_name)]
    session.execute(delete(LoginTry).where(LoginTry.key.in_(keys)))
    counted = update(LoginTry).where(LoginTry.key == _key("source", address), LoginTry.failures > 0)
    session.execute(counted.values(failures=LoginTry.failures - 1, blocked_until=None))
    session.merge(KnownAddress(account_id=account_id, address_hash=_key("address", address), last_at=now))


def _limits(session: Session, login_name: str, account_id: str | None, address: str) -> dict[str, _Limit]:
    limits = {_key("pair", login_name, address): PAIR}
    if account_id is None or not session.get(KnownAddress, (account_id, _key("address", address))):
        limits[_key("source", address)] = SOURCE
        limits[_key("target", login_name)] = TARGET
    return limits


def _count(row: LoginTry, limit: _Limit, now: datetime) -> None:
    row.failures += 1
    row.last_at = now
    over = row.failures - limit.free
    row.blocked_until = now + min(limit.first * 2 ** min(over - 1, 16), LONGEST_WAIT) if over > 0 else None


def _locked_try(session: Session, key: str, now: datetime) -> LoginTry:
    insert_once(session, LoginTry, key=key, failures=0, last_at=now)
    row = session.scalars(select(LoginTry).where(LoginTry.key == key).with_for_update()).one()
    if now - row.last_at > FORGET_AFTER:
        row.failures, row.blocked_until = 0, None
    return row


def _key(*parts: str) -> str:
    """Only a hash is kept: what people type as their name is sometimes their password."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
