"""Long-term preservation (長期保存): renews the archive time-stamp of each finished document before it ends.

Nothing of a renewal is half-done: the new file is written to the store by its hash, then one transaction moves
the document to it and keeps the proof, if the document still stands where it stood. A crash before that leaves
a file that nobody points to, and the renewal begins anew. A file that does not verify as valid now is never
stamped: a fresh time-stamp on a broken file would only make it look cared for.
"""

import logging
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from signing import archive_watches as watches
from signing import journals
from signing.archive_watches import ArchivedDocument, Problem
from signing.columns import new_id
from signing.errors import DamagedDocument, SigningRefused, unforeseen
from signing.orm import DocumentVersion, EnvelopeDocument
from signing.orm_preservation import ArchiveRenewal, ArchiveWatch
from signing.pades.holding import Holding
from signing.pades.preserve import Preserver, RenewalFailed, RenewedFile, previous_stamp
from signing.pades.trust import TrustStore
from signing.pades.verdicts import Expectation, Verdict
from signing.pades.verify import verify_pdf
from signing.stores import DocumentStore

Transaction = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


class NotVerified(SigningRefused):
    """The stored file is not valid any more, or the renewed one would not be: it is left alone (検証の不合格)."""

    code = "not_verified"
    text = "保管している文書の検証に合格しないため、更新しませんでした。"
    remedy = "バックアップの文書と照合し、検証ページで原因を確認してください。"


class RenewalResult(StrEnum):
    """What one attempt did."""

    RENEWED = "renewed"
    FAILED = "failed"


@dataclass(frozen=True)
class RenewalOutcome:
    """One document's outcome: renewed (by whom, until when), or not, and why."""

    document_id: str
    owner: str
    reference: str
    result: RenewalResult
    problem: Problem | None = None
    renewal: ArchiveRenewal | None = None


def _nothing(*_: object) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Preservation:
    """What preservation needs. `transaction` opens a session that commits at its end.

    `on_renewed` and `on_problem` are called inside the transaction that keeps a renewal or a new problem, so
    that whoever writes audit rows and mails does it together with the fact.
    """

    transaction: Transaction
    store: DocumentStore
    preserver: Preserver
    now: Clock
    on_renewed: Callable[[Session, ArchivedDocument, ArchiveRenewal], None] = _nothing
    on_problem: Callable[[Session, ArchivedDocument, Problem], None] = _nothing

    @property
    def trust(self) -> TrustStore:
        return self.preserver.trust


def watch_documents(work: Preservation, limit: int = 200) -> int:
    """Looks at documents that nobody watches yet and at those not looked at for a week; says at how many."""
    with work.transaction() as session:
        waiting = watches.unwatched_or_stale(session, work.now(), limit)
    for document_id in waiting:
        look_at(work, document_id)
    return len(waiting)


def look_at(work: Preservation, document_id: str) -> Problem | None:
    """Hashes the stored files and computes anew until when the newest time-stamp holds."""
    now = work.now()
    with work.transaction() as session:
        document = watches.archived_document(session, document_id)
    found, problem = _found(work, document)
    with work.transaction() as session:
        if session.get_one(EnvelopeDocument, document_id).head_sha256 != document.head_sha256:
            return None  # renewed meanwhile
        is_new = watches.note_look(session, document, found, problem, now)
        if problem is not None and is_new:
            work.on_problem(session, document, problem)
    return replace(problem, is_new=is_new) if problem else None


def renew_due(work: Preservation, limit: int = 50) -> list[RenewalOutcome]:
    """Renews what is due. Idempotent; any number of workers may call it."""
    with work.transaction() as session:
        due = watches.due_documents(session, work.now(), limit)
    outcomes = [renew_document(work, document_id) for document_id in due]
    return [outcome for outcome in outcomes if outcome is not None]


def renew_document(work: Preservation, document_id: str) -> RenewalOutcome | None:
    """Renews one watched document now; None when another worker has it or was first."""
    lease = new_id()
    with work.transaction() as session:
        document = watches.archived_document(session, document_id)
        if not journals.claim(session, document.envelope_id, lease, work.now()):
            return None
    try:
        return _renewed(work, document)
    except SQLAlchemyError:
        raise
    except Exception as error:
        return _failed(work, document, _problem(error))
    finally:
        with work.transaction() as session:
            journals.release(session, document.envelope_id, lease)


def originals_matching(session: Session, sha256: str) -> set[str]:
    """Hashes of the originals that a file is, or is a preserved version of (原本との照合).

    Holds the hash itself, so that a caller may look all of them up in its own records.
    """
    query = select(DocumentVersion.document_id).where(
        DocumentVersion.sha256 == sha256, DocumentVersion.made_by == watches.RENEWED
    )
    originals = {watches.original_of(session, document_id) for document_id in session.scalars(query)}
    return {sha256, *(original for original in originals if original)}


def newest_version(session: Session, document_id: str) -> DocumentVersion | None:
    """The newest version of an envelope's document: what is handed out, its size with it (最新の保存版)."""
    query = select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    return session.scalars(query.order_by(DocumentVersion.sequence.desc())).first()


def renewals_of(session: Session, document_id: str) -> list[ArchiveRenewal]:
    """Every renewal of a document, the oldest first."""
    query = select(ArchiveRenewal).where(ArchiveRenewal.document_id == document_id)
    return list(session.scalars(query.order_by(ArchiveRenewal.renewed_at)))


def watch_of(session: Session, document_id: str) -> ArchiveWatch | None:
    """What is known about how long a document holds."""
    return session.get(ArchiveWatch, document_id)


def _found(work: Preservation, document: ArchivedDocument) -> tuple[Holding, Problem | None]:
    problem = None
    try:
        for sha256 in dict.fromkeys((document.head_sha256, document.original_sha256)):
            if not work.store.verify(sha256):
                problem = _problem(DamagedDocument(sha256=sha256))
        if document.token is not None:
            return work.preserver.token_holding(document.token), problem
        stamp = previous_stamp(work.store.path(document.head_sha256), work.trust)
        return work.preserver.holding_of(stamp.facts), problem
    except Exception as error:
        now, problem = work.now(), problem or _problem(error)
        return Holding(now, problem.text, now), problem


def _renewed(work: Preservation, document: ArchivedDocument) -> RenewalOutcome | None:
    before = document.head_sha256
    if not work.store.verify(before):
        raise DamagedDocument(sha256=before)
    source = work.store.path(before)
    _refuse_invalid(_verdict(work, source, document, before), "更新前")
    with tempfile.TemporaryDirectory(prefix="warifu-preserve-") as folder:
        file = Path(folder) / "renewed.pdf"
        renewed = work.preserver.renew(source, file, work.now())
        verdict = _verdict(work, file, document, None)
        _refuse_invalid(verdict, "更新後")
        after, size = work.store.put(file), file.stat().st_size
    if after != verdict.sha256:
        raise RenewalFailed(reason="the store holds other bytes than were verified")
    renewal = _proof(document, renewed, after, verdict)
    with work.transaction() as session:
        if not watches.keep_renewal(
            session, document, renewal, size, renewed.after.because, renewed.after.renew_at
        ):
            return None
        work.on_renewed(session, document, renewal)
    return RenewalOutcome(
        document.document_id, document.owner, document.reference, RenewalResult.RENEWED, renewal=renewal
    )


def _proof(document: ArchivedDocument, renewed: RenewedFile, after: str, verdict: Verdict) -> ArchiveRenewal:
    return ArchiveRenewal(
        owner=document.owner,
        document_id=document.document_id,
        before_sha256=document.head_sha256,
        after_sha256=after,
        authority=renewed.authority,
        renewed_at=renewed.stamped_at,
        held_until=renewed.before.until,
        holds_until=renewed.after.until,
        token=renewed.token,
        verdict=verdict.verdict.value,
    )


def _verdict(work: Preservation, file: Path, document: ArchivedDocument, sha256: str | None) -> Verdict:
    expected = Expectation(signature_fields=document.signature_fields, sha256=sha256)
    return verify_pdf(file, work.trust, work.now(), expected)


def _refuse_invalid(verdict: Verdict, when: str) -> None:
    if not verdict.is_valid:
        raise NotVerified(reason=f"{when}の検証: {verdict.summary}")


def _failed(work: Preservation, document: ArchivedDocument, problem: Problem) -> RenewalOutcome:
    log.warning("document %s is not renewed: %s", document.document_id, problem.text)
    with work.transaction() as session:
        is_new = watches.note_failure(session, document.document_id, problem, work.now())
        if is_new:
            work.on_problem(session, document, problem)
    return RenewalOutcome(
        document.document_id,
        document.owner,
        document.reference,
        RenewalResult.FAILED,
        replace(problem, is_new=is_new),
    )


def _problem(error: Exception) -> Problem:
    """A fault in words. Whatever is wrong with one document, the others are looked at and renewed."""
    if isinstance(error, SigningRefused):
        return Problem(error.code, _in_words(error))
    if isinstance(error, OSError):
        return Problem("store_unavailable", f"保管庫を読み書きできません。（{error}）")
    log.error("a fault that nobody thought of", exc_info=error)
    return Problem("unforeseen", unforeseen(error))


def _in_words(error: SigningRefused) -> str:
    reason = error.facts.get("reason")
    if reason is None and "sha256" in error.facts:
        reason = f"SHA-256: {error.facts['sha256']}"
    return f"{error.text}（{reason}）" if reason else error.text
