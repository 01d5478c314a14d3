"""Running jobs (定期処理の実行): by name, or all of them by the clock in a process of their own."""

import logging
import signal
import time
from datetime import timedelta
from typing import Any

import click
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from flask import Flask

from portal import clock
from portal.jobs.runs import note_failure, note_finish, note_start
from portal.jobs.schedule import JOBS, Job
from portal.unit_of_work import writing

HEARTBEAT = "heartbeat"
BEATS_EVERY = timedelta(seconds=30)
JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


def run_job(job: Job) -> str:
    """Run a job once and write down how it went; the error of a failed run goes on to the caller."""
    with writing() as session:
        note_start(session, job.name, clock.now())
    try:
        result = job.run(clock.now())
    except Exception as error:
        with writing() as session:
            note_failure(session, job.name, clock.now(), f"{type(error).__name__}: {error}")
        raise
    with writing() as session:
        note_finish(session, job.name, clock.now(), result)
    return result


def add_jobs(scheduler: BaseScheduler, app: Flask) -> BaseScheduler:
    """Put every job of the table, and the heartbeat, on a scheduler; each runs once at its start."""
    for job in JOBS:
        _add(scheduler, job.name, job.every, _in_context(app, job))
    _add(scheduler, HEARTBEAT, BEATS_EVERY, _in_context(app, Job(HEARTBEAT, BEATS_EVERY, lambda now: "", "")))
    return scheduler


def run_forever(app: Flask) -> None:
    """The jobs process: works until it is told to stop (SIGTERM, Ctrl-C), and finishes what it is doing then."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a job that is still busy is no news
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    scheduler = add_jobs(BackgroundScheduler(**scheduler_settings()), app)
    try:
        scheduler.start()
        click.echo("定期処理を始めました。")
        while True:
            time.sleep(
                1
            )  # the system may hand a signal to another thread: this one must wake up to hear of it
    except KeyboardInterrupt:
        scheduler.shutdown(wait=True)


def scheduler_settings() -> dict[str, Any]:
    """No job store but memory (sharing one between processes kills one of them), no run that is too late."""
    return {"job_defaults": JOB_DEFAULTS, "timezone": str(clock.TOKYO)}


def _add(scheduler: BaseScheduler, name: str, every: timedelta, run: Any) -> None:
    seconds = every.total_seconds()
    scheduler.add_job(run, "interval", seconds=seconds, id=name, name=name, next_run_time=clock.real_now())


def _in_context(app: Flask, job: Job) -> Any:
    def run() -> None:
        with app.app_context():
            try:
                run_job(job)
            except Exception:
                app.logger.exception("job %s failed", job.name)

    return run
