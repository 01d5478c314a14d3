"""Sealing under adversity: crashes, an authority that is down, midnight, two workers, a damaged file."""

import itertools
import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

import signing
from portal.database import Database
from signing import errors
from signing.modes import EnvelopeStatus
from signing.orm import DocumentVersion, Envelope, SealJob
from signing.pades.seal import Sealer
from signing.testing import DATE_BOX, DocumentDraft, make_pdf
from tests.signing import flows
from tests.signing.conftest import transactions


class Crash(BaseException):
    """Stands for the end of the process: no handler of ours may catch it."""


class Crasher:
    """Dies at the n-th point where the outside world or the database is touched."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.met = False

    def point(self) -> None:
        if self.left == 0:
            self.met = True
            self.left = -1
            raise Crash
        self.left -= 1

    def around(self, function: Callable) -> Callable:
        def called(*args, **kwargs):
            self.point()
            result = function(*args, **kwargs)
            self.point()
            return result

        return called

    def transaction(self, transaction):
        @contextmanager
        def opened():
            self.point()
            with transaction() as session:
                yield session
                self.point()  # before the commit
            self.point()  # after it

        return opened

    def services(self, services):
        store = services.store
        fragile_store = type(
            "Store", (), {name: getattr(store, name) for name in ("path", "verify", "read")}
        )()
        fragile_store.put = self.around(store.put)
        sealer = services.sealer
        names = ("check", "prepare_signature", "prepare_timestamp", "sign", "stamp")
        fragile_sealer = type("Sealer", (), {})()
        for name in names:
            setattr(fragile_sealer, name, self.around(getattr(sealer, name)))
        return replace(services, store=fragile_store, sealer=fragile_sealer)


def agreed(transaction, services, clock, **draft) -> str:
    """An envelope that both parties have agreed to; only the last seal is still to be made."""
    envelope_id = flows.start(transaction, services, clock(), **draft)
    flows.agree_next(transaction, envelope_id, clock())
    flows.seal(transaction, services, clock)
    flows.agree_next(transaction, envelope_id, clock())
    return envelope_id


@pytest.mark.slow
def test_a_crash_at_any_point_leaves_exactly_one_original(transaction, services, clock, database):
    point, stride = (0, 5) if database.is_sqlite else (3, 7)
    while True:
        crasher = Crasher(point)
        envelope_id = flows.start(transaction, services, clock())
        flows.agree_next(transaction, envelope_id, clock())
        for _ in range(4):  # the crash, then the next worker after the lease has run out
            try:
                flows.seal(crasher.transaction(transaction), crasher.services(services), clock)
            except Crash:
                clock.move(minutes=4)
            flows.agree_next(transaction, envelope_id, clock())
        flows.seal(transaction, services, clock)
        _assert_one_original(transaction, services, clock, envelope_id)
        if not crasher.met:
            break
        point += stride
    assert point > 25


@pytest.mark.parametrize("point", [3, 8, 13, 18, 23, 28])
def test_a_killed_process_leaves_exactly_one_original(transaction, services, clock, database_url, point):
    envelope_id = agreed(transaction, services, clock)
    child = os.fork()
    if child == 0:
        crasher = Crasher(point)
        crasher.point = lambda: os._exit(9) if next(points) == point else None
        points = itertools.count()
        own = transactions(Database(database_url))
        flows.seal(crasher.transaction(own), crasher.services(services), clock)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    clock.move(minutes=4)
    flows.seal(transaction, services, clock)
    _assert_one_original(transaction, services, clock, envelope_id)


def _assert_one_original(transaction, services, clock, envelope_id) -> None:
    with transaction() as session:
        envelope = session.get_one(Envelope, envelope_id)
        assert envelope.status is EnvelopeStatus.FINISHED
        [document] = envelope.documents
        assert [version.sequence for version in document.versions] == [0, 1, 2, 3]
        jobs = session.scalars(select(SealJob).where(SealJob.envelope_id == envelope_id)).all()
        assert len(jobs) == 3
        assert all(job.finished_at for job in jobs)
        head = document.head_sha256
        assert head == document.versions[-1].sha256
    assert signing.verify_pdf(services.store.path(head), services.trust, clock()).is_valid


class DownTsa:
    """An authority that does not answer until it is told to."""

    name = "down"

    def __init__(self, real) -> None:
        self.real = real
        self.is_down = True

    def answer(self, request: bytes) -> bytes:
        if self.is_down:
            raise errors.TimestampUnavailable(authority=self.name, reason="connection refused")
        return self.real.answer(request)


def with_authority(services, clock, wrap):
    """The same services with the time-stamping authority wrapped."""
    from signing.pades.timestamps import Timestamper

    [real] = services.sealer._timestamper._sources
    authority = wrap(real)
    timestamper = Timestamper([authority], services.trust, clock)
    sealer = Sealer(services.sealer._key, timestamper, services.sealer._revocation, services.trust)
    return authority, replace(services, sealer=sealer)


def test_authority_down_keeps_the_consent_and_completes_a_week_later(transaction, services, clock):
    authority, fragile = with_authority(services, clock, DownTsa)
    envelope_id = flows.start(transaction, fragile, clock())
    flows.agree_next(transaction, envelope_id, clock())
    [outcome] = flows.seal(transaction, fragile, clock)
    assert outcome.result is signing.SealResult.POSTPONED
    assert "connection refused" in outcome.problem
    assert flows.seal(transaction, fragile, clock) == []  # not before its time
    began = clock()
    for _ in range(7):
        clock.move(days=1)
        flows.seal(transaction, fragile, clock)
    with transaction() as session:
        [job] = signing.pending_seals(session, "mihon")
        assert (job.attempts, job.failing_since) == (8, began)
        assert job.cms is None
        assert job.step.consented_at == began
    authority.is_down = False
    clock.move(minutes=5)
    [outcome] = flows.seal(transaction, fragile, clock)
    assert outcome.result is signing.SealResult.SEALED
    with transaction() as session:
        assert signing.pending_seals(session) == []


def test_last_timestamp_down_leaves_the_envelope_being_completed(transaction, services, clock):
    authority, fragile = with_authority(services, clock, DownTsa)
    authority.is_down = False
    envelope_id = agreed(transaction, fragile, clock)
    count = iter(range(100))
    real = authority.real

    class Second:
        name = "second"

        def answer(self, request: bytes) -> bytes:
            if next(count) == 1:
                raise errors.TimestampUnavailable(reason="black hole")
            return real.answer(request)

    authority.real = Second()
    first, second = flows.seal(transaction, fragile, clock)
    assert (first.result, second.result) == (signing.SealResult.SEALED, signing.SealResult.POSTPONED)
    with transaction() as session:
        assert session.get_one(Envelope, envelope_id).status is EnvelopeStatus.BEING_COMPLETED
        assert signing.finished_envelopes(session) == []
    clock.move(minutes=2)
    [last] = flows.seal(transaction, fragile, clock)
    assert last.result is signing.SealResult.FINISHED


class MidnightTsa:
    """The last second before midnight passes while the authority works, once."""

    name = "midnight"

    def __init__(self, real) -> None:
        self.real = real
        self.clock = None

    def answer(self, request: bytes) -> bytes:
        if self.clock is not None:
            self.clock.move(seconds=2)
            self.clock = None
        return self.real.answer(request)


def test_midnight_between_date_and_seal_begins_anew_with_the_new_day(transaction, services, clock):
    authority, fragile = with_authority(services, clock, MidnightTsa)
    documents = [DocumentDraft(f"{n}.pdf", make_pdf(), DATE_BOX) for n in (1, 2)]
    envelope_id = agreed(transaction, fragile, clock, documents=documents)
    clock.at = datetime(2026, 5, 1, 14, 59, 59, tzinfo=UTC)
    authority.clock = clock
    outcomes = flows.seal(transaction, fragile, clock)
    assert outcomes[-1].result is signing.SealResult.FINISHED
    with transaction() as session:
        assert session.get_one(Envelope, envelope_id).contract_on.isoformat() == "2026-05-02"
    for head in flows.heads(transaction, envelope_id):
        assert signing.verify_pdf(services.store.path(head), services.trust, clock()).is_valid


class Skewed:
    """An authority whose clock goes wrong."""

    name = "skewed"

    def __init__(self, real) -> None:
        self.real = real

    def answer(self, request: bytes) -> bytes:
        right = self.real._clock
        self.real._clock = lambda: right().replace(year=right().year - 1)
        try:
            return self.real.answer(request)
        finally:
            self.real._clock = right


class Html:
    name = "html"

    def __init__(self, real) -> None:
        pass

    def answer(self, request: bytes) -> bytes:
        return b"<html>please log in</html>"


class Replay:
    """Gives every time the token of the first request: wrong nonce, wrong imprint."""

    name = "replay"

    def __init__(self, real) -> None:
        from signing.pades.tokens import encode_request

        self.old = real.answer(encode_request(bytes(32), 7))

    def answer(self, request: bytes) -> bytes:
        return self.old


@pytest.mark.parametrize(
    ("wrap", "reason"), [(Skewed, "遅れています"), (Html, "読めません"), (Replay, "別のデータ")]
)
def test_wrong_answer_of_an_authority_is_never_used(transaction, services, clock, wrap, reason):
    _, fragile = with_authority(services, clock, wrap)
    envelope_id = flows.start(transaction, fragile, clock())
    flows.agree_next(transaction, envelope_id, clock())
    [outcome] = flows.seal(transaction, fragile, clock)
    assert outcome.result is signing.SealResult.POSTPONED
    assert reason in outcome.problem


def test_damaged_file_is_never_sealed(transaction, services, clock):
    envelope_id = flows.start(transaction, services, clock())
    [head] = flows.heads(transaction, envelope_id)
    path = services.store.path(head)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"%")
    flows.agree_next(transaction, envelope_id, clock())
    [outcome] = flows.seal(transaction, services, clock)
    assert outcome.result is signing.SealResult.STOPPED
    assert flows.heads(transaction, envelope_id) == [head]


def test_a_fault_in_one_envelope_is_told_and_holds_up_no_other(transaction, services, clock):
    broken, sound = (flows.start(transaction, services, clock()) for _ in range(2))
    for envelope_id in (broken, sound):
        flows.agree_next(transaction, envelope_id, clock())
        clock.move(seconds=1)
    with transaction() as session:
        for step in session.get_one(Envelope, broken).active_steps:
            step.appearance = {"page": 1}  # no place that anybody could draw a seal into
    problems = {o.envelope_id: o.problem for o in flows.seal(transaction, services, clock)}
    assert problems[sound] is None
    assert "KeyError" in problems[broken]
    with transaction() as session:
        [job] = signing.pending_seals(session)
        assert job.last_error == problems[broken]
        assert job.next_attempt_at > clock()


def test_second_worker_finds_nothing_to_do(transaction, services, clock):
    envelope_id = flows.start(transaction, services, clock())
    flows.agree_next(transaction, envelope_id, clock())
    from signing import journals

    with transaction() as session:
        assert journals.claim(session, envelope_id, "first", clock())
        assert not journals.claim(session, envelope_id, "second", clock())
        assert journals.pending_envelopes(session, clock(), 10) == []
        journals.release(session, envelope_id, "first")
    assert len(flows.seal(transaction, services, clock)) == 1
    assert flows.seal(transaction, services, clock) == []
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(DocumentVersion)) == 2
