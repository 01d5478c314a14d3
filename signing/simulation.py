"""Simulation of decades (長期保存の模擬): the real watch and renewal, on copies, with a clock that is moved.

It proves one thing: that a document which is renewed in time still verifies when the certificates of its
signatures have long expired and the first authority is gone, and that a copy which nobody renewed does not.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

import signing.testing as samples
from signing import circulations, envelopes, preservation
from signing.archive_watches import ArchivedDocument, archived_document
from signing.columns import Base
from signing.orm import CirculationStep, DocumentVersion, Envelope, EnvelopeDocument
from signing.orm_preservation import ArchiveWatch
from signing.pades.preserve import begins_with, previous_stamp
from signing.pades.revocation import RevocationSource
from signing.pades.verdicts import Expectation, Verdict
from signing.pades.verify import verify_pdf
from signing.preservation import RenewalResult, Transaction
from signing.sealing import seal_pending
from signing.services import SealingServices
from signing.simulated_world import World, years_after
from signing.stores import DocumentStore

STEP = timedelta(days=30)
ENOUGH_GENERATIONS = 3


@dataclass(frozen=True)
class SimulatedYear:
    """One line of the table: what was renewed in that year, by whom, and how the documents verified at its end."""

    at: datetime
    renewed: int
    authorities: tuple[str, ...]
    alive: tuple[str, ...]
    verdicts: tuple[str, ...]
    control: tuple[str, ...]


@dataclass(frozen=True)
class SimulatedDocument:
    """One document at the end: its original, its newest version, and the copy that nobody renewed."""

    name: str
    original_sha256: str
    final_sha256: str
    renewals: int
    generations: int
    verdict: str
    summary: str
    is_prefix: bool
    control_verdict: str
    control_must_fail: bool


@dataclass
class SimulationReport:
    """What the simulation found; `problems` is empty when everything held."""

    starts: datetime
    ends: datetime
    years: list[SimulatedYear] = field(default_factory=list)
    documents: list[SimulatedDocument] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    origin: str = ""

    @property
    def held(self) -> bool:
        """Whether every document verified at the end of every year, and no control did at the last."""
        return bool(self.documents) and not self.problems


@dataclass(frozen=True)
class Simulation:
    """An empty database and store of its own (`transaction`, `store`), and the world whose clock it moves."""

    world: World
    transaction: Transaction
    store: DocumentStore
    step: timedelta = STEP

    def make_documents(self, number: int, font: Path) -> None:
        """Makes documents of its own, sealed by two parties through the real path."""
        services = self.world.sealing(self.store, font)
        for _ in range(number):
            with self.transaction() as session:
                envelope = samples.make_envelope(session, services, self.world.now())
                envelopes.send(session, envelope.id, self.world.now())
            self._conclude(envelope.id, services)

    def take_over(self, documents: Sequence[EnvelopeDocument], source: DocumentStore) -> None:
        """Copies documents (with their envelopes loaded from elsewhere) into this simulation."""
        with self.transaction() as session:
            _copy_rows(documents, session)
        for sha256 in {version.sha256 for document in documents for version in document.versions}:
            if source.exists(sha256):
                self.store.put(source.path(sha256))

    def begin(self, others: RevocationSource | None) -> list[str]:
        """Puts a first time-stamp of this world on copies from elsewhere; problems in words."""
        work = self.world.preservation(self.transaction, self.store, others, is_takeover=True)
        preservation.watch_documents(work, limit=10_000)
        outcomes = [preservation.renew_document(work, each) for each in self._ids()]
        return [o.problem.text for o in outcomes if o is not None and o.problem is not None]

    def run(self, years: int) -> SimulationReport:
        """Moves the clock to the end, step by step, renewing what the watch says is due."""
        starts = self.world.at
        report = SimulationReport(starts, years_after(starts, years))
        controls = {document.document_id: document for document in self._documents()}
        for number in range(1, years + 1):
            end = years_after(starts, number)
            renewed: list[str] = []
            while self.world.at < end:
                self.world.at = min(self.world.at + self.step, end)
                renewed += self._month(report)
            report.years.append(self._year(renewed, controls, report))
        report.documents = [self._judged(controls[each], report) for each in controls]
        return report

    def keep(self, folder: Path, report: SimulationReport) -> None:
        """Writes final files, controls and roots to a folder, for other verifiers."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "roots.pem").write_bytes(self.world.roots_pem())
        for number, document in enumerate(report.documents, start=1):
            shutil.copyfile(self.store.path(document.final_sha256), folder / f"document-{number}.pdf")
            shutil.copyfile(self.store.path(document.original_sha256), folder / f"original-{number}.pdf")

    def _conclude(self, envelope_id: str, services: SealingServices) -> None:
        for _ in samples.CONTRACTOR, samples.CITY:
            self.world.at += timedelta(minutes=5)
            with self.transaction() as session:
                for waiting in envelopes.steps_to_ask(session):
                    envelopes.ask(session, waiting.id, self.world.now())
                steps = session.get_one(Envelope, envelope_id).active_steps
                asked = next(step for step in steps if step.asked_at and not step.consented_at)
                circulations.consent(session, asked.id, samples.BY_MAIL_LINK, self.world.now())
            for outcome in seal_pending(self.transaction, services, self.world.now, lambda day: f"{day}"):
                if outcome.problem is not None:
                    raise RuntimeError(outcome.problem)
        with self.transaction() as session:
            envelopes.mark_released(session, envelope_id, self.world.now())

    def _ids(self) -> list[str]:
        with self.transaction() as session:
            return list(session.scalars(select(EnvelopeDocument.id).order_by(EnvelopeDocument.id)))

    def _documents(self) -> list[ArchivedDocument]:
        identifiers = self._ids()
        with self.transaction() as session:
            return [archived_document(session, each) for each in identifiers]

    def _month(self, report: SimulationReport) -> list[str]:
        """What was renewed, by the name of its authority."""
        work = self.world.preservation(self.transaction, self.store)
        preservation.watch_documents(work, limit=10_000)
        authorities = []
        for outcome in preservation.renew_due(work, limit=10_000):
            if outcome.result is RenewalResult.RENEWED and outcome.renewal is not None:
                authorities.append(outcome.renewal.authority)
            elif outcome.problem is not None:
                report.problems.append(f"{self.world.at:%Y-%m-%d}: {outcome.problem.text}")
        return authorities

    def _year(
        self, renewed: Sequence[str], controls: dict[str, ArchivedDocument], report: SimulationReport
    ) -> SimulatedYear:
        verdicts = [self._verdict(document, document.head_sha256) for document in self._documents()]
        for verdict in verdicts:
            if not verdict.is_valid:
                report.problems.append(f"{self.world.at:%Y-%m-%d}: {verdict.summary}")
        control = self._control_verdicts(controls, report)
        alive = tuple(g.name for g in self.world.generations if g.is_alive(self.world.at))
        return SimulatedYear(
            self.world.at,
            len(renewed),
            tuple(dict.fromkeys(renewed)),
            alive,
            tuple(verdict.verdict.value for verdict in verdicts),
            control,
        )

    def _control_verdicts(
        self, controls: dict[str, ArchivedDocument], report: SimulationReport
    ) -> tuple[str, ...]:
        """Of the copies that nobody renews; once none is valid any more, they are looked at in the last year only."""
        is_over = bool(report.years) and "valid" not in report.years[-1].control
        if is_over and self.world.at < report.ends:
            return report.years[-1].control
        return tuple(self._verdict(each, each.head_sha256).verdict.value for each in controls.values())

    def _verdict(self, document: ArchivedDocument, sha256: str) -> Verdict:
        expected = Expectation(signature_fields=document.signature_fields, sha256=sha256)
        return verify_pdf(self.store.path(sha256), self.world.trust, self.world.at, expected)

    def _judged(self, control: ArchivedDocument, report: SimulationReport) -> SimulatedDocument:
        with self.transaction() as session:
            document = archived_document(session, control.document_id)
            name = session.get_one(EnvelopeDocument, control.document_id).name
            watch = session.get_one(ArchiveWatch, control.document_id)
            renewals = preservation.renewals_of(session, control.document_id)
        final, kept = self.store.path(document.head_sha256), self.store.path(control.head_sha256)
        original = self.store.path(document.original_sha256)
        verdict = self._verdict(document, document.head_sha256)
        ends = self.world.preservation(self.transaction, self.store).preserver
        must_fail = ends.holding_of(previous_stamp(kept, self.world.trust).facts).until < self.world.at
        judged = SimulatedDocument(
            name=name,
            original_sha256=document.original_sha256,
            final_sha256=document.head_sha256,
            renewals=len(renewals),
            generations=len({renewal.authority for renewal in renewals}),
            verdict=verdict.verdict.value,
            summary=verdict.summary,
            is_prefix=begins_with(final, original) and self.store.verify(document.original_sha256),
            control_verdict=self._verdict(control, control.head_sha256).verdict.value,
            control_must_fail=must_fail,
        )
        report.problems += _complaints(judged, watch)
        return judged


def _complaints(document: SimulatedDocument, watch: ArchiveWatch) -> list[str]:
    found = []
    if document.verdict != "valid":
        found.append(f"{document.name}: 最後の検証に合格しません（{document.summary}）。")
    if watch.problem is not None:
        found.append(f"{document.name}: {watch.problem}")
    if document.renewals and not document.is_prefix:
        found.append(f"{document.name}: 更新後のファイルが、原本のバイト列から始まっていません。")
    if document.control_must_fail and document.control_verdict == "valid":
        found.append(f"{document.name}: 更新しなかった写しが有効と判定されました。検証が甘すぎます。")
    return found


def _copy_rows(documents: Sequence[EnvelopeDocument], session: Session) -> None:
    """Copies the rows as they are, column by column; the other database is only read."""
    chosen = {document.envelope.id: document.envelope for document in documents}
    steps = sorted((s for each in chosen.values() for s in each.steps), key=lambda step: step.created_at)
    versions = [version for document in documents for version in document.versions]
    groups: list[tuple[type[Base], Sequence[Base]]] = [
        (Envelope, list(chosen.values())),
        (CirculationStep, steps),
        (EnvelopeDocument, documents),
        (DocumentVersion, versions),
    ]
    for kind, rows in groups:
        table = kind.__table__
        assert isinstance(table, Table)
        for row in rows:
            values = {column.name: getattr(row, column.key) for column in table.columns}
            session.execute(insert(table).values(**values))
