"""A worker in a process of its own (別の処理): runs one job once, and can be told at which call to die.

`python -m tests.workflows.worker INSTANCE DATABASE_URL INSTANT JOB [MODULE:FUNCTION:CALL]`
"""

import importlib
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from portal import clock
from portal.app import create_app
from portal.jobs.schedule import job_named

ROOT = Path(__file__).resolve().parents[2]


def start(town: Any, job: str, dies_at: str = "") -> "subprocess.Popen[bytes]":
    """Start a worker on the database and the store of a town, at the instant of its clock."""
    config = town.app.config
    words = [config["INSTANCE"], config["DATABASE_URL"], clock.now().isoformat(), job, dies_at]
    command = [sys.executable, "-m", "tests.workflows.worker", *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def main(instance: str, database_url: str, instant: str, job: str, dies_at: str) -> None:
    app = create_app({"MODE": "test", "INSTANCE": instance, "DATABASE_URL": database_url})
    if dies_at:
        die_at(*dies_at.split(":"))
    with app.app_context(), clock.freeze(datetime.fromisoformat(instant)):
        job_named(job).run(clock.now())


def die_at(module_name: str, name: str, call: str) -> None:
    """Let the process be killed instead of making that call of a function."""
    module = importlib.import_module(module_name)
    real, calls = getattr(module, name), []

    def deadly(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == int(call):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    setattr(module, name, deadly)


if __name__ == "__main__":
    main(*sys.argv[1:])
