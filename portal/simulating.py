"""Simulating (長期保存の模擬): decades on copies of this instance's documents, or on documents made for it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from forms.fonts import MINCHO, font_path
from portal import clock
from portal.acting import house
from portal.database import Database
from portal.preserving import algorithm_ends, margin, revocation_apart
from portal.scoping import Scope
from portal.unit_of_work import reading
from signing.columns import Base
from signing.orm import Envelope, EnvelopeDocument
from signing.pades.trust import TrustStore
from signing.preservation import Transaction
from signing.simulated_world import World
from signing.simulation import Simulation, SimulationReport
from signing.stores import FileStore

MADE = "この環境に締結済みの文書がないため、模擬用の文書を作り、実際の封印の手順で署名しました。"
COPIED = "この環境の締結済みの文書{total}件のうち、新しい{number}件の写しに、模擬の第1世代のタイムスタンプを付けて始めました。"


def simulate(years: int, most: int, keep: Path | None = None) -> SimulationReport:
    """Runs the simulation in a folder of its own that is thrown away; nothing of the instance is changed."""
    with (
        tempfile.TemporaryDirectory(prefix="warifu-simulation-") as folder,
        _database(Path(folder)) as transaction,
    ):
        total, documents = _newest_documents(most)
        before = house().trust if documents else TrustStore()
        world = World(clock.now(), years, algorithm_ends(), margin(), before)
        simulation = Simulation(world, transaction, FileStore(Path(folder) / "documents"))
        if documents:
            origin = COPIED.format(total=total, number=len(documents))
            simulation.take_over(documents, house().store)
            problems = simulation.begin(revocation_apart())
        else:
            origin, problems = MADE, []
            simulation.make_documents(most, font_path(MINCHO))
        report = simulation.run(years)
        report.origin = origin
        report.problems[:0] = problems
        if keep is not None:
            simulation.keep(keep, report)
        return report


def _newest_documents(most: int) -> tuple[int, list[EnvelopeDocument]]:
    """Concluded documents of this instance with everything that is copied of them, and how many there are."""
    released = (
        select(EnvelopeDocument)
        .join(EnvelopeDocument.envelope)
        .where(Envelope.released_at.is_not(None))
        .options(
            selectinload(EnvelopeDocument.versions),
            selectinload(EnvelopeDocument.envelope).selectinload(Envelope.steps),
        )
    )
    newest = released.order_by(Envelope.released_at.desc(), EnvelopeDocument.id).limit(most)
    with reading(Scope()) as session:
        total = session.scalar(select(func.count()).select_from(released.subquery())) or 0
        return total, list(session.scalars(newest))


@contextmanager
def _database(folder: Path) -> Iterator[Transaction]:
    """An empty database of the signing service, in a file of its own."""
    database = Database(f"sqlite:///{folder / 'simulation.sqlite'}")
    with database.migrating() as connection:
        Base.metadata.create_all(connection)

    @contextmanager
    def transaction() -> Iterator[Session]:
        with database.writers() as session, session.begin():
            yield session

    try:
        yield transaction
    finally:
        database.dispose()
