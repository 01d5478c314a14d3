"""Jobs (定期処理の状況): when each last ran, what it did, and whether the scheduler is at work."""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.acting import looking
from portal.jobs.runner import HEARTBEAT
from portal.jobs.runs import JobRun
from portal.jobs.schedule import JOBS
from portal.office import blueprint
from portal.office.access import Page, show
from portal.permissions import Permission, requires
from portal.workflows.act import Act

QUIET = timedelta(minutes=3)
"""Six heartbeats: then somebody should look at the jobs process."""


@blueprint.get("/jobs")
@requires(Permission.OFFICE_READ)
def show_jobs() -> Page:
    """Every job of the table with its last run."""
    with looking() as act:
        runs = {run.name: run for run in act.session.scalars(select(JobRun))}
        rows = [(job, runs.get(job.name)) for job in JOBS]
        return show("jobs/index", act, rows=rows, heartbeat=runs.get(HEARTBEAT), stopped=stopped_since(act))


def stopped_since(act: Act) -> datetime | None:
    """Since when the scheduler has been silent; None while it works or has never been started."""
    heartbeat = act.session.get(JobRun, HEARTBEAT)
    if heartbeat is None or heartbeat.finished_at is None:
        return None
    silent = act.now - heartbeat.finished_at > QUIET
    return heartbeat.finished_at if silent else None
