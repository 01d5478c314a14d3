"""Fixtures of the office's door: a city with its people, on both databases."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from tests.portal.office.desk import OfficeDesk
from tests.workflows.town import START


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Pages are tried on one database; the queries of the lists are tried on both (test_queues)."""
    path = tmp_path / "portal.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def desk(app: Flask) -> Iterator[OfficeDesk]:
    """Tosu on a Thursday morning."""
    with ExitStack() as stack:
        stack.enter_context(clock.freeze(START))
        yield OfficeDesk(app, stack)


@pytest.fixture
def officer(desk: OfficeDesk) -> FlaskClient:
    return desk.browser("officer")


@pytest.fixture
def secured(desk: OfficeDesk) -> OfficeDesk:
    """A case that needs a contract guarantee."""
    desk.play("award", requires_contract_guarantee=True)
    return desk
