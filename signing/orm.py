"""Tables of the signing context (電子署名サービス). No foreign key and no relationship leaves it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from signing.columns import Base, Id, Line, Owner, Sha256
from signing.modes import (
    EnvelopeStatus,
    JobKind,
    LinkPurpose,
    Side,
    SigningMode,
    StepRole,
    StepStatus,
    ViewingRule,
)

__all__ = [
    "Base",
    "CirculationStep",
    "DocumentVersion",
    "Envelope",
    "EnvelopeDocument",
    "EnvelopeEvent",
    "Evidence",
    "Link",
    "PageView",
    "SealJob",
]


class Envelope(Base):
    """Envelope (封筒): the documents that are agreed on together, and the order in which people are asked."""

    __tablename__ = "envelopes"
    __table_args__ = (
        Index("ix_envelopes_owner_created_at", "owner", "created_at"),
        Index("ix_envelopes_owner_reference", "owner", "reference"),
    )

    id: Mapped[Id]
    owner: Mapped[Owner]
    number: Mapped[str] = mapped_column(String(10), unique=True)
    reference: Mapped[str] = mapped_column(String(64))
    title: Mapped[Line]
    sender_name: Mapped[Line]
    mode: Mapped[SigningMode] = mapped_column(default=SigningMode.WITNESS)
    viewing_rule: Mapped[ViewingRule] = mapped_column(default=ViewingRule.EVERY_DOCUMENT)
    link_lifetime_minutes: Mapped[int]
    links_end_at: Mapped[datetime | None]

    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    contract_on: Mapped[date | None]
    finished_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(22))
    leased_until: Mapped[datetime | None]

    documents: Mapped[list["EnvelopeDocument"]] = relationship(
        back_populates="envelope", order_by="EnvelopeDocument.position"
    )
    steps: Mapped[list["CirculationStep"]] = relationship(
        back_populates="envelope", order_by="CirculationStep.position, CirculationStep.created_at"
    )
    events: Mapped[list["EnvelopeEvent"]] = relationship(
        back_populates="envelope", order_by="EnvelopeEvent.at, EnvelopeEvent.sequence"
    )

    @property
    def active_steps(self) -> list["CirculationStep"]:
        """The steps that count: whoever forwarded the request no longer takes part."""
        return [step for step in self.steps if step.forwarded_at is None]

    @property
    def status(self) -> EnvelopeStatus:
        """Status (状態), derived from the facts."""
        if self.cancelled_at:
            return EnvelopeStatus.CANCELLED
        if self.declined_at:
            return EnvelopeStatus.DECLINED
        if self.finished_at:
            return EnvelopeStatus.RELEASED if self.released_at else EnvelopeStatus.FINISHED
        if self.suspended_at:
            return EnvelopeStatus.SUSPENDED
        if self.sent_at is None:
            return EnvelopeStatus.DRAFT
        everybody_agreed = all(step.consented_at for step in self.active_steps)
        return EnvelopeStatus.BEING_COMPLETED if everybody_agreed else EnvelopeStatus.SENT

    @property
    def confirmed_count(self) -> int:
        """How many have agreed so far: the first figure of 「0/2」 (SIGN-29)."""
        return sum(1 for step in self.active_steps if step.consented_at)


class EnvelopeDocument(Base):
    """Document of an envelope (文書): `head_sha256` is its newest version, moved by compare-and-swap only."""

    __tablename__ = "envelope_documents"
    __table_args__ = (UniqueConstraint("envelope_id", "position"),)

    id: Mapped[Id]
    owner: Mapped[Owner]
    envelope_id: Mapped[str] = mapped_column(ForeignKey("envelopes.id"))
    position: Mapped[int]
    name: Mapped[Line]
    upload_sha256: Mapped[Sha256]
    prepared_sha256: Mapped[Sha256]
    head_sha256: Mapped[Sha256] = mapped_column(index=True)
    page_count: Mapped[int]
    has_date_field: Mapped[bool] = mapped_column(default=False)

    envelope: Mapped[Envelope] = relationship(back_populates="documents")
    versions: Mapped[list["DocumentVersion"]] = relationship(
        back_populates="document", order_by="DocumentVersion.sequence"
    )


class DocumentVersion(Base):
    """Version of a document (版): every state that was ever the head, by its hash, with what made it."""

    __tablename__ = "document_versions"
    __table_args__ = (UniqueConstraint("document_id", "sequence"),)

    id: Mapped[Id]
    owner: Mapped[Owner]
    document_id: Mapped[str] = mapped_column(ForeignKey("envelope_documents.id"))
    sequence: Mapped[int]
    sha256: Mapped[Sha256] = mapped_column(index=True)
    size: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(40))
    step_id: Mapped[str | None] = mapped_column(ForeignKey("circulation_steps.id"))
    made_at: Mapped[datetime]

    document: Mapped[EnvelopeDocument] = relationship(back_populates="versions")


class CirculationStep(Base):
    """Step of the circulation (回覧の宛先). Steps of the same `turn` are asked together, turns in order."""

    __tablename__ = "circulation_steps"
    __table_args__ = (
        # one active person per place: a forwarded step stays as history
        Index(
            "uq_circulation_steps_active_position",
            "envelope_id",
            "position",
            unique=True,
            sqlite_where=text("forwarded_at IS NULL"),
            postgresql_where=text("forwarded_at IS NULL"),
        ),
        Index("ix_circulation_steps_owner_email", "owner", "email"),
        CheckConstraint("consented_at IS NULL OR declined_at IS NULL", name="one_answer"),
        CheckConstraint("consented_at IS NULL OR asked_at IS NOT NULL", name="asked_first"),
        CheckConstraint("sealed_at IS NULL OR consented_at IS NOT NULL", name="consent_first"),
    )

    id: Mapped[Id]
    owner: Mapped[Owner]
    envelope_id: Mapped[str] = mapped_column(ForeignKey("envelopes.id"), index=True)
    position: Mapped[int]
    turn: Mapped[int]
    side: Mapped[Side]
    role: Mapped[StepRole]
    name: Mapped[Line]
    organisation: Mapped[Line]
    title: Mapped[Line] = mapped_column(default="")
    email: Mapped[Line]
    field_name: Mapped[str | None] = mapped_column(String(60))
    appearance: Mapped[dict[str, Any] | None]
    certificate_id: Mapped[str | None] = mapped_column(String(22))

    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None] = mapped_column(Text)
    forwarded_at: Mapped[datetime | None]
    forwarded_from_id: Mapped[str | None] = mapped_column(ForeignKey("circulation_steps.id"))
    problem_reported_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
    returned_at: Mapped[datetime | None]
    returned_because: Mapped[str | None] = mapped_column(Text)

    envelope: Mapped[Envelope] = relationship(back_populates="steps")

    @property
    def status(self) -> StepStatus:
        """Status (状態), derived from the facts."""
        if self.forwarded_at:
            return StepStatus.FORWARDED
        if self.declined_at:
            return StepStatus.DECLINED
        if self.consented_at and self.role is StepRole.REVIEWER:
            return StepStatus.CONFIRMED
        if self.sealed_at:
            return StepStatus.SEALED
        if self.consented_at:
            return StepStatus.CONSENTED
        if self.opened_at:
            return StepStatus.OPENED
        return StepStatus.ASKED if self.asked_at else StepStatus.WAITING

    @property
    def signs_as_party(self) -> bool:
        """Whether this person signs with a certificate of its own (当事者型の署名者)."""
        return self.role is StepRole.SIGNER and self.envelope.mode is SigningMode.PARTY

    @property
    def is_done(self) -> bool:
        """Whether the next turn may begin: sealed, or confirmed by somebody who does not seal."""
        return self.sealed_at is not None or self.status is StepStatus.CONFIRMED


class PageView(Base):
    """Page view (閲覧したページ): which page of which document was shown to whom, the first time."""

    __tablename__ = "page_views"

    step_id: Mapped[str] = mapped_column(ForeignKey("circulation_steps.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("envelope_documents.id"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    first_seen_at: Mapped[datetime]


class Link(Base):
    """Link (署名用リンク): only the SHA-256 of its token is kept.

    A link with a `holder` was not mailed: it was opened for somebody who is signed in, and opens for no other.
    """

    __tablename__ = "links"
    __table_args__ = (Index("ix_links_owner_envelope_id", "owner", "envelope_id"),)

    token_sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    owner: Mapped[Owner]
    envelope_id: Mapped[str] = mapped_column(ForeignKey("envelopes.id"))
    step_id: Mapped[str | None] = mapped_column(ForeignKey("circulation_steps.id"), index=True)
    purpose: Mapped[LinkPurpose]
    recipient: Mapped[Line]
    holder: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]

    envelope: Mapped[Envelope] = relationship()
    step: Mapped[CirculationStep | None] = relationship()


class Evidence(Base):
    """Evidence of an act (証跡): who, how authenticated, when, from where, on which bytes, what was shown."""

    __tablename__ = "evidence"
    __table_args__ = (
        # one consent, one refusal in force, however often it was pressed; superseded ones stay as history
        Index(
            "uq_evidence_in_force",
            "step_id",
            "act",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_evidence_owner_envelope_id", "owner", "envelope_id"),
    )

    id: Mapped[Id]
    owner: Mapped[Owner]
    envelope_id: Mapped[str] = mapped_column(ForeignKey("envelopes.id"))
    step_id: Mapped[str] = mapped_column(ForeignKey("circulation_steps.id"))
    act: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    name: Mapped[Line]
    organisation: Mapped[Line]
    email: Mapped[Line]
    authentication: Mapped[str] = mapped_column(String(60))
    ip_address: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(Text)
    documents: Mapped[list[Any]]
    shown: Mapped[dict[str, Any]]
    pressed: Mapped[Line]
    superseded_at: Mapped[datetime | None]


class SealJob(Base):
    """Sealing job (封印の仕事): the journal by which a seal survives a crash at any line.

    Unique by (document, job key): however many workers try, one job, one seal. `tbs` is the prepared file
    with a hole, `cms` what goes into the hole, `result` both together; each is written once, first wins.
    In party type `attributes` is what the party's key signs (DER), `signature` its answer, and
    `signer_certificates` the chain it signed with (PEM), all of them kept before any authority is asked.
    """

    __tablename__ = "seal_jobs"
    __table_args__ = (
        UniqueConstraint("document_id", "job_key"),
        Index("ix_seal_jobs_owner_finished_at", "owner", "finished_at"),
        CheckConstraint("cms IS NULL OR tbs_sha256 IS NOT NULL", name="prepared_first"),
    )

    id: Mapped[Id]
    owner: Mapped[Owner]
    envelope_id: Mapped[str] = mapped_column(ForeignKey("envelopes.id"), index=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("envelope_documents.id"))
    step_id: Mapped[str | None] = mapped_column(ForeignKey("circulation_steps.id"))
    kind: Mapped[JobKind]
    job_key: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]

    base_sha256: Mapped[Sha256 | None]
    tbs_sha256: Mapped[Sha256 | None]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(64))
    hole_start: Mapped[int | None]
    hole_end: Mapped[int | None]
    prepared_at: Mapped[datetime | None]
    filled_on: Mapped[date | None]
    attributes: Mapped[bytes | None] = mapped_column(LargeBinary)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    signer_certificates: Mapped[bytes | None] = mapped_column(LargeBinary)
    handed_out_until: Mapped[datetime | None]
    cms: Mapped[bytes | None] = mapped_column(LargeBinary)
    stamped_at: Mapped[datetime | None]
    result_sha256: Mapped[Sha256 | None]
    finished_at: Mapped[datetime | None]

    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    failing_since: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime]

    document: Mapped[EnvelopeDocument] = relationship()
    step: Mapped[CirculationStep | None] = relationship()
    envelope: Mapped[Envelope] = relationship()


class EnvelopeEvent(Base):
    """Event of an envelope (経過): the timeline that people see; facts live in the other tables."""

    __tablename__ = "envelope_events"
    __table_args__ = (Index("ix_envelope_events_owner_envelope_id", "owner", "envelope_id"),)

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    owner: Mapped[Owner]
    envelope_id: Mapped[str] = mapped_column(ForeignKey("envelopes.id"))
    step_id: Mapped[str | None] = mapped_column(ForeignKey("circulation_steps.id"))
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(40))
    details: Mapped[dict[str, Any]]

    envelope: Mapped[Envelope] = relationship(back_populates="events")
