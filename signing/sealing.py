"""Sealing (封印): finishes what was consented to, safe against a crash at every line.

Consent is committed before anything here runs. A seal then takes three steps, each written to the journal
before the next begins: prepare (the file with a hole), sign (the CMS), embed (both together). Only then do
all documents of the envelope move to their new version, in one transaction. No transaction is held open
while a key, an authority or the disk is at work.
"""

import logging
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from signing import journals
from signing.columns import new_id
from signing.errors import (
    CertificateUnusable,
    DamagedDocument,
    DocumentMoved,
    SealingFailed,
    SignatureReturned,
    SigningRefused,
    unforeseen,
)
from signing.journals import Batch, JobState
from signing.modes import JobKind
from signing.orm import SealJob
from signing.pades.fill import DateFilling
from signing.pades.identities import from_pem
from signing.pades.seal import JST, Prepared, Sealed, SignatureRequest, approval_reason, embed
from signing.pades.timestamps import UnforeseenAuthority
from signing.party_signing import complete_signature
from signing.services import SealingServices
from signing.visible_seals import Sealing, appearance_of

Transaction = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[], datetime]

FRESH = timedelta(minutes=10)
"""An unsigned preparation older than this is made anew: its /M would be far from its time-stamp."""
JUST_NOW = timedelta(seconds=30)
"""A certificate that was checked while preparing is checked again before it signs later than this."""
_TRIES = 3
WRONG_DAY = "署名した日のうちにタイムスタンプを受けられず、契約書に記入した契約締結日が署名の証明される日と合わなくなりました。"

log = logging.getLogger(__name__)


class SealResult(StrEnum):
    """What one run of the sealing did to one envelope."""

    SEALED = "sealed"
    FINISHED = "finished"
    POSTPONED = "postponed"
    STOPPED = "stopped"
    RETURNED = "returned"


@dataclass(frozen=True)
class SealOutcome:
    """One envelope's outcome: a party's seal was stored, everything is finished, or it waits (and why)."""

    envelope_id: str
    owner: str
    reference: str
    result: SealResult
    step_id: str | None = None
    problem: str | None = None
    next_attempt_at: datetime | None = None


def seal_pending(
    transaction: Transaction,
    services: SealingServices,
    now: Clock,
    date_text: Callable[[date], str],
    limit: int = 20,
) -> list[SealOutcome]:
    """Seals what is pending, up to `limit` envelopes. Idempotent; any number of workers may call it.

    `transaction` opens a session that commits at its end; `date_text` writes the contract date in words.
    """
    work = _Worker(transaction, services, now, date_text)
    with transaction() as session:
        waiting = journals.pending_envelopes(session, now(), limit)
    return [outcome for envelope_id in waiting for outcome in work.seal_envelope(envelope_id)]


def pending_seals(session: Session, owner: str | None = None) -> list[SealJob]:
    """Seals that were agreed to and are not made yet (処理中の封印), oldest first; for the staff's page."""
    query = journals.unfinished_jobs().order_by(SealJob.created_at)
    if owner is not None:
        query = query.where(SealJob.owner == owner)
    return list(session.scalars(query))


@dataclass(frozen=True)
class _Worker:
    transaction: Transaction
    services: SealingServices
    now: Clock
    date_text: Callable[[date], str]

    def seal_envelope(self, envelope_id: str) -> list[SealOutcome]:
        """Everything that can be done for one envelope now, batch after batch."""
        lease = new_id()
        outcomes: list[SealOutcome] = []
        while batch := self._claim(envelope_id, lease):
            outcome = self._seal_batch(batch)
            if outcome is not None:
                outcomes.append(outcome)
            if outcome is None or outcome.result is not SealResult.SEALED:
                break
        with self.transaction() as session:
            journals.release(session, envelope_id, lease)
        return outcomes

    def _claim(self, envelope_id: str, lease: str) -> Batch | None:
        with self.transaction() as session:
            if not journals.claim(session, envelope_id, lease, self.now()):
                return None
            return journals.next_batch(session, envelope_id)

    def _seal_batch(self, batch: Batch) -> SealOutcome | None:
        try:
            advanced = self._advance(self._completed(batch) if batch.is_party else self._made(batch))
        except SignatureReturned as reason:
            return self._return(batch, f"{reason.text}{reason.remedy}")
        except SigningRefused as error:
            stopped = isinstance(error, DamagedDocument | CertificateUnusable)
            result = SealResult.STOPPED if stopped else SealResult.POSTPONED
            return self._postpone(batch, _words(error), result)
        except OSError as error:
            return self._postpone(batch, f"保管庫に書き込めません。 ({error})", SealResult.POSTPONED)
        except SQLAlchemyError:
            raise
        except Exception as error:  # it holds up this envelope, and none of those after it
            log.exception("envelope %s cannot be sealed", batch.envelope_id)
            return self._postpone(batch, unforeseen(error), SealResult.POSTPONED)
        if not advanced:
            return None
        result = SealResult.FINISHED if batch.kind is JobKind.DOCUMENT_TIMESTAMP else SealResult.SEALED
        return SealOutcome(batch.envelope_id, batch.owner, batch.reference, result, batch.step_id)

    def _postpone(self, batch: Batch, problem: str, result: SealResult) -> SealOutcome:
        log.warning("envelope %s waits for its seal: %s", batch.envelope_id, problem)
        with self.transaction() as session:
            again = journals.postpone(session, batch, problem, self.now())
        return SealOutcome(
            batch.envelope_id, batch.owner, batch.reference, result, batch.step_id, problem, again
        )

    def _return(self, batch: Batch, because: str) -> SealOutcome | None:
        log.warning("envelope %s: a signature goes back to its signer: %s", batch.envelope_id, because)
        with self.transaction() as session:
            if not journals.return_to_signer(session, batch, because, self.now()):
                return None
        return SealOutcome(
            batch.envelope_id, batch.owner, batch.reference, SealResult.RETURNED, batch.step_id, because
        )

    def _completed(self, batch: Batch) -> Batch:
        """A party's kept signatures with their time-stamps; returned where they can no longer count."""
        if any(job.base_sha256 != job.head_sha256 for job in batch.jobs):
            raise SignatureReturned(DocumentMoved.text)
        for step in (self._stamp_party, self._embed):
            for job in batch.jobs:
                step(batch, job)
            batch = self._reread(batch)
        if self._is_wrong_day(batch):
            raise SignatureReturned(WRONG_DAY)
        return batch

    def _stamp_party(self, batch: Batch, job: JobState) -> None:
        if job.cms is not None:
            return
        sealed = complete_signature(self.services, job, self.now())
        with self.transaction() as session:
            journals.keep_cms(session, job, sealed)

    def _made(self, batch: Batch) -> Batch:
        """The batch with every document sealed; begun anew when midnight or another seal came between."""
        problem = SealingFailed(reason="封印の途中で日付が変わりました。")
        for _ in range(_TRIES):
            if self._is_stale(batch):
                batch = self._discarded(batch)
            try:
                batch = self._tried(batch)
            except UnforeseenAuthority as error:  # another authority answered: the file needs its evidence
                problem = error
            if all(job.result_sha256 for job in batch.jobs) and not self._is_wrong_day(batch):
                return batch
            batch = self._discarded(batch)
        raise problem

    def _tried(self, batch: Batch) -> Batch:
        for step in (self._prepare, self._sign, self._embed):
            for job in batch.jobs:
                step(batch, job)
            batch = self._reread(batch)
        return batch

    def _is_stale(self, batch: Batch) -> bool:
        """Whether something was prepared that may no longer be used."""
        today = self.now().astimezone(JST).date()
        for job in batch.jobs:
            if job.base_sha256 is not None and job.base_sha256 != job.head_sha256:
                return True
            if job.cms is None and job.prepared_at is not None:
                is_old = self.now() - job.prepared_at > FRESH
                if is_old or (job.filled_on is not None and job.filled_on != today):
                    return True
        return False

    def _is_wrong_day(self, batch: Batch) -> bool:
        """Whether a filled date differs from the day of its seal's time-stamp, or from another document's."""
        filled = {job.filled_on for job in batch.jobs if job.filled_on is not None}
        stamped = {
            job.stamped_at.astimezone(JST).date()
            for job in batch.jobs
            if job.filled_on is not None and job.stamped_at is not None
        }
        return bool(filled) and (len(filled) > 1 or filled != stamped)

    def _discarded(self, batch: Batch) -> Batch:
        with self.transaction() as session:
            journals.discard(session, batch)
        return self._reread(batch)

    def _reread(self, batch: Batch) -> Batch:
        """What the journal holds is what counts: another worker may have been first."""
        with self.transaction() as session:
            current = journals.next_batch(session, batch.envelope_id)
        if current is None or [j.job_id for j in current.jobs] != [j.job_id for j in batch.jobs]:
            raise SealingFailed(reason="the envelope has moved on")
        return current

    def _prepare(self, batch: Batch, job: JobState) -> None:
        if job.tbs_sha256 is not None:
            return
        if not self.services.store.verify(job.head_sha256):
            raise DamagedDocument(sha256=job.head_sha256)
        now = self.now()
        filled_on = now.astimezone(JST).date() if batch.is_last_signature and job.has_date_field else None
        with tempfile.TemporaryDirectory(prefix="warifu-seal-") as folder:
            work = Path(folder) / "tbs.pdf"
            try:
                prepared = self._prepare_file(batch, job, work, filled_on, now)
            except SealingFailed:
                self._refuse_own_certificate(batch, now)
                raise
            tbs_sha256 = self.services.store.put(work)
        with self.transaction() as session:
            journals.keep_preparation(session, job, tbs_sha256, prepared, filled_on, now)

    def _prepare_file(
        self, batch: Batch, job: JobState, work: Path, filled_on: date | None, now: datetime
    ) -> Prepared:
        source = self.services.store.path(job.head_sha256)
        if batch.kind is JobKind.DOCUMENT_TIMESTAMP:
            late = tuple(from_pem(each) for each in batch.late_signers)
            return self.services.sealer.prepare_timestamp(source, work, batch.field_name, now, late)
        assert batch.consented_at is not None
        filling = DateFilling(self.date_text(filled_on), self.services.font) if filled_on else None
        reason = approval_reason(batch.person, batch.email, batch.consented_at)
        sealing = Sealing(batch.person, batch.organisation, batch.title)
        seen = appearance_of(batch.appearance, sealing, now, self.services.store, (self.services.font,))
        request = SignatureRequest(batch.field_name, reason, filling, seen)
        return self.services.sealer.prepare_signature(source, work, request, now)

    def _refuse_own_certificate(self, batch: Batch, now: datetime) -> None:
        """Says it plainly where the service's own certificate is the reason."""
        if batch.kind is JobKind.SIGNATURE:
            self.services.sealer.check(now)

    def _sign(self, batch: Batch, job: JobState) -> None:
        if job.cms is not None or job.prepared is None:
            return
        now = self.now()
        if job.prepared_at is not None and now - job.prepared_at > JUST_NOW:
            self._refuse_own_certificate(batch, now)
        sealed = self._seal_digest(batch, job, job.prepared)
        with self.transaction() as session:
            journals.keep_cms(session, job, sealed)

    def _seal_digest(self, batch: Batch, job: JobState, prepared: Prepared) -> Sealed:
        assert job.tbs_sha256 is not None
        tbs = self.services.store.path(job.tbs_sha256)
        if batch.kind is JobKind.DOCUMENT_TIMESTAMP:
            sealed = self.services.sealer.stamp(prepared.digest, tbs=tbs)
        else:
            sealed = self.services.sealer.sign(prepared.digest, tbs=tbs)
        if not prepared.has_room_for(sealed.cms):  # what another process prepared before it died
            raise UnforeseenAuthority(reason="署名値が、用意した場所に入らないため、準備からやり直します。")
        return sealed

    def _embed(self, batch: Batch, job: JobState) -> None:
        if job.result_sha256 is not None:
            return
        if job.tbs_sha256 is None or job.prepared is None or job.cms is None:
            return  # another worker has thrown the preparation away
        if not self.services.store.verify(job.tbs_sha256):
            raise DamagedDocument(sha256=job.tbs_sha256)
        with tempfile.TemporaryDirectory(prefix="warifu-seal-") as folder:
            work = Path(folder) / "sealed.pdf"
            embed(self.services.store.path(job.tbs_sha256), work, job.prepared, job.cms)
            result_sha256 = self.services.store.put(work)
        with self.transaction() as session:
            journals.keep_result(session, job, result_sha256)

    def _advance(self, batch: Batch) -> bool:
        sizes = {
            job.job_id: self.services.store.path(job.result_sha256).stat().st_size
            for job in batch.jobs
            if job.result_sha256 is not None
        }
        with self.transaction() as session:
            return journals.advance(session, batch, sizes, self.now())


def _words(error: SigningRefused) -> str:
    """What the staff's page says: the refusal and the way on, or what the authority answered."""
    if isinstance(error, CertificateUnusable):
        return f"{error.text}{error.remedy}"
    return f"{error.text}（{error.facts['reason']}）" if "reason" in error.facts else error.text
