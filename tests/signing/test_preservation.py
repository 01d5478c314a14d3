"""Long-term preservation: the watch, and renewing a document once whatever happens."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from signing import archive_reports, preservation
from signing import archive_watches as watches
from signing.errors import TimestampUnavailable
from signing.orm import EnvelopeDocument
from signing.pades.algorithm_ends import load_algorithm_ends
from signing.pades.generation_services import GenerationTsa
from signing.pades.preserve import Preserver, begins_with, previous_stamp
from signing.pades.revocation import RevocationUnavailable
from signing.preservation import RenewalResult, originals_matching
from signing.simulated_world import years_after
from signing.stores import FileStore
from tests.signing.archives import START, Archive, NoAnswer, copy_of, make_template

ENDS = load_algorithm_ends()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Archive:
    return make_template(tmp_path_factory.mktemp("archive"), sqlite_template)


@pytest.fixture
def archive(template: Archive, tmp_path: Path, sqlite_only: str) -> Archive:
    return copy_of(template, tmp_path / "archive", sqlite_only)


@pytest.fixture
def archive_on_both(template: Archive, tmp_path: Path, database_url: str) -> Archive:
    """For the logic of the tables: once on each database."""
    copied = copy_of(template, tmp_path / "archive", database_url)
    yield copied
    copied.database.dispose()


def test_a_released_document_is_watched_and_left_alone_until_it_is_due(archive_on_both: Archive) -> None:
    archive = archive_on_both
    assert archive.look() == 1
    assert archive.look() == 0  # not again for a week
    first = archive.world.generations[0]
    watch = archive.watch
    assert watch.holds_until == first.ends.replace(microsecond=0)
    assert watch.renew_at == watch.holds_until - timedelta(days=365)
    assert first.name in watch.because
    archive.world.at = watch.renew_at - timedelta(seconds=1)
    assert archive.look() == 1
    assert archive.renew() == []
    with archive.transaction() as session:
        summary = archive_reports.summarise(session, archive.world.at, "mihon")
        assert archive_reports.summarise(session, archive.world.at, "another-city").watched == 0
    assert (summary.watched, summary.unwatched, summary.due, summary.failing) == (1, 0, 0, 0)
    assert summary.by_year == {watch.renew_at.year: 1}


def test_a_due_document_is_renewed_once_and_the_proof_is_kept(archive_on_both: Archive) -> None:
    archive = archive_on_both
    archive.become_due()
    before = archive.head
    outcomes = archive.renew()
    assert [o.result for o in outcomes] == [RenewalResult.RENEWED]
    assert archive.renew() == []
    (renewal,) = archive.renewals
    assert (renewal.before_sha256, renewal.after_sha256) == (before, archive.head)
    assert renewal.authority == archive.world.generations[1].name
    assert renewal.token.hex().upper().encode() in archive.store.read(archive.head)
    assert renewal.holds_until == archive.world.generations[1].ends.replace(microsecond=0)
    assert archive.watch.renew_at == renewal.holds_until - timedelta(days=365)
    assert archive.told == [archive.head]
    assert archive.versions[-2:] == ["document_timestamp", "archive_renewal"]
    assert begins_with(archive.store.path(archive.head), archive.store.path(before))
    assert archive.verdict().is_valid
    assert archive.verdict(before).is_valid  # the original stays readable, and valid for now


def test_a_preserved_version_leads_back_to_the_original(archive_on_both: Archive) -> None:
    archive = archive_on_both
    original = archive.head
    archive.become_due()
    archive.renew()
    head = archive.head
    with archive.transaction() as session:
        assert originals_matching(session, head) == {head, original}
        assert originals_matching(session, original) == {original}
        assert originals_matching(session, "0" * 64) == {"0" * 64}
        newest = archive_reports.preserved_version(session, original)
        assert newest is not None
        assert newest.sha256 == head
        assert archive_reports.preserved_version(session, "0" * 64) is None
        assert [proof.renewal.after_sha256 for proof in archive_reports.latest_renewals(session)] == [head]


def test_the_weaker_of_two_ends_decides_after_the_table_was_changed(archive: Archive) -> None:
    archive.look()
    sha256 = replace(ENDS.digests["sha256"], ends_on=START.date() + timedelta(days=100))
    archive.changes["ends"] = replace(ENDS, digests={**ENDS.digests, "sha256": sha256})
    archive.world.at += timedelta(days=8)
    archive.look()
    assert "SHA-256" in archive.watch.because
    assert archive.watch.holds_until == sha256.ends_at


def test_a_stronger_digest_is_taken_when_the_old_one_ends(archive: Archive) -> None:
    sha256 = replace(ENDS.digests["sha256"], ends_on=START.date() + timedelta(days=400))
    archive.changes["ends"] = replace(ENDS, digests={**ENDS.digests, "sha256": sha256})
    archive.become_due()
    (outcome,) = archive.renew()
    # the authority still signs with SHA-256, so its time-stamp does not hold any longer
    assert outcome.problem is not None
    assert outcome.problem.code == "no_longer_timestamp"
    archive.changes["ends"] = ENDS
    archive.world.at = years_after(START, 20)
    stamps = archive.work.preserver.timestamper.foresee()
    assert {chain.certificates[0].public_key.bit_size for chain in stamps} == {384}


# what goes wrong


class Killed(BaseException):
    """SIGKILL, as far as a test can play it: nothing catches it."""


KILLS = {
    "before the stamp": (Preserver, "renew", True),
    "after the stamp": (Preserver, "renew", False),
    "before the store": (FileStore, "put", True),
    "after the store": (FileStore, "put", False),
    "before the transaction": (watches, "keep_renewal", True),
    "before its commit": (watches, "keep_renewal", False),
}


@pytest.mark.parametrize("place", KILLS)
def test_a_renewal_that_is_killed_begins_anew_and_leaves_one_renewal(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    archive.become_due()
    before = archive.head
    owner, name, is_before = KILLS[place]
    real = getattr(owner, name)

    def killed(*args: object, **values: object) -> object:
        if not is_before:
            real(*args, **values)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, killed)
        with pytest.raises(Killed):
            archive.renew()
    assert archive.head == before
    assert archive.renewals == []
    archive.world.at += timedelta(minutes=4)  # the lease of the dead worker ends
    assert [o.result for o in archive.renew()] == [RenewalResult.RENEWED]
    assert [r.before_sha256 for r in archive.renewals] == [before]
    assert archive.versions.count("archive_renewal") == 1
    assert archive.verdict().is_valid


def test_killed_after_the_commit_nothing_is_done_twice(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.become_due()

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(preservation.journals, "release", killed)
        with pytest.raises(Killed):
            archive.renew()
    head = archive.head
    archive.world.at += timedelta(minutes=4)
    assert archive.renew() == []
    assert archive.head == head
    assert len(archive.renewals) == 1


def test_two_workers_at_once_make_one_renewal(
    archive_on_both: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archive_on_both
    archive.become_due()
    real, nested = Preserver.renew, []

    def renew_while_another_tries(self: Preserver, *args: object) -> object:
        if not nested:
            nested.append(None)
            nested[0] = archive.renew()
        return real(self, *args)

    monkeypatch.setattr(Preserver, "renew", renew_while_another_tries)
    assert len(archive.renew()) == 1
    assert nested == [[]]  # the lease kept the other one out
    assert len(archive.renewals) == 1


def test_a_renewal_of_what_is_no_longer_the_head_changes_nothing(
    archive_on_both: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archive_on_both
    archive.become_due()
    real, other = watches.keep_renewal, "f" * 64

    def too_late(session, document, *args):
        row = session.get_one(EnvelopeDocument, document.document_id)
        row.head_sha256 = other
        session.flush()
        return real(session, document, *args)

    monkeypatch.setattr(watches, "keep_renewal", too_late)
    assert archive.renew() == []
    assert archive.head == other
    assert archive.renewals == []


def test_damaged_bytes_are_reported_once_never_stamped_and_looked_at_again(archive: Archive) -> None:
    archive.look()
    content = archive.store.read(archive.head)
    archive.overwrite(archive.head, content[:5000] + b"X" + content[5001:])
    archive.world.at += timedelta(days=8)
    archive.look()
    assert archive.watch.problem_code == "damaged_document"
    archive.world.at = archive.watch.renew_at + timedelta(days=1)
    (outcome,) = archive.renew()
    assert outcome.problem is not None
    assert (outcome.problem.code, outcome.problem.is_new) == ("damaged_document", False)
    assert archive.told == ["damaged_document"]
    assert archive.renewals == []
    with archive.transaction() as session:
        assert archive_reports.summarise(session, archive.world.at).failing == 1
        (failing,) = archive_reports.failing_documents(session, "mihon")
    assert archive.head in failing.watch.problem
    archive.overwrite(archive.head, content)  # from the backup
    archive.world.at += timedelta(days=1)
    assert [o.result for o in archive.renew()] == [RenewalResult.RENEWED]
    assert archive.watch.problem is None


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n" + b"x" * 500])
def test_a_file_that_cannot_be_read_any_more_is_damage_and_stops_nothing(
    archive: Archive, content: bytes
) -> None:
    archive.overwrite(archive.head, content)
    assert archive.look() == 1
    assert archive.watch.problem_code == "damaged_document"
    archive.world.at += timedelta(days=1)
    assert [outcome.result for outcome in archive.renew()] == [RenewalResult.FAILED]


def test_a_fault_that_nobody_thought_of_is_told_and_stops_nothing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.become_due()
    with monkeypatch.context() as patch:
        patch.setattr(Preserver, "renew", lambda *_: {}["nobody thought of this"])
        (outcome,) = archive.renew()
    assert outcome.problem is not None
    assert "KeyError" in outcome.problem.text
    assert archive.told == ["unforeseen"]
    archive.world.at += timedelta(days=1)
    assert [o.result for o in archive.renew()] == [RenewalResult.RENEWED]


def test_a_lost_file_is_damage_too(archive: Archive) -> None:
    archive.look()
    archive.store.path(archive.head).unlink()
    archive.world.at += timedelta(days=8)
    archive.look()
    assert archive.watch.problem_code == "damaged_document"


def test_a_file_that_does_not_verify_is_never_stamped(archive: Archive) -> None:
    archive.become_due()
    broken = archive.store.read(archive.head).replace(b"/Contents <30", b"/Contents <31", 1)
    document_id = archive.document.id
    with archive.transaction() as session:
        document = session.get_one(EnvelopeDocument, document_id)
        document.head_sha256 = archive.store.put(broken)
    (outcome,) = archive.renew()
    assert outcome.problem is not None
    assert outcome.problem.code == "not_verified"
    assert "更新前の検証" in outcome.problem.text
    assert archive.renewals == []


def test_authorities_down_are_asked_again_every_hour(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.become_due()

    def down(*_: object) -> bytes:
        raise TimestampUnavailable(authority="模擬", reason="応答がありません")

    with monkeypatch.context() as patch:
        patch.setattr(GenerationTsa, "answer", down)
        (outcome,) = archive.renew()
        assert outcome.problem is not None
        assert (outcome.problem.code, outcome.problem.is_new) == ("timestamp_unavailable", True)
        since = archive.watch.failing_since
        assert archive.renew() == []  # not at once
        archive.world.at += timedelta(hours=1)
        (outcome,) = archive.renew()
        assert outcome.problem is not None
        assert not outcome.problem.is_new
        assert archive.watch.failing_since == since
        with archive.transaction() as session:
            assert archive_reports.oldest_failure(session, "mihon", "timestamp_unavailable") == since
    archive.world.at += timedelta(hours=1)
    assert [o.result for o in archive.renew()] == [RenewalResult.RENEWED]
    assert archive.watch.failing_since is None
    assert archive.told == ["timestamp_unavailable", archive.head]


def test_revocation_data_that_is_gone_is_reported(archive: Archive) -> None:
    archive.become_due()
    archive.changes["revocation"] = NoAnswer(RevocationUnavailable(reason="OCSPが終了しています"))
    (outcome,) = archive.renew()
    assert outcome.problem is not None
    assert outcome.problem.code == "revocation_unavailable"
    assert archive.renewals == []


def test_an_authority_that_has_no_longer_certificate_is_not_asked_in_vain(archive: Archive) -> None:
    archive.become_due()
    archive.world.generations = archive.world.generations[:1]
    before = archive.head
    (outcome,) = archive.renew()
    assert outcome.problem is not None
    assert outcome.problem.code == "no_longer_timestamp"
    assert archive.head == before
    assert archive.renew() == []


def test_too_late_is_too_late(archive: Archive) -> None:
    """After the end of its certificate a time-stamp proves nothing: a new one would only hide that."""
    archive.look()
    archive.world.at = archive.watch.holds_until + timedelta(days=1)
    (outcome,) = archive.renew()
    assert outcome.problem is not None
    assert outcome.problem.code == "not_verified"
    assert archive.renewals == []


def test_a_forced_late_stamp_does_not_revive_the_file(archive: Archive, tmp_path: Path) -> None:
    """The verification is no softer than the renewal: a late stamp that somebody else makes is not accepted."""
    archive.look()
    archive.world.at = archive.watch.holds_until - timedelta(hours=1)
    late = archive.work.preserver
    archive.world.at += timedelta(hours=2)
    renewing = replace(late, revocation=archive.work.preserver.revocation, min_gain=timedelta(0))
    try:
        renewing.renew(archive.store.path(archive.head), tmp_path / "late.pdf", archive.world.at)
    except (RevocationUnavailable, preservation.RenewalFailed):
        return  # no evidence can be had for the old certificate any more, as it should be
    archive.world.at += timedelta(days=400)
    assert archive.verdict(archive.store.put(tmp_path / "late.pdf")).verdict != "valid"


def test_the_previous_stamp_is_the_newest_one(archive: Archive) -> None:
    archive.become_due()
    archive.renew()
    found = previous_stamp(archive.store.path(archive.head), archive.world.trust)
    assert found.token == archive.renewals[0].token
    assert found.facts.authority == archive.world.generations[1].name
    assert [c.self_issued for c in found.chain] == [False, False]
