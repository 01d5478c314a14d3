"""The database (データベース): a read and a write engine, with settings measured to lose nothing."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url, text
from sqlalchemy.orm import Session, sessionmaker

from portal import scoping, tables
from portal.audit import entries

OLDEST_SQLITE = (3, 51, 3)  # earlier ones can corrupt a WAL database when a checkpoint meets a commit
BUSY_TIMEOUT_MS = 5000
LOCK_WAIT_SECONDS = 30
STATEMENT_CONNECTIONS = 4
POSTGRESQL_OPTIONS = (
    "-c statement_timeout=10000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=15000"
    " -c plan_cache_mode=force_custom_plan -c timezone=UTC"
)
CONNECT_ARGS: dict[str, Any] = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 10000,
}


class Database:
    """The portal's one database: SQLite (embedded default) or PostgreSQL, behind the same two sessions."""

    def __init__(self, url: str, pool_size: int = 8) -> None:
        self.url = _normalised(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._lock = WriteLock(Path(f"{self.url.database}.lock"))
            self.write_engine = _sqlite_writer(self.url, self._lock)
            self.read_engine = _sqlite_reader(self.url, pool_size)
        else:
            self.write_engine = _postgresql(self.url, pool_size)
            self.read_engine = self.write_engine.execution_options(postgresql_readonly=True)
        self.readers = _sessions(self.read_engine)
        self.writers = _sessions(self.write_engine)

    def check(self) -> None:
        """Ask the database for an answer; raises SQLAlchemy's error when it gives none."""
        with self.read_engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def checkpoint(self) -> str:
        """Fold SQLite's write-ahead log into the file, under the lock that every commit takes."""
        if not self.is_sqlite:
            return ""
        # connection first, lock second, as every writer does: the other order is a deadlock
        with _raw(self.write_engine) as connection, self._lock.held():
            is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return "読み取り中のため次回に回しました。" if is_busy else "まとめました。"

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A connection in a transaction that may rebuild tables (foreign keys are checked at its end)."""
        engine = (
            _sqlite_writer(self.url, self._lock, foreign_keys=False) if self.is_sqlite else self.write_engine
        )
        with engine.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            yield connection
            if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the migration leaves rows that point nowhere")
        if engine is not self.write_engine:
            engine.dispose()

    @contextmanager
    def statements(self) -> Iterator[psycopg.Connection[Any]]:
        """A bare connection to PostgreSQL on which each statement commits by itself and keeps its plan.

        For the one query that is asked all day long (a look at a certificate). Nothing is sent to find out
        whether the server closed the connection meanwhile: then the statement fails, and the next try gets
        a new one.
        """
        connection = self._statements.raw_connection()
        try:
            bare = connection.driver_connection
            assert isinstance(bare, psycopg.Connection)
            yield bare
        except psycopg.OperationalError as error:
            connection.invalidate(error)
            raise
        finally:
            connection.close()

    @cached_property
    def _statements(self) -> Engine:
        # by the index also in a small table: how many rows lie behind a number must not be told by the time
        by_index = "-c enable_seqscan=off -c enable_bitmapscan=off"
        options = f"{POSTGRESQL_OPTIONS} -c plan_cache_mode=force_generic_plan {by_index}"
        return _postgresql(self.url, STATEMENT_CONNECTIONS, options, isolation_level="AUTOCOMMIT")

    def dispose(self) -> None:
        """Close every connection."""
        if "_statements" in self.__dict__:
            self._statements.dispose()
        self.read_engine.dispose()
        self.write_engine.dispose()


class WriteLock:
    """One writer at a time across processes, in the order they came (SQLite's own waiting starves some)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._owner = threading.Lock()

    def acquire(self) -> None:
        if not self._owner.acquire(timeout=LOCK_WAIT_SECONDS):
            raise sqlite.OperationalError("database is locked")
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except BaseException:
            self._owner.release()
            raise
        self._handle = handle

    def release(self) -> None:
        """Let the next writer in; harmless when the lock is not held."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
            self._owner.release()

    @contextmanager
    def held(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()


def check_sqlite_version() -> None:
    """Refuse an SQLite that can corrupt its file (limits.md, finding 1)."""
    if sqlite.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise RuntimeError(f"SQLite {wanted} or newer is needed, found {sqlite.sqlite_version}")


def _normalised(url: str) -> URL:
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(f"{parsed.drivername}: only SQLite and PostgreSQL are supported")
    if parsed.get_backend_name() == "sqlite" and not parsed.database:
        raise ValueError("SQLite needs a file")
    return parsed


def _sessions(engine: Engine) -> sessionmaker[Session]:
    assert tables.METADATA  # every table is known before the first query, or scoping would miss one
    factory = sessionmaker(engine, expire_on_commit=False)
    scoping.install(factory)
    entries.install(factory)
    return factory


def _postgresql(
    url: URL, pool_size: int, options: str = POSTGRESQL_OPTIONS, isolation_level: Any = "READ COMMITTED"
) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=isolation_level != "AUTOCOMMIT",
        pool_reset_on_return=None if isolation_level == "AUTOCOMMIT" else "rollback",
        pool_recycle=300,
        isolation_level=isolation_level,
        connect_args={**CONNECT_ARGS, "application_name": "warifu", "options": options},
    )
    return engine


def _sqlite_reader(url: URL, pool_size: int) -> Engine:
    engine = _sqlite(url, pool_size, ("query_only=1", "foreign_keys=ON"))

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _sqlite_writer(url: URL, lock: WriteLock, foreign_keys: bool = True) -> Engine:
    keys = f"foreign_keys={'ON' if foreign_keys else 'OFF'}"
    engine = _sqlite(url, 1, (keys, "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0"))

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        lock.acquire()
        connection.info["holds_write_lock"] = True
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            _let_go(connection.info, lock)
            raise

    @event.listens_for(engine, "checkin")
    def checkin(_connection: Any, record: Any) -> None:
        _let_go(record.info, lock)

    return engine


def _let_go(info: dict[Any, Any], lock: WriteLock) -> None:
    if info.pop("holds_write_lock", False):
        lock.release()


def _sqlite(url: URL, pool_size: int, pragmas: tuple[str, ...]) -> Engine:
    check_sqlite_version()
    engine = create_engine(
        url,
        module=sqlite,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=LOCK_WAIT_SECONDS,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        for pragma in (*pragmas, "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def _raw(engine: Engine) -> Iterator[Any]:
    connection = engine.raw_connection()
    try:
        yield connection.driver_connection
    finally:
        connection.close()
