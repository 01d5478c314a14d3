"""Filings (申請・届出): what a contractor hands in for a case, version by version, and the correction dialogue."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.cases import CaseDeadline, ProcurementCase
from procurement.cities.kinds import Channel
from procurement.errors import RuleViolation
from procurement.orm import Base, CityScoped, Id, Ref, Sha256, words_of
from procurement.parties import Company


class FilingStatus(enum.StrEnum):
    """Status of a filing (申請の状態), derived from its facts. (FILE-27)"""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class FilingConflict(RuleViolation):
    """Somebody else acted on the filing first; the second person is told what happened."""


class Filing(CityScoped, Base):
    """Filing (申請・届出): one paper of one case, through all its versions."""

    __tablename__ = "filings"
    # One application per case: a second one is a new version of the first. (CITY-06)
    __table_args__ = (UniqueConstraint("city", "case_id", "form_code"),)

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("procurement_cases.id"))
    company_id: Mapped[Ref] = mapped_column(ForeignKey("companies.id"), index=True)
    form_code: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    voided_because: Mapped[str | None] = mapped_column(String(300))
    # Who of the office looks after it: the id of the account, and the name as it was when it was taken.
    assigned_to: Mapped[str | None] = mapped_column(String(60))
    assigned_name: Mapped[str | None] = mapped_column(String(100))
    assigned_at: Mapped[datetime | None]
    # By when the form file asks for the paper, as it stood when it was handed in; None for one without a deadline.
    due_at: Mapped[datetime | None]
    due_text: Mapped[str | None] = mapped_column(String(300))

    case: Mapped[ProcurementCase] = relationship(back_populates="filings")
    company: Mapped[Company] = relationship()
    versions: Mapped[list["FilingVersion"]] = relationship(
        back_populates="filing", order_by="FilingVersion.number", cascade="all, delete-orphan"
    )
    messages: Mapped[list["FilingMessage"]] = relationship(
        back_populates="filing", order_by="FilingMessage.written_at"
    )

    @property
    def current(self) -> "FilingVersion":
        """The newest version: the one that is being written or that the city is looking at."""
        return self.versions[-1]

    @property
    def handed_in(self) -> "list[FilingVersion]":
        """The versions that were handed in, oldest first; a draft is the contractor's own."""
        return [version for version in self.versions if version.submitted_at]

    @property
    def accepted(self) -> "FilingVersion | None":
        """The newest accepted version, the one that counts, or none."""
        return next((v for v in reversed(self.versions) if v.accepted_at), None)

    @property
    def status(self) -> FilingStatus:
        """Derived from facts: a void filing is void, else the newest version decides."""
        return FilingStatus.VOID if self.voided_at else self.current.status

    def draft(self, now: datetime) -> "FilingVersion":
        """The version that may be written now; after a decision a new one begins with the old values."""
        self.refuse_if_void()
        if self.versions and self.current.status is FilingStatus.SUBMITTED:
            raise FilingConflict(
                "filing_under_review",
                "この書類は提出済みで、市が確認しています。",
                remedy="直したいときは、いったん取り下げてから提出し直します。",
            )
        if self.versions and self.current.status is FilingStatus.DRAFT:
            return self.current
        values = dict(self.current.values) if self.versions else {}
        version = FilingVersion(
            city=self.city, number=len(self.versions) + 1, values=values, saved_at=now, channel=Channel.WEB
        )
        if self.versions:
            version.attachments = [kept.copy() for kept in self.current.attachments]
        self.versions.append(version)
        return version

    def comes_late(self, deadline: CaseDeadline | None, now: datetime) -> bool:
        """Whether what is handed in now comes too late: also a correction of a first version that was late.

        A correction of a version that came in time is in time, and so is a change after acceptance.
        """
        return deadline is not None and self.accepted is None and deadline.is_missed(now)

    def comes_after(self, due_at: datetime | None, now: datetime) -> bool:
        """The same for a deadline that the paper itself has (様式の提出期限)."""
        if due_at is None or self.accepted is not None:
            return False
        was_in_time = any(v.submitted_at and not v.is_late and not v.withdrawn_at for v in self.versions)
        return not was_in_time and now.replace(microsecond=0) > due_at

    def keep_due(self, due_at: datetime | None, text: str) -> None:
        """Write down by when it was due; a day that was told once stays."""
        if self.due_at is None and due_at is not None:
            self.due_at, self.due_text = due_at, text[:300]

    def assign(self, *, to: str, name: str, now: datetime, take_over: bool = False) -> None:
        """Somebody of the office takes it (担当); from a colleague only when that is meant."""
        self.refuse_if_void()
        if self.assigned_to not in (None, to) and not take_over:
            raise FilingConflict(
                "filing_assigned",
                f"この書類は、{self.assigned_name}さんが担当しています。",
                remedy="引き継ぐときは、書類の画面で「担当を引き継ぐ」を押します。",
            )
        if self.assigned_to != to:
            self.assigned_to, self.assigned_name, self.assigned_at = to, name, now

    def release(self) -> None:
        """Nobody has it any more (担当を外す)."""
        self.assigned_to = self.assigned_name = self.assigned_at = None

    def refuse_if_void(self) -> None:
        """Nothing can be done any more with a void paper."""
        if self.voided_at:
            raise FilingConflict(
                "filing_void",
                f"この書類は無効になっています（{self.voided_because}）。",
                remedy="ご不明な点は担当課へお問い合わせください。",
            )

    def void(self, now: datetime, because: str) -> None:
        """The paper counts no longer, for example because the contract was signed on paper. (CITY-69)"""
        self.voided_at = self.voided_at or now
        self.voided_because = self.voided_because or because


class FilingVersion(CityScoped, Base):
    """Version of a filing (版): what was handed in, when, and what the city decided about it."""

    __tablename__ = "filing_versions"
    __table_args__ = (UniqueConstraint("filing_id", "number"),)

    id: Mapped[Id]
    filing_id: Mapped[Ref] = mapped_column(ForeignKey("filings.id"))
    number: Mapped[int]
    values: Mapped[dict[str, Any]]
    channel: Mapped[Channel] = mapped_column(words_of(Channel))
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None] = mapped_column(String(100))
    receipt_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    is_late: Mapped[bool] = mapped_column(default=False)
    paper_sha256: Mapped[Sha256 | None]
    # Hash of the one-time link that was mailed to the signatory's address. (FORM-C06)
    address_token_hash: Mapped[Sha256 | None] = mapped_column(unique=True)
    address_confirmed_at: Mapped[datetime | None]
    sent_back_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    rejected_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decision_reason: Mapped[str | None] = mapped_column(Text)

    filing: Mapped[Filing] = relationship(back_populates="versions")
    attachments: Mapped[list["FilingAttachment"]] = relationship(
        back_populates="version", order_by="FilingAttachment.position", cascade="all, delete-orphan"
    )

    @property
    def status(self) -> FilingStatus:
        """Derived from the facts of this version alone."""
        facts = (
            (self.accepted_at, FilingStatus.ACCEPTED),
            (self.rejected_at, FilingStatus.REJECTED),
            (self.sent_back_at, FilingStatus.SENT_BACK),
            (self.withdrawn_at, FilingStatus.WITHDRAWN),
            (self.submitted_at, FilingStatus.SUBMITTED),
        )
        return next((status for at, status in facts if at), FilingStatus.DRAFT)

    def save(self, values: dict[str, Any], now: datetime) -> None:
        """Keep what was typed so far; nothing typed is ever lost."""
        self._require(FilingStatus.DRAFT, "filing_not_draft", "この版はもう提出されています。")
        self.values, self.saved_at = values, now

    def submit(self, *, now: datetime, by: str, receipt_number: str, is_late: bool) -> None:
        """Hand the version in (提出). A late one is taken and marked, never lost. (CITY-13)"""
        self._require(FilingStatus.DRAFT, "filing_submitted_already", "この書類はすでに提出されています。")
        self.submitted_at, self.submitted_by = now, by
        self.receipt_number, self.is_late = receipt_number, is_late

    def withdraw(self, *, now: datetime, by: str) -> None:
        """Taken back by the contractor before the city decided (取下げ). (FORM-C04)"""
        self._require(FilingStatus.SUBMITTED, "filing_decided", "この書類にはすでに市の判断が出ています。")
        self.withdrawn_at, self.decided_by = now, by

    def send_back(self, *, now: datetime, by: str, reason: str) -> None:
        """Sent back for correction (差戻し) with a reason; the contractor files a new version. (FILE-22)"""
        self._decide(by, reason)
        self.sent_back_at = now

    def accept(self, *, now: datetime, by: str, reason: str = "") -> None:
        """Accepted (受理). A late version is accepted only with a reason. (CITY-13)"""
        if self.is_late and not reason.strip():
            raise RuleViolation(
                "late_acceptance_needs_reason",
                "提出期限を過ぎた書類を受理するには、理由の記録が必要です。",
                remedy="理由を入力して受理します。利用申請のときは、紙の契約に切り替えることもできます。",
            )
        self._decide(by, reason)
        self.accepted_at = now

    def reject(self, *, now: datetime, by: str, reason: str) -> None:
        """Rejected for good (却下) with a reason."""
        self._decide(by, reason)
        self.rejected_at = now

    def _decide(self, by: str, reason: str) -> None:
        self._require(FilingStatus.SUBMITTED, "filing_decided", "この書類の審査はすでに終わっています。")
        self.decided_by, self.decision_reason = by, reason

    def _require(self, status: FilingStatus, code: str, text: str) -> None:
        self.filing.refuse_if_void()
        if self.status is not status or self.filing.current is not self:
            raise FilingConflict(code, text, remedy="画面を開き直して、いまの状態をご確認ください。")


class FilingAttachment(CityScoped, Base):
    """Attachment of a filing (添付書類), kept by its hash in the document store."""

    __tablename__ = "filing_attachments"

    id: Mapped[Id]
    version_id: Mapped[Ref] = mapped_column(ForeignKey("filing_versions.id"), index=True)
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[Sha256]

    version: Mapped[FilingVersion] = relationship(back_populates="attachments")

    def copy(self) -> "FilingAttachment":
        """The same file in the next version."""
        return FilingAttachment(
            city=self.city,
            position=self.position,
            code=self.code,
            name=self.name,
            media_type=self.media_type,
            size=self.size,
            sha256=self.sha256,
        )


class FilingMessage(CityScoped, Base):
    """Message of the correction dialogue (申請内容の修正のやり取り). (FILE-22)"""

    __tablename__ = "filing_messages"

    id: Mapped[Id]
    filing_id: Mapped[Ref] = mapped_column(ForeignKey("filings.id"), index=True)
    version_number: Mapped[int]
    written_at: Mapped[datetime]
    author_side: Mapped[str] = mapped_column(String(20))
    author_name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    marked_fields: Mapped[list[Any]] = mapped_column(default=list)
    # What is wrong with each marked field, by its key; messages of before this column have none.
    remarks: Mapped[dict[str, Any] | None]

    filing: Mapped[Filing] = relationship(back_populates="messages")

    def remark_on(self, key: str) -> str:
        """What is wrong with a field that was marked; empty where that was not said of it alone."""
        return str((self.remarks or {}).get(key, ""))
