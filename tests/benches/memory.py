"""Figures of memory: the peak of a process that seals a large file, above one that is only ready to."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from portal import clock
from signing.pades.layout import PlannedSignature
from signing.pades.prepare import prepare_file
from signing.testing import MovableClock, make_pdf
from tests.benches.materials import Bench
from tests.benches.measuring import line

LARGE = 100 << 20
PIECE = 4 << 20
WHAT = ("idle", "seal")


def figures(folder: Path) -> Iterator[dict[str, object]]:
    """Peak resident memory, in MB above the idle process."""
    now = clock.now()
    Bench(folder, MovableClock(now)).sealer(3072)
    large = large_document(folder)
    size = large.stat().st_size / 1e6
    idle, sealing = (peak("tests.benches.memory_child", what, str(folder), now.isoformat()) for what in WHAT)
    above = (sealing - idle) / 1e6
    detail = (
        f"{size:.0f} MB file sealed and time-stamped; idle {idle / 1e6:.0f} MB, peak {sealing / 1e6:.0f} MB"
    )
    yield line("mb_above_idle_sealing_100_mb", above, 40.0, above <= 40.0, detail)


def large_document(folder: Path) -> Path:
    """A document of 100 MB: incompressible attachments, as scanned drawings are; ready to be sealed."""
    source, ready = folder / "large-source.pdf", folder / "large.pdf"
    with pikepdf.Pdf.open(_small(folder)) as pdf:
        for number in range(LARGE // PIECE):
            content = _noise(number)
            specification = pikepdf.AttachedFileSpec(pdf, content, filename=f"drawing-{number}.bin")
            pdf.attachments[f"drawing-{number}"] = specification
        pdf.save(source, compress_streams=False)
    prepare_file(source, ready, "図面", [PlannedSignature("Sig1")], None)
    source.unlink()
    return ready


def peak(*line: str) -> int:
    """Bytes at the highest point of a child process, which says so itself in its last line."""
    done = subprocess.run([sys.executable, "-m", *line], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


def _small(folder: Path) -> Path:
    path = folder / "small.pdf"
    path.write_bytes(make_pdf(pages=3))
    return path


def _noise(seed: int) -> bytes:
    return random.Random(seed).randbytes(PIECE)
