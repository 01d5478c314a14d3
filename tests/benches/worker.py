"""One worker process of the throughput figure: seals for some seconds, then prints its seals per second."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

from signing.pades.layout import PlannedSignature
from signing.pades.prepare import prepare_document
from signing.pades.profiles import PadesLevel
from signing.testing import MovableClock
from tests.benches.materials import Bench, contract_pdf
from tests.benches.sealing import FIELD, Place


def main(folder: Path, now: datetime, seconds: float) -> None:
    sealer = Bench(folder, MovableClock(now)).sealer(3072, PadesLevel.B_LT)
    place = Place(folder, now)
    place.take(prepare_document(contract_pdf(), "契約書", [PlannedSignature(FIELD)], None).content)
    place.seal(sealer)
    print("ready", flush=True)
    sys.stdin.readline()
    sealed, started = 0, time.monotonic()
    while (spent := time.monotonic() - started) < seconds:
        place.seal(sealer)
        sealed += 1
    print(sealed / spent)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), float(sys.argv[3]))
