"""Evidence (証跡): what proves that a person, and nobody else, wanted a seal (LAW-01, LAW-02)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from signing.orm import CirculationStep, Evidence


@dataclass(frozen=True)
class Circumstances:
    """How an act came about: how the person was authenticated, from where, and what the page showed."""

    authentication: str
    """The way by which the person was recognised: `mail_link` or `account`; in party type with what released
    the key after a plus sign: `mail_link+pin+signing_password`, `+pkcs12`, `+token+signing_password`, `+external`.
    """
    ip_address: str
    user_agent: str
    pressed: str
    """The words on the button that was pressed."""
    shown: Mapping[str, Any] = field(default_factory=dict)
    """What the page showed: title, consent sentence, version of the page ..."""


def record(
    session: Session, step: CirculationStep, act: str, circumstances: Circumstances, now: datetime
) -> Evidence:
    """Writes the evidence of one act, with the hash of every document version it was about."""
    documents = [
        {"document_id": document.id, "name": document.name, "sha256": document.head_sha256}
        for document in step.envelope.documents
    ]
    evidence = Evidence(
        owner=step.owner,
        envelope_id=step.envelope_id,
        step_id=step.id,
        act=act,
        at=now,
        name=step.name,
        organisation=step.organisation,
        email=step.email,
        authentication=circumstances.authentication,
        ip_address=circumstances.ip_address,
        user_agent=circumstances.user_agent,
        documents=documents,
        shown=dict(circumstances.shown),
        pressed=circumstances.pressed,
    )
    session.add(evidence)
    return evidence


def supersede(session: Session, step: CirculationStep, act: str, now: datetime) -> None:
    """Marks the evidence of an act as without effect (署名のやり直し); it stays as history."""
    session.execute(
        update(Evidence)
        .where(Evidence.step_id == step.id, Evidence.act == act, Evidence.superseded_at.is_(None))
        .values(superseded_at=now)
        .execution_options(synchronize_session=False)
    )


def evidence_of(session: Session, envelope_id: str, *, with_superseded: bool = False) -> Sequence[Evidence]:
    """The evidence of an envelope that is in force, oldest first; with what was superseded, where asked for."""
    query = select(Evidence).where(Evidence.envelope_id == envelope_id).order_by(Evidence.at)
    if not with_superseded:
        query = query.where(Evidence.superseded_at.is_(None))
    return session.scalars(query).all()
