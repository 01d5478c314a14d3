"""Both databases, a clock that stands still, services on a demo PKI."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.database import Database
from signing.pades.demo_pki import open_demo_pki
from signing.services import SealingServices
from signing.testing import NOON, MovableClock, demo_services
from tests import judges
from tests.signing.sealed_files import SealedSet, seal_all
from tests.signing.soft_tokens import plugged

__all__ = ["plugged"]

Transaction = Callable[[], AbstractContextManager[Session]]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo PKI, made once: an RSA-3072 key takes its time."""
    folder = tmp_path_factory.mktemp("pki") / "keys"
    open_demo_pki(folder)
    return folder


@pytest.fixture(scope="session")
def sealed_set(tmp_path_factory: pytest.TempPathFactory, keys: Path, sqlite_template: Path) -> SealedSet:
    """Finished files of one to twenty parties, made once for all judges."""
    return seal_all(tmp_path_factory.mktemp("sealed"), keys, sqlite_template)


@pytest.fixture(scope="session")
def nss(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Path:
    """pdfsig's certificates: those of the demo PKI."""
    certificates = sorted((keys / "demo-pki").glob("*.cert.pem"))
    return judges.nss_database(tmp_path_factory.mktemp("nss"), *certificates)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture
def services(tmp_path: Path, keys: Path, clock: MovableClock) -> SealingServices:
    shutil.copytree(keys, tmp_path / "keys")
    return demo_services(tmp_path, clock)


def transactions(database: Database) -> Transaction:
    """What `seal_pending` is given: a session that commits at its end."""

    @contextmanager
    def opened() -> Iterator[Session]:
        with database.writers() as session, session.begin():
            yield session

    return opened


@pytest.fixture
def transaction(database: Database) -> Transaction:
    """On each of the two databases."""
    return transactions(database)


@pytest.fixture
def sqlite_only(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of an SQLite database, for modules that look at files rather than at rows."""
    shutil.copy(sqlite_template, tmp_path / "portal.sqlite")
    return f"sqlite:///{tmp_path / 'portal.sqlite'}"
