"""Completions (署名の完了処理): what was agreed to and is not sealed yet, since when, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.acting import looking
from portal.office import blueprint
from portal.office.access import Page, own_city, show
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from procurement.contracts import Contract
from signing.modes import JobKind
from signing.orm import SealJob

KIND_WORDS = {
    JobKind.SIGNATURE: "電子署名とタイムスタンプを付ける",
    JobKind.DOCUMENT_TIMESTAMP: "文書全体に長期保存のタイムスタンプを付ける",
}


@dataclass(frozen=True)
class WaitingSeal:
    """One seal that is not made yet: for which contract, whose, since when, how often it was tried, what failed."""

    contract: Contract
    what: str
    person: str
    since: datetime
    attempts: int
    failing_since: datetime | None
    last_error: str | None
    next_attempt_at: datetime


@blueprint.get("/waiting")
@requires(Permission.OFFICE_READ)
def show_completions() -> Page:
    """Everything that is being completed, and what did not pass its verification."""
    with looking() as act:
        return show("completions/index", act, seals=waiting_seals(act), unverified=unverified_contracts(act))


def waiting_seals(act: Act) -> list[WaitingSeal]:
    """The unfinished seals of the city, one line for each envelope and step, the oldest first."""
    query = (
        select(SealJob)
        .where(SealJob.owner == own_city(), SealJob.finished_at.is_(None))
        .options(joinedload(SealJob.step), joinedload(SealJob.envelope))
        .order_by(SealJob.created_at)
    )
    jobs = {(job.envelope_id, job.job_key): job for job in act.session.scalars(query)}
    running = [job for job in jobs.values() if not (job.envelope.cancelled_at or job.envelope.declined_at)]
    contracts = _contracts_of(act, running)
    return [_waiting(job, contracts[job.envelope_id]) for job in running if job.envelope_id in contracts]


def unverified_contracts(act: Act) -> Sequence[Contract]:
    """Contracts whose finished file did not pass: they stay open until somebody looked."""
    query = select(Contract).where(Contract.completion_problem.is_not(None), Contract.concluded_at.is_(None))
    return act.session.scalars(query.order_by(Contract.sent_at)).all()


def _contracts_of(act: Act, jobs: Sequence[SealJob]) -> dict[str, Contract]:
    query = select(Contract).where(Contract.envelope_id.in_([job.envelope_id for job in jobs]))
    return {contract.envelope_id or "": contract for contract in act.session.scalars(query)}


def _waiting(job: SealJob, contract: Contract) -> WaitingSeal:
    return WaitingSeal(
        contract=contract,
        what=KIND_WORDS[job.kind],
        person=job.step.name if job.step else "",
        since=job.created_at,
        attempts=job.attempts,
        failing_since=job.failing_since,
        last_error=job.last_error,
        next_attempt_at=job.next_attempt_at,
    )
