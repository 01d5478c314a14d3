"""Figures of sealing: single seals, the whole two-party document, two workers, a visible stamp."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from PIL import Image, ImageDraw

from portal import clock
from signing.pades.appearances import Appearance
from signing.pades.layout import Box, PlannedSignature
from signing.pades.prepare import prepare_document
from signing.pades.profiles import PadesLevel
from signing.pades.seal import Sealer, SignatureRequest, embed
from signing.testing import FONT, MovableClock
from tests.benches.materials import Bench, contract_pdf, stock_b_b, stock_b_lt
from tests.benches.measuring import at_most, faster, in_turns, line, times

BOX = Box(page=1, left=340, bottom=60, right=540, top=120)
FIELD = "Sig1"
WORKER_SECONDS = 4.0


def figures(folder: Path) -> Iterator[dict[str, object]]:
    """What is measured: our seals against stock pyHanko and against the bare cryptography in them."""
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    now = clock.now()
    bench = Bench(folder, MovableClock(now))
    place = Place(folder, now)
    document = place.take(prepare_document(contract_pdf(), "契約書", [PlannedSignature(FIELD)], None).content)
    yield from _single_seals(bench, place, document)
    yield from _visible_stamp(bench, place)
    yield _two_workers(folder, now)


@dataclass(frozen=True)
class Place:
    """A folder with the files of one seal after the other."""

    folder: Path
    now: datetime

    def take(self, content: bytes) -> bytes:
        """Makes a document the one that is sealed."""
        (self.folder / "source.pdf").write_bytes(content)
        return content

    def seal(self, sealer: Sealer, appearance: Appearance | None = None) -> None:
        """One seal, from file to file."""
        source, tbs, done = (self.folder / name for name in ("source.pdf", "tbs.pdf", "done.pdf"))
        request = SignatureRequest(FIELD, "測定", appearance=appearance)
        prepared = sealer.prepare_signature(source, tbs, request, self.now)
        embed(tbs, done, prepared, sealer.sign(prepared.digest).cms)


def _single_seals(bench: Bench, place: Place, document: bytes) -> Iterator[dict[str, object]]:
    for name, bits, level, wanted in (
        ("b_b_rsa_2048_against_stock", 2048, PadesLevel.B_B, 15.0),
        ("b_lt_rsa_3072_against_stock", 3072, PadesLevel.B_LT, 12.0),
    ):
        sealer, signer = bench.sealer(bits, level), bench.stock_signer(bits)
        evidence = bench.stock_evidence(signer, place.now)
        key = bench.bare_key(bits)

        def stock(signer=signer, evidence=evidence, level=level) -> bytes:
            if level is PadesLevel.B_B:
                return stock_b_b(signer, document, FIELD)
            return stock_b_lt(signer, bench.stock_timestamper, evidence, document, FIELD)

        ours, others, bare = in_turns(
            [lambda sealer=sealer: place.seal(sealer), stock, lambda key=key: _bare(key, document)]
        )
        yield faster(name, ours, others, wanted)
        yield at_most(f"{name.removesuffix('_against_stock')}_against_bare_rsa_and_sha256", ours, bare, 20.0)


def _bare(key: rsa.RSAPrivateKey, document: bytes) -> bytes:
    return key.sign(hashlib.sha256(document).digest(), padding.PKCS1v15(), hashes.SHA256())


def _visible_stamp(bench: Bench, place: Place) -> Iterator[dict[str, object]]:
    """What image and words of a visible signature add to a seal."""
    planned = [PlannedSignature(FIELD, box=BOX)]
    place.take(prepare_document(contract_pdf(), "契約書", planned, None).content)
    sealer = bench.sealer(3072, PadesLevel.B_LT)
    words = ("株式会社山田建設", "代表取締役 山田 太郎", "2026年11月21日 12:00:00 JST")
    appearance = Appearance(BOX, words, (FONT,), _seal_image(place.folder))
    plain, visible = in_turns([lambda: place.seal(sealer), lambda: place.seal(sealer, appearance)])
    added = 1000 * (visible - plain)
    detail = times(invisible=plain, visible=visible) + "; the ratio is milliseconds added"
    yield line("visible_stamp_adds_ms", added, 15.0, added <= 15.0, detail)


def _seal_image(folder: Path) -> bytes:
    """A round red seal of 240 points across, transparent around it."""
    image = Image.new("RGBA", (240, 240), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(image)
    drawing.ellipse((6, 6, 234, 234), outline=(190, 30, 30, 255), width=10)
    drawing.line((120, 30, 120, 210), fill=(190, 30, 30, 255), width=12)
    path = folder / "seal.png"
    image.save(path)
    return path.read_bytes()


def _two_workers(folder: Path, now: datetime) -> dict[str, object]:
    """Seals per second of two processes against one, the best of three turns: others use the machine too."""
    one, both = [], []
    for _ in range(3):
        one.append(_throughput(folder, now, 1))
        both.append(_throughput(folder, now, 2))
    ratio = max(both) / max(one)
    detail = (
        f"one {max(one):.1f}/s, two {max(both):.1f}/s (medians {statistics.median(one):.1f} and "
        f"{statistics.median(both):.1f}); {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; wall time"
    )
    return line("two_workers_against_one", ratio, 1.8, ratio >= 1.8, detail)


def _throughput(folder: Path, now: datetime, count: int) -> float:
    workers = []
    for number in range(count):
        place = folder / f"worker-{number}"
        if not place.exists():
            place.mkdir()
            shutil.copytree(folder / "keys", place / "keys")
        workers.append(
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.benches.worker",
                    str(place),
                    now.isoformat(),
                    str(WORKER_SECONDS),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return sum(float(worker.communicate()[0]) for worker in workers)
