"""A worker in a process of its own (別の処理): runs one job once, and can be told at which call to die.

It is a fork of the test: what has been loaded is not loaded again. Its app and its connections are its own.
"""

import importlib
import os
import signal
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

from portal import clock
from portal.app import create_app
from portal.jobs.schedule import job_named


def start(town: Any, job: str, dies_at: str = "") -> BaseProcess:
    """Start a worker on the database and the store of a town, at the instant of its clock.

    `dies_at` is MODULE:FUNCTION:CALL. Whoever starts one has closed its own connections before.
    """
    config = town.app.config
    words = (str(config["INSTANCE"]), config["DATABASE_URL"], clock.now(), job, dies_at)
    worker = get_context("fork").Process(target=run, args=words)
    worker.start()
    return worker


def run(instance: str, database_url: str, instant: datetime, job: str, dies_at: str) -> None:
    """What the worker does."""
    app = create_app({"MODE": "test", "INSTANCE": instance, "DATABASE_URL": database_url})
    if dies_at:
        die_at(*dies_at.split(":"))
    with app.app_context(), clock.freeze(instant):
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
