"""Completions (署名の完了処理): what was agreed to and is not sealed yet, since when, why, and who fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.acting import acting, house, looking
from portal.audit import Tag
from portal.office import blueprint
from portal.office.access import Page, own_city, show
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from procurement.contracts import Contract
from signing import SigningRefused
from signing.authorities import retry_waiting, standings
from signing.journals import unfinished_jobs
from signing.modes import JobKind
from signing.orm import SealJob
from signing.pades.health import Standing

KIND_WORDS = {
    JobKind.SIGNATURE: "電子署名とタイムスタンプを付ける",
    JobKind.DOCUMENT_TIMESTAMP: "文書全体に長期保存のタイムスタンプを付ける",
}
AUTHORITY_WORDS = {
    "tsa": "時刻認証局（タイムスタンプ）",
    "ocsp": "失効情報（OCSP）",
    "crl": "失効情報（CRL）",
    "key": "電子署名の鍵と証明書",
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
    """Everything that is being completed, what did not pass its verification, and how the authorities stand."""
    with looking() as act:
        return show(
            "completions/index",
            act,
            seals=waiting_seals(act),
            unverified=unverified_contracts(act),
            authorities=authority_views(act),
        )


@blueprint.post("/waiting/retry")
@requires(Permission.OFFICE_SEND_CONTRACT)
def submit_retry() -> Page:
    """Try everything that waits now, whatever pause was planned (今すぐ再試行)."""
    with acting() as act:
        waiting = [job.envelope_id for job in _running_jobs(act)]
        retry_waiting(act.session, act.now, waiting)
        act.audit(
            Tag.COMPLETION_RETRIED,
            city=own_city(),
            subject=("city", own_city()),
            seals=len(waiting),
        )
    if waiting:
        flash("再試行を始めました。数秒後にこのページをもう一度開くと、結果を確認できます。", "info")
    else:
        flash("完了処理を待っている書類はありません。", "info")
    return redirect(url_for(".show_completions"))


@dataclass(frozen=True)
class AuthorityView:
    """An authority, or the key of the service, in words."""

    standing: Standing
    kind: str
    word: str
    shape: str


def authority_views(act: Act) -> list[AuthorityView]:
    """How the authorities stand; empty where the service itself cannot be opened (then the seals say so)."""
    try:
        services = house().services
    except SigningRefused:
        return []
    return [_authority_view(standing) for standing in standings(act.session, services)]


def _authority_view(standing: Standing) -> AuthorityView:
    word, shape = "使えます", "accepted"
    if standing.failing_since is not None:
        word, shape = "使えません" if standing.kind == "key" else "応答なし", "late"
    elif standing.answered_at is None:
        word, shape = "未確認", "todo"
    return AuthorityView(standing, AUTHORITY_WORDS.get(standing.kind, standing.kind), word, shape)


def waiting_seals(act: Act) -> list[WaitingSeal]:
    """The unfinished seals of the city, one line for each envelope and step, the oldest first."""
    running = _running_jobs(act)
    contracts = _contracts_of(act, running)
    return [_waiting(job, contracts[job.envelope_id]) for job in running if job.envelope_id in contracts]


def _running_jobs(act: Act) -> list[SealJob]:
    query = (
        unfinished_jobs()
        .where(SealJob.owner == own_city())
        .options(joinedload(SealJob.step), joinedload(SealJob.envelope))
        .order_by(SealJob.created_at)
    )
    jobs = {(job.envelope_id, job.job_key): job for job in act.session.scalars(query)}
    return [job for job in jobs.values() if not (job.envelope.cancelled_at or job.envelope.declined_at)]


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
