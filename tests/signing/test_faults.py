"""Fault tests of sealing (障害試験): SIGKILL anywhere, keys whose certificates end, lapse or are revoked in between."""

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509 import ReasonFlags
from sqlalchemy import func, select

import signing
from portal.database import Database
from signing import journals, sealing
from signing.modes import EnvelopeStatus, Side
from signing.orm import DocumentVersion, Envelope, Evidence, SealJob
from signing.services import SealingServices, open_services
from signing.testing import DATE_BOX, FONT, DocumentDraft, MovableClock, make_envelope, make_pdf
from tests.authority_pki import Issued
from tests.signing import flows
from tests.signing.conftest import transactions
from tests.tsa_server import AuthorityServer

SEED = int(os.environ.get("FAULT_SEED", "20260521"))
LEASE_OVER = {"minutes": 4}
PDF = make_pdf()


@dataclass
class Works:
    """Envelopes of two parties that children seal and that survive them."""

    url: str
    services: SealingServices
    clock: MovableClock
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = Database(self.url, pool_size=1)
        self.transaction = transactions(self.database)

    def add(self) -> str:
        """One more envelope, sent."""
        with self.transaction() as session:
            documents = [DocumentDraft("契約書.pdf", PDF, DATE_BOX)]
            envelope = make_envelope(session, self.services, self.clock(), documents)
            signing.send(session, envelope.id, self.clock())
            self.ids.append(envelope.id)
            return envelope.id

    def states(self) -> list[str]:
        """How far each unfinished envelope has come: waiting for a consent, or at which step of which seal."""
        jobs = (
            select(SealJob.kind, SealJob.tbs_sha256, SealJob.cms, SealJob.result_sha256)
            .select_from(Envelope)
            .outerjoin(SealJob, (SealJob.envelope_id == Envelope.id) & SealJob.finished_at.is_(None))
            .where(Envelope.finished_at.is_(None))
        )
        with self.transaction() as session:
            rows = session.execute(jobs).all()
        words = ("agreed", "prepared", "signed", "embedded")
        return [
            f"{kind.value} {words[sum(map(bool, parts))]}" if kind else "not agreed" for kind, *parts in rows
        ]

    def seal_all(self) -> None:
        """What everybody does until nothing is left: ask, agree, seal."""
        transaction = self.transaction
        while True:
            with transaction() as session:
                left = session.scalar(select(func.count()).where(Envelope.finished_at.is_(None)))
                running = list(session.scalars(select(Envelope.id).where(Envelope.finished_at.is_(None))))
            if not left:
                break
            for envelope_id in running:
                flows.agree_next(transaction, envelope_id, self.clock())
            flows.seal(transaction, self.services, self.clock)

    def in_child(self, work: Callable[[], None]) -> int:
        """Starts a child that does this; its process id, once it has begun."""
        self.database.dispose()  # a child must not inherit a connection; it inherits what is compiled
        begun, begins = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(begins, b".")
                work()
                os._exit(0)
            except BaseException:
                import traceback

                traceback.print_exc()
                os._exit(1)
        os.close(begins)
        os.read(begun, 1)
        os.close(begun)
        return child


def killed_after(child: int, seconds: float) -> bool:
    """Lets a child work for so long (its own CPU time: a busy machine changes nothing), then kills it.

    Whether it was still at work.
    """
    spent = Path(f"/proc/{child}/schedstat")
    while float(spent.read_text().split()[0]) < seconds * 1e9:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            assert os.waitstatus_to_exitcode(status) == 0
            return False
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.fixture
def works(database_url: str, services: SealingServices, clock: MovableClock) -> Iterator[Works]:
    made = Works(database_url, services, clock)
    yield made
    made.database.dispose()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database_url", "kills"),
    [("sqlite", 200), pytest.param("postgres", 50, marks=pytest.mark.postgres)],
    indirect=["database_url"],
)
def test_killed_at_random_moments_every_document_ends_with_exactly_one_original(
    works: Works, kills: int
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    works.add()
    works.seal_all()  # opens what is opened once; the children inherit it
    for _ in range(2):
        works.add()
        _, status, used = os.wait4(works.in_child(works.seal_all), 0)
        assert os.waitstatus_to_exitcode(status) == 0
    whole, began = used.ru_utime + used.ru_stime, time.monotonic()
    killed, left_at = 0, Counter[str]()
    while killed < kills:
        states = works.states()
        left_at.update(states)
        if len(states) < 2:
            works.add()
        works.clock.move(**LEASE_OVER)
        killed += killed_after(works.in_child(works.seal_all), chance.uniform(0, whole))
    works.clock.move(**LEASE_OVER)
    works.seal_all()
    print(f"{killed} kills, {len(works.ids)} envelopes, {whole:.2f} s each, {time.monotonic() - began:.0f} s")
    print(dict(left_at))
    assert len(left_at) >= 5, "the kills met every state of a seal"
    for envelope_id in works.ids:
        assert_one_original(works, envelope_id)
    assert_nothing_is_left(works)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killed_at_lines_of_journal_and_sealing(works: Works) -> None:
    """The child dies at its n-th executed line of these modules, for many n over the whole sealing."""
    works.add()
    total = lines_of(works)
    assert total > 300
    stride = max(total // 40, 1)
    for line in range(SEED % stride, total, stride):
        works.add()
        child = works.in_child(lambda at=line: dying_at(at, works.seal_all))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, line
        works.clock.move(**LEASE_OVER)
        works.seal_all()
        assert_one_original(works, works.ids[-1])
    assert_nothing_is_left(works)


def lines_of(works: Works) -> int:
    """How many lines of the modules a whole sealing runs through."""
    counted = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal counted
        if frame.f_code.co_filename not in TRACED:
            return None
        counted += event == "line"
        return trace

    sys.settrace(trace)
    try:
        works.seal_all()
    finally:
        sys.settrace(None)
    return counted


def dying_at(line: int, work: Callable[[], None]) -> None:
    left = line

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in TRACED:
            return None
        if event == "line":
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
        return trace

    sys.settrace(trace)
    work()


TRACED = (journals.__file__, sealing.__file__)


def assert_one_original(works: Works, envelope_id: str) -> None:
    """One original, each version the one before and something more, each seal and each consent once."""
    store = works.services.store
    with works.transaction() as session:
        envelope = session.get_one(Envelope, envelope_id)
        assert envelope.status is EnvelopeStatus.FINISHED
        [document] = envelope.documents
        versions = sorted(document.versions, key=lambda version: version.sequence)
        assert [version.sequence for version in versions] == [0, 1, 2, 3]
        assert document.head_sha256 == versions[-1].sha256
        contents = [store.read(version.sha256) for version in versions]
        assert [len(content) for content in contents] == [version.size for version in versions]
        jobs = session.scalars(select(SealJob).where(SealJob.envelope_id == envelope_id)).all()
        assert sorted(job.result_sha256 for job in jobs) == sorted(version.sha256 for version in versions[1:])
        assert all(job.finished_at and job.last_error is None for job in jobs)
        consents = select(Evidence.step_id).where(
            Evidence.envelope_id == envelope_id, Evidence.act == "consent"
        )
        assert len(set(session.scalars(consents))) == len(list(session.scalars(consents))) == 2
        assert envelope.contract_on is not None
        sides = {step.side for step in envelope.steps if step.sealed_at}
        assert sides == {Side.SENDER, Side.RECEIVER}
    for shorter, longer in pairwise(contents):
        assert longer.startswith(shorter)
    verdict = signing.verify_pdf(store.path(versions[-1].sha256), works.services.trust, works.clock())
    assert verdict.is_valid, verdict.problems
    kinds = [signature.kind for signature in verdict.signatures]
    assert kinds == ["signature", "signature", "document_timestamp"]


def assert_nothing_is_left(works: Works) -> None:
    """No lease that holds anybody up, no unfinished seal, no row that points at a file that is not there."""
    works.clock.move(**LEASE_OVER)
    with works.transaction() as session:
        assert not signing.pending_seals(session)
        assert journals.pending_envelopes(session, works.clock(), 100) == []
        held = select(func.count()).where(Envelope.leased_until > works.clock())
        assert session.scalar(held) == 0
        named = set(session.scalars(select(DocumentVersion.sha256)))
        assert session.scalar(select(func.count()).select_from(DocumentVersion)) == 4 * len(works.ids)
    assert all(works.services.store.verify(sha256) for sha256 in named)


# keys


@pytest.fixture
def server(clock: MovableClock) -> Iterator[AuthorityServer]:
    started = AuthorityServer(clock)
    yield started
    started.stop()


def with_key(
    services: SealingServices, server: AuthorityServer, clock: Any, issued: Issued
) -> SealingServices:
    """The same services with another witness key, whose state the server tells."""
    folder = services.store.root.parent
    p12, roots = folder / "witness.p12", folder / "root.pem"
    chain = [server.pki.issuing.certificate]
    encryption = BestAvailableEncryption(b"pin")
    p12.write_bytes(
        pkcs12.serialize_key_and_certificates(b"witness", issued.key, issued.certificate, chain, encryption)
    )
    roots.write_bytes(server.pki.root.certificate.public_bytes(Encoding.PEM))
    return open_services(
        folder / "keys",
        store=services.store,
        font=FONT,
        clock=clock,
        allow_demo=True,
        trust_roots=[Path(roots)],
        witness_p12=p12,
        witness_p12_password="pin",
    )


KEYS = {
    "expired": ({"days_until": 1}, "有効期限が切れています"),
    "not yet valid": ({"days_since": 1}, "まだ有効ではありません"),
    "revoked": ({}, "に失効しています（理由: 鍵の漏えい）"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("case", KEYS)
def test_key_that_may_not_seal_seals_nothing_and_its_successor_goes_on(
    transaction: Any, services: SealingServices, clock: MovableClock, server: AuthorityServer, case: str
) -> None:
    how, words = KEYS[case]
    validity = {}
    if "days_until" in how:
        validity["until"] = clock() + timedelta(days=how["days_until"])
    if "days_since" in how:
        validity["since"] = clock() + timedelta(days=how["days_since"])
    issued = server.pki.issue("立会人", **validity)
    fragile = with_key(services, server, clock, issued)
    envelope_id = flows.start(transaction, fragile, clock())
    flows.agree_next(transaction, envelope_id, clock())
    before = flows.heads(transaction, envelope_id)
    if case == "expired":
        clock.move(days=2)
    if case == "revoked":
        server.pki.revoke(issued, clock(), ReasonFlags.key_compromise)
        clock.move(minutes=1)
    [outcome] = flows.seal(transaction, fragile, clock)
    assert outcome.result in (signing.SealResult.STOPPED, signing.SealResult.POSTPONED)
    assert words in outcome.problem
    assert flows.heads(transaction, envelope_id) == before
    with transaction() as session:
        [job] = signing.pending_seals(session, "mihon")
        assert words in job.last_error
        assert job.cms is None
        assert job.step.consented_at is not None
    replaced = with_key(services, server, clock, server.pki.issue("立会人 新"))
    clock.move(minutes=6)
    [outcome] = flows.seal(transaction, replaced, clock)
    assert outcome.result is signing.SealResult.SEALED
