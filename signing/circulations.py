"""Circulation (回覧): what whoever has been asked may do: open, view, consent, decline, forward, report."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from signing import evidence
from signing.errors import (
    AlreadyConsented,
    AlreadyDeclined,
    AlreadyForwarded,
    BadDraft,
    EnvelopeSuspended,
    NotSuspended,
    NotViewed,
    NotYourTurn,
    PartySignatureNeeded,
)
from signing.evidence import Circumstances
from signing.links import AskedStep, issue_signing_link, void_links
from signing.modes import JobKind, StepRole, ViewingRule
from signing.orm import CirculationStep, Envelope, EnvelopeDocument, Evidence, PageView, SealJob
from signing.timelines import lock_envelope, lock_step, note, refuse_ended


def record_opened(session: Session, step_id: str, now: datetime) -> None:
    """Opened (開封): the first time counts."""
    step = lock_step(session, step_id)
    if step.opened_at is None:
        step.opened_at = now
        note(session, step.envelope, "opened", now, step, person=step.name)


def record_viewed(session: Session, step_id: str, document_id: str, page: int, now: datetime) -> None:
    """A page was shown (表示): the first time counts. `page` counts from 1."""
    step = lock_step(session, step_id)
    document = next((d for d in step.envelope.documents if d.id == document_id), None)
    if document is None or not 1 <= page <= document.page_count:
        return
    if session.get(PageView, (step.id, document.id, page)) is None:
        session.add(PageView(step_id=step.id, document_id=document.id, page=page, first_seen_at=now))
        session.flush()


def viewed_pages(session: Session, step_id: str) -> dict[str, set[int]]:
    """Pages shown so far, by document id."""
    pages: dict[str, set[int]] = defaultdict(set)
    for view in session.scalars(select(PageView).where(PageView.step_id == step_id)):
        pages[view.document_id].add(view.page)
    return dict(pages)


def unviewed_documents(session: Session, step: CirculationStep) -> list[EnvelopeDocument]:
    """Documents that must still be displayed before this step may consent (SIGN-04)."""
    rule = step.envelope.viewing_rule
    if rule is ViewingRule.NONE:
        return []
    seen = viewed_pages(session, step.id)
    needed = {d.id: d.page_count if rule is ViewingRule.EVERY_PAGE else 1 for d in step.envelope.documents}
    return [d for d in step.envelope.documents if len(seen.get(d.id, ())) < needed[d.id]]


def consent(session: Session, step_id: str, circumstances: Circumstances, now: datetime) -> Evidence:
    """Consent (同意): writes the evidence and the sealing jobs; the seal itself is made afterwards.

    A reviewer (確認者) confirms in the same way and leaves no seal. Whoever signs with a certificate of
    its own (当事者型) does not come here: see `party_signing`.
    """
    step = lock_step(session, step_id)
    refuse_unless_ready(session, step)
    if step.signs_as_party:
        raise PartySignatureNeeded()
    if step.role is StepRole.SIGNER:
        session.add_all(_jobs_for(step, now))
    return record_consent(session, step, circumstances, now)


def record_consent(
    session: Session, step: CirculationStep, circumstances: Circumstances, now: datetime
) -> Evidence:
    """The consent of a step that may give it (`refuse_unless_ready`), with its evidence."""
    written = evidence.record(session, step, "consent", circumstances, now)
    step.consented_at = now
    note(session, step.envelope, "consented", now, step, person=step.name, role=step.role.value)
    session.flush()
    return written


def refuse_unless_ready(session: Session, step: CirculationStep) -> None:
    """Refuses a consent out of turn, a second one, or one before the documents were displayed."""
    refuse_unless_asked(step)
    unviewed = unviewed_documents(session, step)
    if unviewed:
        raise NotViewed(documents=[document.name for document in unviewed])


def drop_hand_outs(session: Session, step: CirculationStep) -> None:
    """Forgets what was handed out for a step to be signed elsewhere: nothing was signed yet."""
    session.execute(
        delete(SealJob)
        .where(SealJob.step_id == step.id, SealJob.handed_out_until.is_not(None), SealJob.signature.is_(None))
        .execution_options(synchronize_session=False)
    )


def decline(
    session: Session, step_id: str, reason: str, circumstances: Circumstances, now: datetime
) -> CirculationStep:
    """Decline (同意せず却下): ends the envelope, with a reason (SIGN-26)."""
    step = lock_step(session, step_id)
    refuse_unless_asked(step)
    if not reason.strip():
        raise BadDraft("却下の理由を入力してください。")
    drop_hand_outs(session, step)
    evidence.record(session, step, "decline", circumstances, now)
    step.declined_at = step.envelope.declined_at = now
    step.decline_reason = reason.strip()
    note(session, step.envelope, "declined", now, step, person=step.name, reason=step.decline_reason)
    session.flush()
    return step


def forward(
    session: Session,
    step_id: str,
    *,
    name: str,
    email: str,
    now: datetime,
    organisation: str | None = None,
    title: str = "",
) -> AskedStep:
    """Forward (転送): another person takes the place; whoever had it can no longer sign (SIGN-25)."""
    step = lock_step(session, step_id)
    refuse_unless_asked(step)
    if not name.strip() or not email.strip():
        raise BadDraft("転送先の氏名とメールアドレスを入力してください。")
    drop_hand_outs(session, step)
    step.forwarded_at = now
    session.flush()  # frees the place before the next person takes it
    successor = _successor(step, name.strip(), email.strip(), organisation, title, now)
    session.add(successor)
    session.flush()
    void_links(session, step, now)
    note(session, step.envelope, "forwarded", now, step, person=step.name, to=successor.name, email=email)
    return issue_signing_link(session, successor, now)


def report_problem(session: Session, step_id: str, problem: str, now: datetime) -> CirculationStep:
    """Report a problem (問題の報告): suspends the envelope until its sender resumes or cancels it."""
    step = lock_step(session, step_id)
    refuse_unless_asked(step)
    if not problem.strip():
        raise BadDraft("問題の内容を入力してください。")
    drop_hand_outs(session, step)
    step.problem_reported_at = step.envelope.suspended_at = now
    step.problem = problem.strip()
    note(session, step.envelope, "problem_reported", now, step, person=step.name, problem=step.problem)
    session.flush()
    return step


def resume(session: Session, envelope_id: str, now: datetime) -> Envelope:
    """Resume (再開) a suspended envelope."""
    envelope = lock_envelope(session, envelope_id)
    refuse_ended(envelope)
    if envelope.suspended_at is None:
        raise NotSuspended()
    envelope.suspended_at = None
    note(session, envelope, "resumed", now)
    session.flush()
    return envelope


def refuse_unless_asked(step: CirculationStep) -> None:
    """Refuses an answer out of turn, or a second one, and says what happened instead."""
    if step.forwarded_at:
        raise AlreadyForwarded(at=step.forwarded_at)
    if step.declined_at:
        raise AlreadyDeclined(at=step.declined_at, person=step.name)
    if step.consented_at:
        raise AlreadyConsented(at=step.consented_at, person=step.name)
    refuse_ended(step.envelope)
    if step.envelope.suspended_at:
        raise EnvelopeSuspended(at=step.envelope.suspended_at)
    if step.asked_at is None:
        raise NotYourTurn()


def _jobs_for(step: CirculationStep, now: datetime) -> list[SealJob]:
    return [
        SealJob(
            owner=step.owner,
            envelope_id=step.envelope_id,
            document_id=document.id,
            step_id=step.id,
            kind=JobKind.SIGNATURE,
            job_key=f"signature:{step.id}",
            created_at=now,
            next_attempt_at=now,
        )
        for document in step.envelope.documents
    ]


def _successor(
    step: CirculationStep, name: str, email: str, organisation: str | None, title: str, now: datetime
) -> CirculationStep:
    return CirculationStep(
        owner=step.owner,
        envelope=step.envelope,
        position=step.position,
        turn=step.turn,
        side=step.side,
        role=step.role,
        name=name,
        organisation=organisation or step.organisation,
        title=title,
        email=email,
        field_name=step.field_name,
        appearance=step.appearance,
        created_at=now,
        asked_at=now,
        forwarded_from_id=step.id,
    )
