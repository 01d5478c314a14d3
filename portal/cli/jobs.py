"""`flask --app wsgi jobs`: the jobs process, and single jobs."""

from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from portal.cli.output import as_json, show
from portal.clock import TOKYO
from portal.jobs.runner import run_forever, run_job
from portal.jobs.runs import JobRun
from portal.jobs.schedule import JOBS, Job, job_named
from portal.unit_of_work import reading

group = AppGroup("jobs", help="What happens by the clock.")


@group.command()
def run() -> None:
    """Run all jobs until stopped; any number of such processes may run."""
    run_forever(current_app._get_current_object())  # type: ignore[attr-defined]


@group.command()
@click.argument("name")
def once(name: str) -> None:
    """Run one job now."""
    try:
        job = job_named(name)
    except KeyError as error:
        raise click.BadParameter(str(error.args[0])) from error
    click.echo(run_job(job))


@group.command("list")
@as_json
def list_jobs(as_json: bool) -> None:
    """Show every job, how often it runs, and its last run."""
    with reading() as session:
        rows = [_row(job, session.get(JobRun, job.name)) for job in JOBS]
    show(rows, as_json, _words)


def _row(job: Job, run: JobRun | None) -> dict[str, Any]:
    return {
        "name": job.name,
        "every_seconds": job.every.total_seconds(),
        "text": job.text,
        "started_at": _iso(run.started_at if run else None),
        "finished_at": _iso(run.finished_at if run else None),
        "failed_at": _iso(run.failed_at if run else None),
        "result": run.result if run else "",
        "error": run.error if run else "",
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(TOKYO).isoformat(timespec="seconds") if at else None


def _words(row: dict[str, Any]) -> str:
    last = row["finished_at"] or "-"
    failure = f"  失敗 {row['failed_at']} {row['error']}" if row["failed_at"] else ""
    return f"{row['name']:<20} {row['every_seconds']:>6.0f}秒ごと  {row['text']}  最終 {last}{failure}"
