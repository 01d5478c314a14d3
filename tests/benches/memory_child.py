"""The child of the memory figures: gets ready, or also seals; prints its peak of resident memory in bytes."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from signing.pades.seal import SignatureRequest, embed
from signing.testing import MovableClock
from tests.benches.materials import Bench


def main(what: str, folder: Path, now: datetime) -> None:
    sealer = Bench(folder, MovableClock(now)).sealer(3072)
    if what == "seal":
        large, tbs, done = folder / "large.pdf", folder / "large-tbs.pdf", folder / "large-done.pdf"
        prepared = sealer.prepare_signature(large, tbs, SignatureRequest("Sig1", "測定"), now)
        embed(tbs, done, prepared, sealer.sign(prepared.digest).cms)
        prepared = sealer.prepare_timestamp(done, tbs, "DTS", now)
        embed(tbs, done, prepared, sealer.stamp(prepared.digest).cms)
    print(peak_of_this_process())


def peak_of_this_process() -> int:
    """From the kernel's record of this program alone: `ru_maxrss` would begin at the size of the parent."""
    status = Path("/proc/self/status").read_text()
    [words] = [line.split() for line in status.splitlines() if line.startswith("VmHWM:")]
    return 1024 * int(words[1])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
