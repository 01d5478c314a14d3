"""The figure of a whole contract: two parties, contract date, document time-stamp, verification, release."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from portal import clock
from signing.pades.fill import DateFilling, fill_date
from signing.pades.layout import PlannedSignature
from signing.pades.prepare import prepare_document
from signing.pades.seal import Prepared, Sealed, Sealer, SignatureRequest, embed
from signing.pades.verify import verify_pdf
from signing.testing import DATE_BOX, FONT, MovableClock
from tests.benches.materials import Bench, StockEvidence, contract_pdf, stock_b_lt, stock_timestamp
from tests.benches.measuring import faster, in_turns
from tests.benches.stock_verification import all_pass

CONTRACTOR, CITY = "Sig_Contractor", "Sig_City"
FIELDS = [PlannedSignature(CONTRACTOR, (CITY,)), PlannedSignature(CITY)]
Change = Callable[[IncrementalPdfFileWriter], None]
DATE = DateFilling("2026年11月21日", FONT)


def figures(folder: Path) -> Iterator[dict[str, object]]:
    """Everything from the uploaded file to the one that is handed out, RSA-3072, authority in process."""
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    bench = Bench(folder, MovableClock(clock.now()))
    upload = contract_pdf()
    house = House(bench, bench.sealer(3072))
    stock = Stock(bench, bench.stock_signer(3072))
    ours, others = in_turns([lambda: house.conclude(upload), lambda: stock.conclude(upload)], rounds=9)
    yield faster("two_parties_b_lta_whole_against_stock", ours, others, 6.0, **house.parts(upload))


class House:
    """Our way: each step from file to file through the store, as `signing.sealing` does it."""

    def __init__(self, bench: Bench, sealer: Sealer) -> None:
        self._sealer = sealer
        self._store = bench.services.store
        self._trust = bench.services.trust
        self._clock = bench.clock
        self._work = bench.folder / "work.pdf"

    def conclude(self, upload: bytes) -> bytes:
        head = self.seal(self.prepare(upload))
        self.verify(head)
        return self._store.read(head)

    def parts(self, upload: bytes) -> dict[str, float]:
        """CPU seconds of each part, to see where the time goes."""
        ready = self.prepare(upload)
        head = self.seal(ready)
        prepare, seal, verify = in_turns(
            [lambda: self.prepare(upload), lambda: self.seal(ready), lambda: self.verify(head)], rounds=5
        )
        return {"prepare": prepare, "seal": seal, "verify": verify}

    def prepare(self, upload: bytes) -> str:
        return self._store.put(prepare_document(upload, "契約書", FIELDS, DATE_BOX).content)

    def seal(self, head: str) -> str:
        for name, filling in ((CONTRACTOR, None), (CITY, DATE)):
            request = SignatureRequest(name, "承認しました", filling)
            prepared = self._sealer.prepare_signature(
                self._store.path(head), self._work, request, self._clock()
            )
            head = self._embedded(prepared, self._sealer.sign(prepared.digest))
        prepared = self._sealer.prepare_timestamp(self._store.path(head), self._work, "DTS", self._clock())
        return self._embedded(prepared, self._sealer.stamp(prepared.digest))

    def verify(self, head: str) -> None:
        verdict = verify_pdf(self._store.path(head), self._trust, self._clock())
        assert verdict.is_valid, verdict.to_json()

    def _embedded(self, prepared: Prepared, sealed: Sealed) -> str:
        """Through the store, as a crash-safe seal goes: the prepared file first, then the sealed one."""
        tbs = self._store.path(self._store.put(self._work))
        embed(tbs, self._work, prepared, sealed.cms)
        return self._store.put(self._work)


class Stock:
    """The same with pyHanko as it comes; preparing and storing are ours, because pyHanko has neither."""

    def __init__(self, bench: Bench, signer: signers.SimpleSigner) -> None:
        self._signer = signer
        self._timestamper = bench.stock_timestamper
        self._evidence: StockEvidence = bench.stock_evidence(signer, bench.clock())
        self._store = bench.services.store
        self._clock = bench.clock

    def conclude(self, upload: bytes) -> bytes:
        document = prepare_document(upload, "契約書", FIELDS, DATE_BOX).content
        self._store.put(document)
        document = self._sign(document, CONTRACTOR)
        document = self._sign(document, CITY, lambda writer: fill_date(writer, DATE))
        document = stock_timestamp(self._timestamper, self._evidence, document)
        head = self._store.put(document)
        assert all_pass(document, self._evidence.roots, self._clock())
        return self._store.read(head)

    def _sign(self, document: bytes, field: str, change: Change = lambda _: None) -> bytes:
        done = stock_b_lt(self._signer, self._timestamper, self._evidence, document, field, change)
        self._store.put(done)
        return done
