"""A look on PostgreSQL (照会): one statement for what is found at once, a second one for everything else.

The first finds and logs, and does nothing where a counter waits or the certificate was tried in vain before.
The second counts a failure before its answer leaves: an upsert waits for whoever counts the same certificate
in the same moment and sees what that one wrote. A look that meets a wait begun meanwhile is answered as
locked, so that a thousand tries at once are a thousand counted tries. Each statement commits by itself, with
the server's own `synchronous_commit`: neither a failure nor a row of the log is lost when it loses power.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from functools import cache
from typing import Any

import psycopg

from guarantees.columns import new_id
from guarantees.registry.looking import Look, Seen
from guarantees.registry.orm import LookOutcome
from guarantees.registry.paces import ADDRESS, CERTIFICATE, ORDERER, Pace

NAMES = (
    "number", "orderer", "nonce", "blinds", "certificate_key", "orderer_key", "address_key", "now", "id",
    "asked_by", "address", "logged_number",
)  # fmt: skip
"""The parameters of both statements, in the order of their places."""
OPENING = """
WITH candidate AS MATERIALIZED (
    -- the hash first: whatever is wrong, it is computed for each row
    SELECT issuer, number, key_hash, history, sha256(convert_to(:nonce::text || key_hash, 'UTF8')) = ANY(:blinds::bytea[])
        AND number = :number AND orderer = :orderer AS opens
    FROM registry_certificates
    WHERE number >= :number
        AND NOT EXISTS (SELECT FROM registry_tries WHERE key = :certificate_key AND (blocked_until > :now OR failures > 0))
        AND NOT EXISTS (SELECT FROM registry_tries WHERE key = :orderer_key AND blocked_until > :now)
        AND NOT EXISTS (SELECT FROM registry_tries WHERE key = :address_key AND blocked_until > :now)
    ORDER BY number, issuer LIMIT {width}
), logged AS (
    INSERT INTO registry_looks (id, at, orderer, asked_by, address, number, issuer, outcome)
    SELECT :id, :now, :orderer, :asked_by, :address, :logged_number::text, issuer, 'found' FROM candidate WHERE opens
)
SELECT issuer, number, key_hash, history FROM candidate WHERE opens
"""
COUNTING = """
WITH gate AS MATERIALIZED (
    SELECT max(blocked_until) AS until FROM registry_tries
    WHERE key IN (:certificate_key, :orderer_key, :address_key) AND blocked_until > :now
), candidate AS MATERIALIZED (
    SELECT number, issuer, orderer, key_hash, history, number = :number AS is_meant,
        (SELECT until FROM gate) IS NULL
            AND sha256(convert_to(:nonce::text || key_hash, 'UTF8')) = ANY(:blinds::bytea[]) AS fits
    FROM registry_certificates WHERE number >= :number ORDER BY number, issuer LIMIT {width}
), found AS MATERIALIZED (
    SELECT number, issuer, key_hash, history FROM candidate
    WHERE is_meant AND fits AND orderer = :orderer
), verdict AS MATERIALIZED (
    SELECT until, (SELECT count(*) FROM found) AS found,
        until IS NULL AND (
            NOT EXISTS (SELECT FROM found)
            OR EXISTS (SELECT FROM registry_tries WHERE key = :certificate_key AND failures > 0)
        ) AS counts
    FROM gate
), counted_certificate AS (
    INSERT INTO registry_tries AS t (key, failures, last_at)
    SELECT :certificate_key, 1 - found, :now FROM verdict WHERE counts
    ON CONFLICT (key) DO UPDATE SET {certificate}
    WHERE t.blocked_until IS NULL OR t.blocked_until <= EXCLUDED.last_at
    RETURNING key
), counted_orderer AS (
    INSERT INTO registry_tries AS t (key, failures, last_at)
    SELECT :orderer_key, 1, :now FROM verdict, counted_certificate WHERE found = 0
    ON CONFLICT (key) DO UPDATE SET {orderer}
    RETURNING key
), counted_address AS (
    INSERT INTO registry_tries AS t (key, failures, last_at)
    SELECT :address_key, 1, :now FROM counted_orderer WHERE :address <> ''
    ON CONFLICT (key) DO UPDATE SET {address}
    RETURNING key
), outcome AS MATERIALIZED (
    SELECT until, CASE
        WHEN until IS NOT NULL OR counts AND NOT EXISTS (SELECT FROM counted_certificate) THEN 'locked'
        WHEN found > 0 THEN 'found' ELSE 'refused' END AS outcome
    FROM verdict
), logged AS (
    INSERT INTO registry_looks (id, at, orderer, asked_by, address, number, issuer, outcome)
    SELECT :id, :now, :orderer, :asked_by, :address, :logged_number, coalesce(
        (SELECT issuer FROM found),
        (SELECT issuer FROM candidate WHERE is_meant ORDER BY orderer <> :orderer, issuer LIMIT 1)
    ), outcome FROM outcome
)
SELECT outcome, until, issuer, number, key_hash, history
FROM outcome LEFT JOIN found ON outcome = 'found'
"""
UNTIL = "SELECT blocked_until FROM registry_tries WHERE key = $1"


def look(connection: "psycopg.Connection[Any]", asked: Look) -> Seen:
    """Carry a look out: counters, comparison, count, log. The connection commits each statement by itself."""
    cursor = psycopg.RawCursor(connection)
    width, values = len(asked.hashes), _values(asked)
    row = cursor.execute(_statement(OPENING, width), values, prepare=True).fetchone()
    if row is not None:
        return _found(asked, *row)
    row = cursor.execute(_statement(COUNTING, width), values, prepare=True).fetchone()
    assert row is not None
    outcome, until, *certificate = row
    if outcome == "found":
        return _found(asked, *certificate)
    if outcome == "locked":
        return Seen(LookOutcome.LOCKED, until or _meanwhile(cursor, asked))
    return Seen(LookOutcome.REFUSED)


def _found(asked: Look, issuer: str, number: str, key_hash: str, history: list[Any]) -> Seen:
    if not hmac.compare_digest(key_hash, asked.hashes[issuer]):
        return Seen(LookOutcome.REFUSED)
    return Seen(LookOutcome.FOUND, None, issuer, number, history)


def _meanwhile(cursor: "psycopg.RawCursor[Any]", asked: Look) -> datetime:
    """The end of a wait that began while this look was under way."""
    row = cursor.execute(UNTIL, (asked.counters.certificate.key,)).fetchone()
    until: datetime = row[0] if row and row[0] else asked.now
    return until


def _values(asked: Look) -> tuple[Any, ...]:
    """The parameters of both statements, in the order of NAMES."""
    # The database compares hashes of the keyed hashes with a fresh nonce: how long its comparison takes
    # says nothing about them, so it is as good as one in constant time.
    nonce = secrets.token_hex(16)
    blinds = [hashlib.sha256(f"{nonce}{one}".encode()).hexdigest() for one in asked.hashes.values()]
    quoted = ",".join(f'"\\\\x{blind}"' for blind in blinds)
    others = [counter.key for counter in asked.counters.others]
    keys = (asked.counters.certificate.key, others[0], others[-1])
    who = (asked.asked_by, asked.address, asked.logged_number)
    # As the server writes an array: the driver takes as long for a list as for all the rest.
    return (asked.number, asked.orderer, nonce, f"{{{quoted}}}", *keys, asked.now, new_id(), *who)


@cache
def _statement(template: str, width: int) -> bytes:
    """A statement with the paces of the counters and as many rows as companies share a shape of number.

    Its names become places here, once: the driver would read a statement of this length anew each time.
    """
    paces = {"certificate": CERTIFICATE, "orderer": ORDERER, "address": ADDRESS}
    text = template.format(width=int(width), **{name: _count(pace) for name, pace in paces.items()})
    return re.sub(r"(?<!:):([a-z_]+)", lambda name: f"${NAMES.index(name[1]) + 1}", text).encode()


def _count(pace: Pace) -> str:
    """What `paces.counted` does, in SQL; an insert with no failures (a success) begins anew."""
    total = f"CASE WHEN EXCLUDED.last_at - t.last_at > {_seconds(pace.forget_after)} THEN 1 ELSE t.failures + 1 END"
    over = f"least({total} - {pace.free}, 20)"
    wait = f"least({_seconds(pace.first)} * power(2, {over}), {_seconds(pace.longest)})"
    return (
        f"failures = CASE WHEN EXCLUDED.failures = 0 THEN 0 ELSE {total} END, last_at = EXCLUDED.last_at,"
        f" blocked_until = CASE WHEN EXCLUDED.failures > 0 AND {total} >= {pace.free}"
        f" THEN EXCLUDED.last_at + {wait} END"
    )


def _seconds(length: Any) -> str:
    return f"interval '{length.total_seconds():.0f} seconds'"
