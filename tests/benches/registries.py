"""Figures of the registry: look-ups a second against a bare SELECT, and with a million certificates against 10,000.

Two databases of one throw-away PostgreSQL server, filled alike; one process, one connection at a time. What is
timed is the in-process port of the portal itself, with everything a look is: waits, comparison, log, answer.
"""

from __future__ import annotations

import hmac
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import select

from guarantees.certificates import VersionKind
from guarantees.columns import new_id
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Found
from guarantees.registry.histories import history_json
from guarantees.registry.key_hashing import KeyHasher
from guarantees.registry.orm import CertificateVersion, RegistryCertificate
from portal import clock
from portal.database import Database
from portal.registries import OwnRegistry
from portal.tables import METADATA
from tests.benches.measuring import line
from tests.guarantees.registry.samples import CONTENTS, contents, later
from tests.postgres import Cluster, find_binaries

FEW, MANY = 10_000, 1_000_000
SAMPLES = 2_000
CALLS, ROUNDS = 40, 121
LEAST_OF_BARE, LEAST_OF_FEW = 0.5, 0.8
HASHER = KeyHasher("a secret of the benches" * 3)
CORE = (
    "RegistryCertificate.__table__ by number and issuer through SQLAlchemy Core: connection of the same engine out "
    "of its pool, autocommit as ours, compiled statement cached, history read from JSON; then one HMAC-SHA256 and "
    "compare_digest"
)
FILL = """
INSERT INTO registry_certificates (id, issuer, number, orderer, product, key_hash, published_at, history)
SELECT substr(md5(i::text), 1, 22), CASE i % 2 WHEN 0 THEN 'east' ELSE 'west' END,
    CASE i % 2 WHEN 0 THEN (10000 + i / 10000) || '-' || lpad((i % 10000)::text, 4, '0') || 'M'
        ELSE (2000000000 + i)::text END,
    'city' || i % 200, 'advance_payment', encode(sha256(i::text::bytea), 'hex'), now(),
    (CASE i % 10 WHEN 0 THEN {changed} ELSE {new} END)::json
FROM generate_series(0, {last}) AS i;
INSERT INTO registry_looks (id, at, orderer, asked_by, address, number, issuer, outcome)
SELECT substr(md5(number), 1, 22), now(), orderer, '契約課 職員', '', number, issuer, 'found' FROM registry_certificates;
INSERT INTO registry_tries (key, failures, last_at)
SELECT encode(sha256(number::bytea), 'hex'), 1, now() FROM registry_certificates WHERE right(id, 1) < '1';
"""
LOG = (
    b"INSERT INTO registry_looks (id, at, orderer, asked_by, address, number, issuer, outcome)"
    b" VALUES ($1, $2, $3, $4, '', $5, $6, 'found')"
)
BARE = (
    b"SELECT issuer, number, key_hash, history FROM registry_certificates WHERE number = $1 AND issuer = $2"
)


@dataclass(frozen=True)
class Sample:
    """A certificate whose key is known."""

    issuer: str
    number: str
    orderer: str
    key: AuthenticationKey


def figures(_folder: Path) -> Iterator[dict[str, object]]:
    """Ratios of look-ups per second by the wall clock, medians over rounds in turns."""
    with _cluster() as cluster:
        few, many = Registry(cluster, FEW), Registry(cluster, MANY)
        works = [few.ours, many.ours, many.core, many.bare, many.logged]
        rounds, cpu = _rounds(works), _cpu_of(many)
        ours_few, ours, core, bare, logged = (statistics.median(times) for times in rounds)
        of_core = _ratio(rounds[2], rounds[1])
        yield line(
            "registry_lookups_vs_bare_select",
            of_core,
            LEAST_OF_BARE,
            of_core >= LEAST_OF_BARE,
            f"{MANY:,} certificates: {_us(ours)} a look, {_us(core)} for {CORE}; {_us(bare)} for the same SELECT "
            f"with bare psycopg, prepared, connection held, plus hash and comparison "
            f"(ratio {_ratio(rounds[3], rounds[1]):.2f}), {_us(logged)} with a bare INSERT of the log's row after it "
            f"(ratio {_ratio(rounds[4], rounds[1]):.2f}); {cpu}",
        )
        of_few = _ratio(rounds[0], rounds[1])
        yield line(
            "registry_million_vs_ten_thousand",
            of_few,
            LEAST_OF_FEW,
            of_few >= LEAST_OF_FEW,
            f"{FEW:,} certificates {_us(ours_few)} a look, {MANY:,} {_us(ours)}",
        )
        few.close()
        many.close()


class Registry:
    """A database with so many certificates, and the ways to ask it."""

    def __init__(self, cluster: Cluster, certificates: int) -> None:
        name = f"registry{certificates}"
        cluster.execute(f"CREATE DATABASE {name}")
        self._database = Database(cluster.url(name))
        self._app = Flask(__name__)
        self._app.extensions["database"] = self._database
        self._port = OwnRegistry(HASHER)
        self._samples = _samples(certificates)
        self._next = cycle(self._samples)
        self._fill(cluster, name, certificates)
        self._held = psycopg.connect(cluster.url(name), autocommit=True)
        self._cursor = psycopg.RawCursor(self._held)

    def ours(self) -> None:
        """Looks through the port that the portal uses."""
        now = clock.now()
        with self._app.app_context():
            for one in self._some():
                answer = self._port.look_up(one.orderer, one.number, one.key, asked_by="契約課 職員", now=now)
                assert isinstance(answer, Found), answer

    def core(self) -> None:
        """A bare indexed SELECT and one keyed hash, through SQLAlchemy Core."""
        table = RegistryCertificate.__table__.c
        columns = (table.issuer, table.number, table.key_hash, table.history)
        for one in self._some():
            wanted = select(*columns).where(table.number == one.number, table.issuer == one.issuer)
            with self._database._statements.connect() as connection:
                row = connection.execute(wanted).one()
            _compare(row.key_hash, one)

    def bare(self) -> None:
        """The same with psycopg alone on a connection that is held."""
        for one in self._some():
            row = self._cursor.execute(BARE, (one.number, one.issuer), prepare=True).fetchone()
            assert row is not None
            _compare(row[2], one)

    def logged(self) -> None:
        """The bare SELECT and hash, and a bare INSERT of the log's row: what a look cannot do without."""
        now = clock.now()
        for one in self._some():
            row = self._cursor.execute(BARE, (one.number, one.issuer), prepare=True).fetchone()
            assert row is not None
            _compare(row[2], one)
            who = (one.orderer, "契約課 職員", one.number, one.issuer)
            self._cursor.execute(LOG, (new_id(), now, *who), prepare=True)

    def server_seconds(self) -> float:
        """CPU seconds of the server's process behind the port's connection so far."""
        with self._database.statements() as connection:
            words = Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / 100

    def close(self) -> None:
        self._held.close()
        self._database.dispose()

    def _some(self) -> Iterator[Sample]:
        return islice(self._next, CALLS)

    def _fill(self, cluster: Cluster, name: str, certificates: int) -> None:
        with self._database.migrating() as connection:
            for metadata in METADATA:
                metadata.create_all(connection)
        new, changed = _histories()
        with psycopg.connect(cluster.url(name)) as connection:
            fill = FILL.format(new=_quoted(new), changed=_quoted(changed), last=certificates - 1)
            connection.execute(fill.encode())
            connection.cursor().executemany(
                "UPDATE registry_certificates SET key_hash = %s WHERE number = %s AND issuer = %s",
                [(HASHER.hash(s.issuer, s.number, s.key), s.number, s.issuer) for s in self._samples],
            )
        cluster.execute("VACUUM ANALYZE", name)
        cluster.execute("CHECKPOINT", name)


def _samples(certificates: int) -> list[Sample]:
    """Certificates from all over the table, in no order."""
    step = certificates // SAMPLES
    places = [place * step + place % 2 for place in range(SAMPLES)]
    random.Random(5).shuffle(places)
    return [_sample(place) for place in places]


def _sample(place: int) -> Sample:
    number = f"{2_000_000_000 + place}" if place % 2 else f"{10_000 + place // 10_000}-{place % 10_000:04}M"
    key = AuthenticationKey(f"Key{place:09}")
    return Sample("west" if place % 2 else "east", number, f"city{place % 200}", key)


def _histories() -> tuple[str, str]:
    """What the row of a certificate keeps: a new one, and one that was changed once."""
    versions = [
        CertificateVersion(kind=kind, arrived_at=later(0), contents=said.to_json())
        for kind, said in (
            (VersionKind.NEW, CONTENTS),
            (VersionKind.CHANGE, contents(guaranteed_amount=22_000_000)),
        )
    ]
    return json.dumps(history_json(versions[:1])), json.dumps(history_json(versions))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _compare(key_hash: str, one: Sample) -> None:
    assert hmac.compare_digest(key_hash, HASHER.hash(one.issuer, one.number, one.key))


def _rounds(works: Sequence[Callable[[], None]]) -> list[list[float]]:
    """Seconds of a call of each, round by round, measured in turns; the order turns too."""
    for work in works:
        work()
    spent: list[list[float]] = [[] for _ in works]
    for turn in range(ROUNDS):
        for place in range(len(works)):
            chosen = (place + turn) % len(works)
            started = time.perf_counter()
            works[chosen]()
            spent[chosen].append((time.perf_counter() - started) / CALLS)
    return spent


def _ratio(reference: Sequence[float], ours: Sequence[float]) -> float:
    """The median of the rounds' own ratios: what else the machine does in a round slows both."""
    return statistics.median(one / other for one, other in zip(reference, ours, strict=True))


def _cpu_of(registry: Registry) -> str:
    """CPU time of a call on both sides of the socket: free of what else the machine does."""
    words = []
    for name, work in (("look", registry.ours), ("Core SELECT", registry.core)):
        server, own = registry.server_seconds(), time.process_time()
        for _ in range(ROUNDS):
            work()
        calls = CALLS * ROUNDS / 1e6
        own, server = (time.process_time() - own) / calls, (registry.server_seconds() - server) / calls
        words.append(f"{name} {own:.0f} + {server:.0f} µs CPU (client + server)")
    return ", ".join(words)


def _us(seconds: float) -> str:
    return f"{1e6 * seconds:.0f} µs"


@contextmanager
def _cluster() -> Iterator[Cluster]:
    binaries = find_binaries()
    assert binaries, "PostgreSQL is not installed (apt install postgresql)"
    cluster = Cluster(binaries)
    try:
        yield cluster
    finally:
        cluster.stop()
