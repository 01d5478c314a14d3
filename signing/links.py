"""Mailed links (署名用リンク・ダウンロード用リンク): the token is known to its receiver alone."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from signing.errors import NotYourTurn, UnknownEnvelope, UnknownStep
from signing.modes import EnvelopeStatus, LinkPurpose
from signing.orm import CirculationStep, Envelope, Link

_ENDED = {
    EnvelopeStatus.CANCELLED,
    EnvelopeStatus.DECLINED,
    EnvelopeStatus.FINISHED,
    EnvelopeStatus.RELEASED,
}


class LinkProblemKind(StrEnum):
    """Why a link does not open anything any more."""

    UNKNOWN = "unknown"
    VOIDED = "voided"
    EXPIRED = "expired"
    FINISHED = "finished"
    NOT_HOLDER = "not_holder"


@dataclass(frozen=True)
class LinkProblem:
    """A dead link (無効なリンク), with what a page needs to say what to do next."""

    kind: LinkProblemKind
    envelope: Envelope | None = None
    step: CirculationStep | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class OpenedLink:
    """A living link and what it opens; `step` is None for a download link to somebody outside the steps."""

    envelope: Envelope
    step: CirculationStep | None
    recipient: str
    expires_at: datetime
    holder: str | None = None
    """Who must be signed in to use it, by the caller's id; None for a mailed link."""


@dataclass(frozen=True)
class AskedStep:
    """A step that was just asked; the raw token is handed out this once and kept nowhere."""

    step: CirculationStep
    token: str
    expires_at: datetime


def issue_signing_link(session: Session, step: CirculationStep, now: datetime) -> AskedStep:
    """Makes the only living signing link of a step: older ones are voided (SIGN-12)."""
    void_links(session, step, now)
    return _signing_link(session, step, now)


def open_for_holder(session: Session, step_id: str, holder: str, now: datetime) -> AskedStep:
    """A link for somebody who is signed in (ログインしている署名者); the mailed one lives on beside it.

    `holder` is the caller's id of the person; the link opens for nobody else.
    """
    step = session.get(CirculationStep, step_id)
    if step is None:
        raise UnknownStep(step_id=step_id)
    if step.asked_at is None or step.forwarded_at:
        raise NotYourTurn()
    return _signing_link(session, step, now, holder)


def _signing_link(
    session: Session, step: CirculationStep, now: datetime, holder: str | None = None
) -> AskedStep:
    expires_at = now + timedelta(minutes=step.envelope.link_lifetime_minutes)
    ends_at = step.envelope.links_end_at
    if ends_at is not None and now < ends_at:
        expires_at = min(expires_at, ends_at)
    token = _issue(session, step.envelope, step, LinkPurpose.SIGN, step.email, expires_at, now, holder)
    return AskedStep(step=step, token=token, expires_at=expires_at)


def void_links(session: Session, step: CirculationStep, now: datetime) -> None:
    """Voids the signing links of a step."""
    session.execute(
        update(Link)
        .where(Link.step_id == step.id, Link.purpose == LinkPurpose.SIGN, Link.voided_at.is_(None))
        .values(voided_at=now)
    )


def open_link(
    session: Session, token: str, now: datetime, holder: str | None = None
) -> OpenedLink | LinkProblem:
    """Signing link → the step it asks for, or why not (SIGN-12, SIGN-49). `holder` is who is signed in."""
    link = _find(session, token, LinkPurpose.SIGN)
    if link is None or link.step is None:
        return LinkProblem(LinkProblemKind.UNKNOWN)
    if link.holder is not None and link.holder != holder:
        return LinkProblem(LinkProblemKind.NOT_HOLDER)
    if link.voided_at is not None:
        return _problem(link, LinkProblemKind.VOIDED)
    if link.envelope.status in _ENDED or link.step.consented_at:
        return _problem(link, LinkProblemKind.FINISHED)
    if now >= link.expires_at:
        return _problem(link, LinkProblemKind.EXPIRED)
    return OpenedLink(link.envelope, link.step, link.recipient, link.expires_at, link.holder)


def create_download_link(
    session: Session,
    envelope_id: str,
    recipient: str,
    expires_at: datetime,
    now: datetime,
    step_id: str | None = None,
) -> str:
    """New download link (ダウンロード用リンク); returns the raw token, this once (SIGN-48)."""
    envelope = session.get(Envelope, envelope_id)
    if envelope is None:
        raise UnknownEnvelope(envelope_id=envelope_id)
    step = session.get_one(CirculationStep, step_id) if step_id else None
    return _issue(session, envelope, step, LinkPurpose.DOWNLOAD, recipient, expires_at, now)


def open_download_link(session: Session, token: str, now: datetime) -> OpenedLink | LinkProblem:
    """Download link → the released envelope, or why not."""
    link = _find(session, token, LinkPurpose.DOWNLOAD)
    if link is None:
        return LinkProblem(LinkProblemKind.UNKNOWN)
    if link.voided_at is not None:
        return _problem(link, LinkProblemKind.VOIDED)
    if now >= link.expires_at:
        return _problem(link, LinkProblemKind.EXPIRED)
    return OpenedLink(link.envelope, link.step, link.recipient, link.expires_at)


def _find(session: Session, token: str, purpose: LinkPurpose) -> Link | None:
    link = session.get(Link, _fingerprint(token))
    return link if link is not None and link.purpose is purpose else None


def _problem(link: Link, kind: LinkProblemKind) -> LinkProblem:
    return LinkProblem(kind, link.envelope, link.step, link.expires_at)


def _issue(
    session: Session,
    envelope: Envelope,
    step: CirculationStep | None,
    purpose: LinkPurpose,
    recipient: str,
    expires_at: datetime,
    now: datetime,
    holder: str | None = None,
) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        Link(
            token_sha256=_fingerprint(token),
            owner=envelope.owner,
            envelope_id=envelope.id,
            step_id=step.id if step else None,
            purpose=purpose,
            recipient=recipient,
            holder=holder,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return token


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
