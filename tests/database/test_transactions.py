"""Transactions: no update is lost, no writer starves, a reader cannot write, a failed act leaves nothing."""

import subprocess
import sys
from datetime import datetime

import pytest
from flask import Flask
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal import database as database_module
from portal.audit.entries import AuditHead
from portal.database import Database
from portal.mail import OutboxMessage
from portal.unit_of_work import reading, writing
from tests.conftest import NOON

INCREMENTS = 150
COUNT_UP = f"""
import sys
from sqlalchemy import select
from portal.database import Database
from portal.audit.entries import AuditHead
database = Database(sys.argv[1])
for _ in range({INCREMENTS}):
    with database.writers() as session:
        row = session.scalars(select(AuditHead).where(AuditHead.city == "x").with_for_update()).one()
        row.seq = row.seq + 1
        session.commit()
"""


def outbox_message(key: str, now: datetime = NOON, **values: object) -> OutboxMessage:
    filled: dict[str, object] = {
        "dedupe_key": key,
        "to": "a@example.jp",
        "subject": "件名",
        "body": "本文",
        "attachments": [],
        "message_id": key,
        "created_at": now,
        "due_at": now,
        "next_attempt_at": now,
    }
    return OutboxMessage(**filled | values)


def test_two_processes_counting_the_same_row_lose_nothing(database: Database, database_url: str) -> None:
    with database.writers() as session:
        session.add(AuditHead(city="x", seq=0, hash=""))
        session.commit()

    processes = [subprocess.Popen([sys.executable, "-c", COUNT_UP, database_url]) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]

    with database.readers() as session:
        assert session.get_one(AuditHead, "x").seq == 2 * INCREMENTS


def test_a_reading_session_cannot_write(app: Flask) -> None:
    with app.app_context(), reading() as session:
        session.add(outbox_message("k"))
        with pytest.raises(DBAPIError):
            session.flush()


def test_an_exception_leaves_nothing_behind(app: Flask) -> None:
    def half_done_act() -> None:
        with writing() as session:
            session.add(outbox_message("k"))
            session.flush()
            raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            half_done_act()
        with writing() as session:
            assert session.scalars(select(OutboxMessage)).all() == []


def test_a_unit_of_work_inside_another_is_a_fault_not_a_deadlock(app: Flask) -> None:
    with app.app_context(), writing(), pytest.raises(RuntimeError, match="already open"), writing():
        pass


def test_a_reader_sees_the_state_before_an_open_write(app: Flask) -> None:
    with app.app_context(), writing() as writer:
        writer.add(outbox_message("k"))
        writer.flush()
        with reading() as reader:
            assert reader.scalars(select(OutboxMessage)).all() == []


def test_the_log_of_sqlite_is_folded_into_the_file(database: Database) -> None:
    if not database.is_sqlite:
        assert database.checkpoint() == ""
        return
    with database.writers() as session:
        session.add(outbox_message("k"))
        session.commit()
    assert database.checkpoint() == "まとめました。"


def test_sqlite_is_set_up_to_lose_nothing(database: Database) -> None:
    if not database.is_sqlite:
        return
    with database.write_engine.connect() as connection:
        pragmas = {
            name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")
        }
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}


def test_an_sqlite_that_can_corrupt_its_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(RuntimeError, match=r"3\.51\.3"):
        database_module.check_sqlite_version()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_addresses_of_postgresql_as_hosts_hand_them_out(scheme: str) -> None:
    database = Database(f"{scheme}://user:secret@db.example.jp/warifu")
    assert database.url.drivername == "postgresql+psycopg"
    database.dispose()


@pytest.mark.parametrize("url", ["mysql://db/warifu", "sqlite://"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SQLite"):
        Database(url)
