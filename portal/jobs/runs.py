"""Job runs (定期処理の実行): when each job last began, ended and failed, for the office and for monitoring."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.insertions import insert_once
from procurement.orm import Base


class JobRun(Base):
    """The last run of one job (定期処理の記録); the scheduler's own heartbeat is one of them."""

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[str] = mapped_column(Text, default="")
    """Of the last failure; stays readable after the job works again, `failed_at` says when it was."""


def note_start(session: Session, name: str, now: datetime) -> None:
    """Write down that a run begins."""
    insert_once(session, JobRun, name=name, started_at=now)
    session.get_one(JobRun, name).started_at = now


def note_finish(session: Session, name: str, now: datetime, result: str) -> None:
    """Write down that a run ended well, and what it did."""
    run = session.get_one(JobRun, name)
    run.finished_at, run.result = now, result


def note_failure(session: Session, name: str, now: datetime, error: str) -> None:
    """Write down that a run failed, and why."""
    run = session.get_one(JobRun, name)
    run.failed_at, run.error = now, error
