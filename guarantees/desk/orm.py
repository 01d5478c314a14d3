"""Tables of the desks (保証の申込窓口)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.columns import Base, Id, Ref, Sha256, Yen, words_of
from guarantees.desk.states import ApplicationKind, ApplicationStatus, PaperKind
from guarantees.products import CertificateForm, Product

__all__ = [
    "ApplicationKind",
    "ApplicationStatus",
    "DeskApplication",
    "DeskCertificate",
    "DeskCustomer",
    "DeskGuarantee",
    "DeskNews",
    "DeskPaper",
    "DeskRecommendation",
    "PaperKind",
]


class DeskCustomer(Base):
    """Customer (お客様) of one surety company: a contractor with a desk id. (GUAR-13)"""

    __tablename__ = "desk_customers"
    __table_args__ = (UniqueConstraint("issuer", "number"),)

    id: Mapped[Id]
    issuer: Mapped[str] = mapped_column(String(40))
    number: Mapped[str | None] = mapped_column(String(20))
    """The desk id (お客様番号), given with the admission."""
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300), default="")
    representative: Mapped[str] = mapped_column(String(200), default="")
    corporate_number: Mapped[str | None] = mapped_column(String(13))
    mail_address: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    applied_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    """When the company gave the id out; before that the customer has asked for one (利用申込み)."""
    declined_at: Mapped[datetime | None]
    declined_because: Mapped[str | None] = mapped_column(Text)

    @property
    def is_waiting(self) -> bool:
        """Whether the company has still to answer the request for an id."""
        return self.admitted_at is None and self.declined_at is None


class DeskApplication(Base):
    """Application (保証の申込み) of a customer; its status is derived from its facts. (GUAR-20 to GUAR-50)"""

    __tablename__ = "desk_applications"
    __table_args__ = (Index("ix_desk_applications_issuer_submitted_at", "issuer", "submitted_at"),)

    id: Mapped[Id]
    issuer: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[Ref] = mapped_column(ForeignKey("desk_customers.id"), index=True)
    kind: Mapped[ApplicationKind] = mapped_column(words_of(ApplicationKind))
    guarantee_id: Mapped[Ref | None]
    """Which guarantee is to change (保証契約締結後の変更)."""
    recommendation_id: Mapped[Ref | None]
    values: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    receipt_number: Mapped[str | None] = mapped_column(String(30), unique=True)
    submitted_at: Mapped[datetime | None]
    sent_back_at: Mapped[datetime | None]
    sent_back_because: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(100))
    withdrawn_at: Mapped[datetime | None]

    customer: Mapped[DeskCustomer] = relationship()
    guarantees: Mapped[list["DeskGuarantee"]] = relationship(back_populates="application")

    @property
    def status(self) -> ApplicationStatus:
        """Where the application stands (手続状況). (GUAR-21, GUAR-30, GUAR-51)"""
        if self.withdrawn_at:
            return ApplicationStatus.WITHDRAWN
        if self.settled_at:
            return ApplicationStatus.SETTLED
        if self.sent_back_at:
            return ApplicationStatus.SENT_BACK
        return ApplicationStatus.WAITING if self.submitted_at else ApplicationStatus.SAVED

    @property
    def is_open_to_customer(self) -> bool:
        """Whether the customer may still write in it (保存中・差戻し)."""
        return self.status in (ApplicationStatus.SAVED, ApplicationStatus.SENT_BACK)

    def submit(self, receipt_number: str, now: datetime) -> None:
        """Hand the application in (送信), for the first time or again after it was sent back."""
        self.receipt_number = self.receipt_number or receipt_number
        self.submitted_at = self.saved_at = now
        self.sent_back_at = self.sent_back_because = None

    def send_back(self, reason: str, now: datetime) -> None:
        """Give it back to the customer (差戻し) with the reason."""
        self.sent_back_at, self.sent_back_because = now, reason

    def settle(self, by: str, now: datetime) -> None:
        """Every product of it is issued, or its change is made (手続完了)."""
        self.settled_at, self.settled_by = now, by

    def withdraw(self, now: datetime) -> None:
        """The customer takes it back (取下げ); a draft is thrown away in the same way."""
        self.withdrawn_at = now


class DeskGuarantee(Base):
    """Guarantee contract (保証契約) of one product. Its form never changes. (GUAR-05, GUAR-06)"""

    __tablename__ = "desk_guarantees"
    __table_args__ = (
        UniqueConstraint("issuer", "number"),
        # One application brings one guarantee contract of each product.
        UniqueConstraint("application_id", "product"),
    )

    id: Mapped[Id]
    issuer: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(40))
    application_id: Mapped[Ref] = mapped_column(ForeignKey("desk_applications.id"))
    customer_id: Mapped[Ref] = mapped_column(ForeignKey("desk_customers.id"), index=True)
    product: Mapped[Product] = mapped_column(words_of(Product))
    form: Mapped[CertificateForm] = mapped_column(words_of(CertificateForm))
    orderer: Mapped[str] = mapped_column(String(40))
    """Code of the orderer at the registry; empty for one that it does not serve (paper only)."""
    premium: Mapped[Yen]
    discount: Mapped[Yen] = mapped_column(default=0)
    key_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The key (認証キー), encrypted for this row; the customer sees it again on its notice. None on paper."""
    issued_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]

    application: Mapped[DeskApplication] = relationship(back_populates="guarantees")
    customer: Mapped[DeskCustomer] = relationship()
    papers: Mapped[list["DeskCertificate"]] = relationship(
        back_populates="guarantee", order_by="DeskCertificate.number"
    )

    @property
    def is_electronic(self) -> bool:
        """Whether its certificates are electronic (電子保証)."""
        return self.form is CertificateForm.ELECTRONIC

    @property
    def is_in_force(self) -> bool:
        """Whether the guarantee contract was not ended (解約)."""
        return self.cancelled_at is None

    @property
    def has_arrived(self) -> bool:
        """Whether orderers can see it: the first certificate reached the registry. (GUAR-63)"""
        return bool(self.papers) and self.papers[0].arrived_at is not None

    @property
    def arrived(self) -> list["DeskCertificate"]:
        """What the registry has taken, oldest first; on paper everything that was issued."""
        return [paper for paper in self.papers if paper.arrived_at or not self.is_electronic]

    @property
    def waiting(self) -> list["DeskCertificate"]:
        """What the registry has still to take, oldest first; one after the other."""
        return [paper for paper in self.papers if not paper.arrived_at and self.is_electronic]


class DeskCertificate(Base):
    """Certificate (保証証書) as issued: the first one and each change of it. (GUAR-60, GUAR-61)"""

    __tablename__ = "desk_certificates"
    __table_args__ = (UniqueConstraint("guarantee_id", "number"),)

    id: Mapped[Id]
    guarantee_id: Mapped[Ref] = mapped_column(ForeignKey("desk_guarantees.id"))
    number: Mapped[int]
    kind: Mapped[VersionKind] = mapped_column(words_of(VersionKind))
    contents: Mapped[dict[str, Any]]
    contents_sha256: Mapped[Sha256]
    changed: Mapped[str] = mapped_column(Text, default="")
    """What a change changed, in words."""
    reason: Mapped[str] = mapped_column(Text, default="")
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(100))
    arrived_at: Mapped[datetime | None]
    """When the registry took it; None while it has not, or on paper. (GUAR-63)"""
    publish_problem: Mapped[str | None] = mapped_column(Text)
    publish_refused_at: Mapped[datetime | None]
    """The registry answered that it does not take it: sent again only when the officer says so."""

    guarantee: Mapped[DeskGuarantee] = relationship(back_populates="papers")

    @property
    def says(self) -> CertificateContents:
        """The contents (証書の記載事項) as values."""
        return CertificateContents.from_json(self.contents)

    def arrive(self, at: datetime) -> None:
        """The registry took it (到着). (GUAR-63)"""
        self.arrived_at, self.publish_problem, self.publish_refused_at = at, None, None

    def miss(self, problem: str, refused_at: datetime | None) -> None:
        """The registry did not take it: it did not answer, or it refused (`refused_at`)."""
        self.publish_problem, self.publish_refused_at = problem, refused_at


class DeskPaper(Base):
    """Paper (資料) that a customer sent to its surety company: a file, or a statement typed at the desk. (GUAR-51)"""

    __tablename__ = "desk_papers"
    __table_args__ = (Index("ix_desk_papers_issuer_sent_at", "issuer", "sent_at"),)

    id: Mapped[Id]
    issuer: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[Ref] = mapped_column(ForeignKey("desk_customers.id"), index=True)
    guarantee_id: Mapped[Ref | None]
    kind: Mapped[PaperKind] = mapped_column(words_of(PaperKind))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[Sha256]
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    """When the company's officer took note of it (受領)."""

    customer: Mapped[DeskCustomer] = relationship()


class DeskRecommendation(Base):
    """Recommended application (おすすめの保証申込み): a work that the desk knows of already. (GUAR-14, GUAR-52)"""

    __tablename__ = "desk_recommendations"
    __table_args__ = (UniqueConstraint("issuer", "customer_id", "reference"),)

    id: Mapped[Id]
    issuer: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[Ref] = mapped_column(ForeignKey("desk_customers.id"), index=True)
    reference: Mapped[str] = mapped_column(String(100))
    kind: Mapped[ApplicationKind] = mapped_column(words_of(ApplicationKind))
    orderer: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]]
    """What is filled in beforehand, by the fields' names."""
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class DeskNews(Base):
    """Important notice (重要なお知らせ) on a desk's home page. (GUAR-52)"""

    __tablename__ = "desk_news"

    id: Mapped[Id]
    issuer: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    published_on: Mapped[date]
    is_urgent: Mapped[bool] = mapped_column(Boolean, default=False)
