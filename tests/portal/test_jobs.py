"""Jobs: run by name or by the clock, in any number of processes, and each leaves a trace of how it went."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from portal.database import Database
from portal.jobs import runner
from portal.jobs.runner import HEARTBEAT, add_jobs, run_job, scheduler_settings
from portal.jobs.runs import JobRun
from portal.jobs.schedule import JOBS, Job, job_named
from portal.unit_of_work import reading
from tests.conftest import NOON

SECOND = timedelta(seconds=1)


def last_run(app: Flask, name: str) -> JobRun | None:
    with app.app_context(), reading() as session:
        return session.get(JobRun, name)


def job(run: Any, name: str = "test") -> Job:
    return Job(name, SECOND, run, "試験")


def test_a_run_leaves_its_result(app: Flask, noon: datetime) -> None:
    with app.app_context():
        assert run_job(job(lambda now: f"at {now:%H:%M}")) == "at 12:00"
    run = last_run(app, "test")
    assert run is not None
    assert (run.started_at, run.finished_at, run.failed_at, run.result) == (NOON, NOON, None, "at 12:00")


def test_a_failed_run_leaves_its_reason_and_the_next_one_still_runs(app: Flask) -> None:
    def fail(now: datetime) -> str:
        raise ValueError("no ink")

    with app.app_context():
        with pytest.raises(ValueError, match="no ink"):
            run_job(job(fail))
        run_job(job(lambda now: "done"))
    run = last_run(app, "test")
    assert run is not None
    assert (run.error, run.result) == ("ValueError: no ink", "done")
    assert run.failed_at is not None


def test_the_scheduler_runs_every_job_of_the_table_at_once_and_goes_on_after_a_failure(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []

    def fail(now: datetime) -> str:
        runs.append("fail")
        raise ValueError

    monkeypatch.setattr(
        runner, "JOBS", (job(fail, "bad"), job(lambda now: runs.append("good") or "", "good"))
    )
    scheduler = add_jobs(BackgroundScheduler(**scheduler_settings()), app)
    scheduler.start()
    end = time.monotonic() + 10
    while not {"fail", "good"} <= set(runs) or last_run(app, HEARTBEAT) is None:
        assert time.monotonic() < end
        time.sleep(0.02)
    scheduler.shutdown()


def test_jobs_have_names_texts_and_sensible_intervals() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(job.text and SECOND <= job.every <= timedelta(days=1) for job in JOBS)
    assert scheduler_settings()["job_defaults"] == {
        "coalesce": True,
        "max_instances": 1,
        "misfire_grace_time": None,
    }


@pytest.mark.parametrize("name", [job.name for job in JOBS])
def test_every_job_may_run_twice_with_nothing_to_do(app: Flask, name: str) -> None:
    with app.app_context():
        run_job(job_named(name))
        run_job(job_named(name))


def test_an_unknown_job_is_told_the_known_ones(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["jobs", "once", "nonsense"])
    assert answer.exit_code == 2
    assert "send_mail" in answer.output


def test_the_list_speaks_to_people_and_programs(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert {row["name"] for row in json.loads(runner.invoke(args=["jobs", "list", "--json"]).output)} == {
        job.name for job in JOBS
    }
    assert "送信箱のメールを送る" in runner.invoke(args=["jobs", "list"]).output


@pytest.mark.slow
def test_two_job_processes_work_side_by_side_and_end_when_told(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    environment = os.environ | {
        "WARIFU_MODE": "test",
        "WARIFU_DATABASE_URL": database_url,
        "WARIFU_INSTANCE": str(tmp_path / "instance"),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"]
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert "定期処理" in process.stdout.readline().decode()
        process.stdout.close()
    for process in processes:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    with database.readers() as session:
        assert session.get_one(JobRun, HEARTBEAT).finished_at is not None
