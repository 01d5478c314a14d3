"""A loaded demo, one for each day that a test asks for, made once."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from flask import Flask

from portal import clock
from portal.app import create_app
from portal.demo.loading import load_demo
from signing.pades.demo_pki import open_demo_pki

Demo = Callable[[date], Flask]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Demo]:
    """The app of a demo that lives on that day, at nine in the morning."""
    folder = tmp_path_factory.mktemp("demos")
    open_demo_pki(folder / "keys")
    loaded: dict[date, Flask] = {}

    def load(today: date) -> Flask:
        if today not in loaded:
            loaded[today] = _load(folder, sqlite_template, today)
        return loaded[today]

    yield load
    for app in loaded.values():
        app.extensions["database"].dispose()


def _load(folder: Path, template: Path, today: date) -> Flask:
    instance = folder / today.isoformat()
    shutil.copytree(folder / "keys", instance / "keys")
    shutil.copy(template, instance / "portal.sqlite")
    url = f"sqlite:///{instance / 'portal.sqlite'}"
    app = create_app({"MODE": "test", "INSTANCE": instance, "DATABASE_URL": url, "CSRF": False})
    with app.app_context(), clock.freeze(datetime.combine(today, time(9), clock.TOKYO)):
        load_demo(today)
    return app
