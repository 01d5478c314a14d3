"""Tables of the desks (保証の申込窓口)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantees.columns import Base, Id, Ref, Sha256, Yen, words_of
from guarantees.products import CertificateForm, Product


class DeskCustomer(Base):
    """Customer (お客様) of one surety company: a contractor with a desk id. (GUAR-13)"""

    __tablename__ = "desk_customers"
    __table_args__ = (UniqueConstraint("issuer", "number"),)

    id: Mapped[Id]
    issuer: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300), default="")
    representative: Mapped[str] = mapped_column(String(200), default="")
    mail_address: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    applied_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    """When the company gave the id out; before that the customer has asked for one (利用申込み)."""


class ApplicationKind(StrEnum):
    """What is applied for (申込みの種類). (GUAR-51)"""

    label: str

    def __new__(cls, value: str, label: str) -> "ApplicationKind":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    NEW = "new", "前払金保証・契約保証 申込"
    ADVANCE_AFTER_CONTRACT = "advance_after_contract", "契約保証済の前払金保証 申込"
    INTERIM = "interim", "中間前払金保証 申込"
    CHANGE = "change", "保証契約締結後の変更"
    RESERVATION = "reservation", "契約保証予約（入札ボンド）申込"


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


class DeskCertificate(Base):
    """Certificate (保証証書) as issued: the first one and each change of it. (GUAR-60, GUAR-61)"""

    __tablename__ = "desk_certificates"
    __table_args__ = (UniqueConstraint("guarantee_id", "number"),)

    id: Mapped[Id]
    guarantee_id: Mapped[Ref] = mapped_column(ForeignKey("desk_guarantees.id"))
    number: Mapped[int]
    contents: Mapped[dict[str, Any]]
    contents_sha256: Mapped[Sha256]
    changed: Mapped[str] = mapped_column(Text, default="")
    """What a change changed, in words."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(100))
    arrived_at: Mapped[datetime | None]
    """When the registry took it; None while it has not, or on paper. (GUAR-63)"""
    publish_problem: Mapped[str | None] = mapped_column(Text)

    guarantee: Mapped[DeskGuarantee] = relationship(back_populates="papers")


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
