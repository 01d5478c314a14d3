"""One set of sealed files for all judges: one, two, three and twenty parties, in order and at once, seen and unseen.

They are made by the real services from envelopes, consents and sealing jobs, once per test session.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array

from portal.database import Database
from signing.envelopes import DocumentDraft, PartyDraft
from signing.modes import Side
from signing.orm import DocumentVersion, Envelope
from signing.pades.layout import Box, DateBox, SealPlace
from signing.seal_images import normalise_seal_image
from signing.services import SealingServices
from signing.stores import FileStore
from signing.testing import (
    CITY,
    CONTRACTOR,
    DATE_BOX,
    NOON,
    MovableClock,
    demo_services,
    make_pdf,
    make_seal_image,
)
from tests.signing import flows

NAMES = ("one", "two", "two_seen", "three_at_once", "twenty", "twenty_at_once", "bundle-1", "bundle-2")


@dataclass(frozen=True)
class SealedFile:
    """A finished document with every version it went through; the boxes in which it may differ from the first."""

    name: str
    versions: tuple[Path, ...]
    signers: int
    boxes: tuple[Box, ...]
    has_date: bool

    @property
    def path(self) -> Path:
        return self.versions[-1]


@dataclass(frozen=True)
class SealedSet:
    """All of them, and what is needed to judge them."""

    services: SealingServices
    clock: MovableClock
    root: Path
    files: tuple[SealedFile, ...]

    def named(self, name: str) -> SealedFile:
        return next(file for file in self.files if file.name == name)


def seal_all(folder: Path, keys: Path, template: Path) -> SealedSet:
    """Makes the set under `folder`."""
    shutil.copytree(keys, folder / "keys")
    shutil.copy(template, folder / "portal.sqlite")
    clock = MovableClock(NOON)
    services = demo_services(folder, clock)
    database = Database(f"sqlite:///{folder / 'portal.sqlite'}")
    image = services.store.put(normalise_seal_image(make_seal_image()).png)
    files: list[SealedFile] = []
    for name, parties, documents in _envelopes(image):
        files += _sealed(database, services, clock, name, parties, documents)
    database.dispose()
    assert tuple(file.name for file in files) == NAMES
    return SealedSet(services, clock, folder / "keys" / "demo-pki" / "root.cert.pem", tuple(files))


def _envelopes(image: str) -> Iterator[tuple[str, Sequence[PartyDraft], Sequence[DocumentDraft]]]:
    usual = [DocumentDraft("契約書.pdf", make_pdf(), DATE_BOX)]
    left, right = Box(1, 60, 500, 260, 560), Box(1, 300, 500, 500, 560)
    yield "one", [CITY], usual
    yield "two", [CONTRACTOR, CITY], usual
    yield "two_seen", [_seen(CONTRACTOR, left, image), _seen(CITY, right)], usual
    partners = [_partner(n, turn=1) for n in (1, 2)]
    seen = [_seen(partners[0], left), _seen(partners[1], right, image), _last(CITY, 2)]
    yield "three_at_once", seen, usual
    yield "twenty", [*(_in_grid(_partner(n), n, image) for n in range(1, 20)), _last(CITY, None)], usual
    yield "twenty_at_once", [*(_partner(n, turn=1) for n in range(1, 20)), _last(CITY, 2)], usual
    bundle = [*usual, DocumentDraft("図面.pdf", turned_pdf(), DateBox(2, 100, 300, 300, 322))]
    places = SealPlace(Box(1, 20, 20, 220, 80), 2, image), SealPlace(Box(2, 30, 30, 70, 70), 2, image, False)
    yield (
        "bundle",
        [_with(CONTRACTOR, places[0]), _with(CITY, places[1])],
        bundle,
    )


def turned_pdf() -> bytes:
    """Landscape drawings: one page turned by 90 degrees, one by 270, boxes away from the origin."""
    with pikepdf.open(io.BytesIO(make_pdf("設計図", pages=2))) as pdf:
        for page, turn in zip(pdf.pages, (90, 270), strict=True):
            page.obj.Rotate = turn
            page.obj.MediaBox = Array([-30, 20, 565, 862])
            page.obj.CropBox = Array([-20, 30, 555, 852])
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def _sealed(
    database: Database,
    services: SealingServices,
    clock: MovableClock,
    name: str,
    parties: Sequence[PartyDraft],
    documents: Sequence[DocumentDraft],
) -> list[SealedFile]:
    transaction = _transactions(database)
    envelope_id = flows.conclude(transaction, services, clock, parties=parties, documents=documents)
    store = services.store
    assert isinstance(store, FileStore)
    with transaction() as session:
        envelope = session.get_one(Envelope, envelope_id)
        return [
            SealedFile(
                f"{name}-{position}" if len(documents) > 1 else name,
                tuple(store.path(version.sha256) for version in _in_order(row.versions)),
                len(parties),
                _boxes(parties, documents, position),
                row.has_date_field,
            )
            for position, row in enumerate(envelope.documents, start=1)
        ]


def _boxes(
    parties: Sequence[PartyDraft], documents: Sequence[DocumentDraft], position: int
) -> tuple[Box, ...]:
    seals = [p.appearance.box for p in parties if p.appearance and p.appearance.document == position]
    date = documents[position - 1].date_box
    return (*seals, *([date] if date else []))


def _in_order(versions: Sequence[DocumentVersion]) -> list[DocumentVersion]:
    return sorted(versions, key=lambda version: version.sequence)


def _partner(number: int, turn: int | None = None) -> PartyDraft:
    return PartyDraft(
        Side.RECEIVER,
        f"構成員 {number}郎",
        f"第{number}建設株式会社",
        f"member{number}@example.co.jp",
        "代表取締役",
        turn=turn,
    )


def _last(party: PartyDraft, turn: int | None) -> PartyDraft:
    return PartyDraft(party.side, party.name, party.organisation, party.email, party.title, turn=turn)


def _seen(party: PartyDraft, box: Box, image: str | None = None) -> PartyDraft:
    return _with(party, SealPlace(box, 1, image))


def _with(party: PartyDraft, place: SealPlace) -> PartyDraft:
    return PartyDraft(
        party.side,
        party.name,
        party.organisation,
        party.email,
        party.title,
        turn=party.turn,
        appearance=place,
    )


def _in_grid(party: PartyDraft, number: int, image: str) -> PartyDraft:
    """Every second partner is seen, in rows of three."""
    if number % 2:
        return party
    row, column = divmod(number // 2 - 1, 3)
    left, bottom = 60 + 165 * column, 420 - 70 * row
    return _seen(party, Box(1, left, bottom, left + 155, bottom + 50), image if number % 4 else None)


def _transactions(database: Database) -> Callable[[], object]:
    @contextmanager
    def opened() -> Iterator[object]:
        with database.writers() as session, session.begin():
            yield session

    return opened
