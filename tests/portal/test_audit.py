"""The audit log: written with the act or not at all, and any change to it is found at its place."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from portal.audit import AuditEntry, Tag, record
from portal.audit.entries import AuditHead
from portal.audit.verification import ChainReport, verify_chains
from portal.unit_of_work import reading, writing
from tests.conftest import NOON

OFFICER = ("office", "id-of-officer", "試験 太郎")


def note(session: Session, number: str, city: str = "here") -> None:
    record(
        session,
        at=NOON,
        city=city,
        actor=OFFICER,
        tag="case:award:decide",
        subject=("case", "id"),
        details={"number": number},
    )


def reports(app: Flask) -> dict[str, ChainReport]:
    with app.app_context(), reading() as session:
        return {report.city: report for report in verify_chains(session)}


@pytest.fixture
def five_rows(app: Flask) -> None:
    with app.app_context():
        for number in "12345":
            with writing() as session:
                note(session, number)


def test_each_city_has_its_own_unbroken_chain(app: Flask) -> None:
    with app.app_context(), writing() as session:
        for city in ("here", "there", "here"):
            note(session, "1", city)

    assert {city: (report.rows, report.problem) for city, report in reports(app).items()} == {
        "here": (2, None),
        "there": (1, None),
    }


def test_no_row_is_written_for_what_was_rolled_back(app: Flask) -> None:
    def broken_act() -> None:
        with writing() as session:
            note(session, "1")
            raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            broken_act()
        with writing() as session:
            note(session, "2")
            outer = session.begin_nested()
            with session.begin_nested():
                note(session, "3")
            outer.rollback()
            with session.begin_nested():
                note(session, "4")
        with reading() as session:
            rows = session.query(AuditEntry).order_by(AuditEntry.seq)
            assert [row.details["number"] for row in rows] == ["2", "4"]


@pytest.mark.parametrize("details", [{}, {"number": "1", "password": "secret"}])
def test_details_have_the_keys_of_their_tag_and_no_others(app: Flask, details: dict[str, Any]) -> None:
    with app.app_context(), pytest.raises(ValueError, match="number"), writing() as session:
        record(session, at=NOON, city=None, actor=OFFICER, tag="case:award:decide", details=details)


def test_an_unknown_tag_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(ValueError, match="nonsense"), writing() as session:
        record(session, at=NOON, city=None, actor=OFFICER, tag="nonsense")


@pytest.mark.parametrize(
    ("change", "first_bad"),
    [
        (update(AuditEntry).where(AuditEntry.seq == 3).values(actor_name="別人"), 3),
        (update(AuditEntry).where(AuditEntry.seq == 2).values(details={"number": "9"}), 2),
        (delete(AuditEntry).where(AuditEntry.seq == 2), 2),
        (delete(AuditEntry).where(AuditEntry.seq == 5), 5),
        (update(AuditEntry).where(AuditEntry.seq == 5).values(seq=6), 5),
        (update(AuditHead).values(hash="0" * 64), 6),
    ],
)
@pytest.mark.usefixtures("five_rows")
def test_a_changed_or_missing_row_is_found_at_its_place(app: Flask, change: Any, first_bad: int) -> None:
    assert reports(app)["here"].problem is None
    with app.app_context(), writing() as session:
        session.execute(change)

    report = reports(app)["here"]
    assert report.problem is not None
    assert report.seq == first_bad


@pytest.mark.usefixtures("five_rows")
def test_the_command_says_so_with_its_exit_code(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["audit", "verify", "--json"]).exit_code == 0
    with app.app_context(), writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq == 1))
    assert runner.invoke(args=["audit", "verify"]).exit_code == 1


def test_every_tag_reads_subject_then_act() -> None:
    assert all(":" in tag.value and tag.value.islower() for tag in Tag)
