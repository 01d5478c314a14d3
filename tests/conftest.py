"""Fixtures for every test: both databases, the app, a mail server, and no way out of this machine."""

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from portal import clock
from portal.app import create_app
from portal.database import Database
from portal.tables import METADATA
from signing.pades.demo_pki import open_demo_pki
from tests.browsers import chromium
from tests.made_once import TemplateCache, made_once
from tests.mail_server import MailServer
from tests.postgres import Cluster, find_binaries

NO_POSTGRESQL = "PostgreSQL is not installed (apt install postgresql): its tests are left out"
LOOPBACK = ("127.", "::1", "localhost")
NOON = datetime(2026, 5, 7, 12, 0, tzinfo=clock.TOKYO)
"""A Thursday in 令和8年."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys first: at the end, one of two workers would wait for the longest of them."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


@pytest.fixture(scope="session", autouse=True)
def no_real_instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the settings or the data of the instance beside the code."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("WARIFU_")]:
            patch.delenv(name)
        patch.setenv("WARIFU_INSTANCE", str(tmp_path_factory.mktemp("instance")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """A test that calls another machine fails."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test wanted to reach {address}")
        real(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_making() -> Iterator[None]:
    """What is the same in every app of this process is made once: see `tests.made_once`."""
    with made_once():
        yield


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The test session's own PostgreSQL server."""
    binaries = find_binaries()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_POSTGRESQL)
        pytest.skip(NO_POSTGRESQL)
    cluster = Cluster(binaries)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """A PostgreSQL database with every table; whoever uses it leaves it empty."""
    postgres_cluster.execute("CREATE DATABASE tests")
    url = postgres_cluster.url("tests")
    create_tables(url)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with every table; each test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "portal.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    yield request.getfixturevalue("postgres_url")
    empty_tables(request.getfixturevalue("postgres_cluster"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database without an app."""
    opened = Database(database_url, pool_size=4)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def demo_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys folder of a demo, made once: an instance of its own for each test would make new keys each time."""
    folder = tmp_path_factory.mktemp("demo") / "keys"
    open_demo_pki(folder)
    return folder


@pytest.fixture
def settings(database_url: str, tmp_path: Path, demo_keys: Path) -> dict[str, Any]:
    """Settings of the test app; a test that needs others overrides this fixture."""
    shutil.copytree(demo_keys, tmp_path / "keys", dirs_exist_ok=True)
    return {"MODE": "test", "INSTANCE": tmp_path, "DATABASE_URL": database_url, "CSRF": False}


@pytest.fixture(scope="session")
def template_cache() -> TemplateCache:
    """Compiling the templates anew for every app took a good part of the pages' tests."""
    return TemplateCache()


@pytest.fixture
def app(settings: dict[str, Any], template_cache: TemplateCache) -> Iterator[Flask]:
    """The portal on a database of its own."""
    created = create_app(settings)
    created.jinja_env.bytecode_cache = template_cache
    yield created
    created.extensions["database"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a picture."""
    return app.test_client()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser for the tests of one module; no module after it runs inside its event loop."""
    with chromium() as started:
        yield started


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server on this machine that keeps what it is given."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def noon(app: Flask) -> Iterator[datetime]:
    """The clock of the portal stands still at NOON."""
    with clock.freeze(NOON):
        yield NOON


def create_tables(url: str) -> None:
    """Make every table in an empty database."""
    database = Database(url)
    with database.migrating() as connection:
        for metadata in METADATA:
            metadata.create_all(connection)
    database.checkpoint()
    database.dispose()


def empty_tables(cluster: Cluster) -> None:
    """Delete every row: a tenth of the time that TRUNCATE or a fresh database takes."""
    tables = [table.name for metadata in METADATA for table in metadata.sorted_tables]
    deletes = "; ".join(f'DELETE FROM "{name}"' for name in tables)
    cluster.execute(f"SET session_replication_role = replica; {deletes}", "tests")
