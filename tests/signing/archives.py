"""An archive for tests: a world of authorities, one released document, on a database and in a store of its own."""

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import Database
from signing import preservation
from signing.orm import DocumentVersion, EnvelopeDocument
from signing.orm_preservation import ArchiveRenewal, ArchiveWatch
from signing.pades.algorithm_ends import AlgorithmEnds, load_algorithm_ends
from signing.pades.revocation import RevocationSource
from signing.pades.verdicts import Verdict
from signing.pades.verify import verify_pdf
from signing.preservation import Preservation, RenewalOutcome
from signing.simulated_world import World
from signing.simulation import Simulation
from signing.stores import FileStore
from signing.testing import FONT

START = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass
class Archive:
    """One released document in a world whose clock is moved by hand."""

    world: World
    database: Database
    store: FileStore
    told: list[str] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    """What of the preserver is other than usual."""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.database.writers() as session, session.begin():
            yield session

    @property
    def work(self) -> Preservation:
        usual = self.world.preservation(self.transaction, self.store)
        return replace(
            usual,
            preserver=replace(usual.preserver, **self.changes),
            on_renewed=lambda _session, _document, renewal: self.told.append(renewal.after_sha256),
            on_problem=lambda _session, _document, problem: self.told.append(problem.code),
        )

    @property
    def document(self) -> EnvelopeDocument:
        with self.transaction() as session:
            return session.scalars(select(EnvelopeDocument)).one()

    @property
    def head(self) -> str:
        return self.document.head_sha256

    @property
    def watch(self) -> ArchiveWatch:
        with self.transaction() as session:
            return session.scalars(select(ArchiveWatch)).one()

    @property
    def renewals(self) -> list[ArchiveRenewal]:
        with self.transaction() as session:
            return list(session.scalars(select(ArchiveRenewal).order_by(ArchiveRenewal.renewed_at)))

    @property
    def versions(self) -> list[str]:
        with self.transaction() as session:
            query = select(DocumentVersion.made_by).order_by(DocumentVersion.sequence)
            return list(session.scalars(query))

    def look(self) -> int:
        return preservation.watch_documents(self.work)

    def renew(self) -> list[RenewalOutcome]:
        return preservation.renew_due(self.work)

    def become_due(self) -> None:
        """Look once, and go to the day after the renewal has become due."""
        self.look()
        self.world.at = self.watch.renew_at + timedelta(days=1)

    def verdict(self, sha256: str = "") -> Verdict:
        return verify_pdf(self.store.path(sha256 or self.head), self.world.trust, self.world.at)

    def overwrite(self, sha256: str, content: bytes) -> None:
        """Puts other bytes where the store keeps a file, as a broken disk would."""
        place = self.store.path(sha256)
        place.chmod(0o640)
        place.write_bytes(content)


@dataclass(frozen=True)
class NoAnswer:
    """A source of revocation data that is gone."""

    error: Exception

    def gather(self, _certificates: object, _now: datetime) -> RevocationSource:
        raise self.error


def make_template(folder: Path, empty: Path) -> Archive:
    """The archive that the others are copies of."""
    world = World(START, 30, load_algorithm_ends())
    return _archive(folder, empty, world, documents=1)


def copy_of(template: Archive, folder: Path, url: str) -> Archive:
    """The same documents with a clock, a store and a database of its own; `url` leads to an empty database."""
    database = Database(url, pool_size=4)
    store = FileStore(folder / "documents")
    shutil.copytree(template.store.root, store.root)
    archive = Archive(copy.copy(template.world), database, store)
    simulation = Simulation(archive.world, archive.transaction, store)
    with template.transaction() as session:
        documents = list(session.scalars(select(EnvelopeDocument)))
        for document in documents:
            assert document.envelope.steps
            assert document.versions
        simulation.take_over(documents, template.store)
    return archive


def decades(folder: Path, empty: Path, ends: AlgorithmEnds, *, is_flat: bool) -> Simulation:
    """A simulation with one document made in it, of two steps a year."""
    archive = _archive(folder, empty, World(START, 30, ends, is_flat=is_flat), documents=1)
    return Simulation(archive.world, archive.transaction, archive.store, step=timedelta(days=183))


def _archive(folder: Path, empty: Path, world: World, documents: int) -> Archive:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(empty, folder / "archive.sqlite")
    archive = Archive(
        world, Database(f"sqlite:///{folder / 'archive.sqlite'}"), FileStore(folder / "documents")
    )
    Simulation(world, archive.transaction, archive.store).make_documents(documents, FONT)
    return archive
