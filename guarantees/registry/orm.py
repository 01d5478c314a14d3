"""Tables of the registry (保証確認サービス)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantees.certificates import VersionKind
from guarantees.columns import Base, Id, Ref, Sha256, words_of
from guarantees.labelled import LabelledWord
from guarantees.products import Product


class OrdererKind(LabelledWord):
    """Kind of an orderer in the list of supported ones (発注者の区分). (GUAR-74)"""

    STATE = "state", "国"
    AGENCY = "agency", "独立行政法人等"
    OTHER_PUBLIC = "other_public", "その他公共的団体"
    PREFECTURE = "prefecture", "都道府県"
    LARGE_CITY = "large_city", "政令指定都市・府庁所在地"
    MUNICIPALITY = "municipality", "市町村"


class Orderer(Base):
    """Orderer (発注者) that the registry serves, and since when. (GUAR-74, GUAR-79)"""

    __tablename__ = "registry_orderers"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    """As printed on certificates, for example the mayor's title."""
    kind: Mapped[OrdererKind] = mapped_column(words_of(OrdererKind))
    starts_on: Mapped[date]
    advance_guarantees: Mapped[int] = mapped_column(default=0)
    """Advance-payment guarantees of the reporting period, electronic and paper; for the usage report. (GUAR-77)"""
    electronic_advance_guarantees: Mapped[int] = mapped_column(default=0)
    counted_on: Mapped[date | None]


class ClientSide(StrEnum):
    """Which side of the registry a program stands on."""

    SURETY = "surety"
    ORDERER = "orderer"


class RegistryClient(Base):
    """A program (接続するシステム) that calls the API for one organisation, by token or client certificate."""

    __tablename__ = "registry_clients"

    id: Mapped[Id]
    side: Mapped[ClientSide] = mapped_column(words_of(ClientSide))
    organisation: Mapped[str] = mapped_column(String(40))
    """Code of the surety company or of the orderer."""
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[Sha256 | None] = mapped_column(unique=True)
    certificate_sha256: Mapped[Sha256 | None] = mapped_column(unique=True)
    registered_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class RegistryCertificate(Base):
    """Electronic certificate (電子証書) of one guarantee contract, under one number and one key. (GUAR-70, GUAR-72)"""

    __tablename__ = "registry_certificates"
    # One guarantee contract has one number; two companies could use the same digits.
    __table_args__ = (UniqueConstraint("number", "issuer"),)

    id: Mapped[Id]
    issuer: Mapped[str] = mapped_column(String(40), index=True)
    number: Mapped[str] = mapped_column(String(40))
    orderer: Mapped[str] = mapped_column(String(40), index=True)
    product: Mapped[Product] = mapped_column(words_of(Product))
    key_hash: Mapped[Sha256]
    """Keyed hash (HMAC-SHA256) of the key, bound to issuer and number; the key itself is nowhere."""
    published_at: Mapped[datetime]
    # The visible history as JSON, written with every version: one row answers a look-up.
    history: Mapped[list[Any]]

    versions: Mapped[list["CertificateVersion"]] = relationship(
        back_populates="certificate", order_by="CertificateVersion.number"
    )


class CertificateVersion(Base):
    """One publication (登録) of a surety: never changed, never deleted. (GUAR-72)"""

    __tablename__ = "registry_certificate_versions"
    __table_args__ = (
        UniqueConstraint("certificate_id", "number"),
        UniqueConstraint("certificate_id", "reference"),
    )

    id: Mapped[Id]
    certificate_id: Mapped[Ref] = mapped_column(ForeignKey("registry_certificates.id"))
    number: Mapped[int]
    kind: Mapped[VersionKind] = mapped_column(words_of(VersionKind))
    arrived_at: Mapped[datetime]
    contents: Mapped[dict[str, Any]]
    contents_sha256: Mapped[Sha256]
    published_by: Mapped[str] = mapped_column(String(100))
    reference: Mapped[str | None] = mapped_column(String(60))
    """The surety's own id of the publication: what arrives a second time under it changes nothing."""
    reason: Mapped[str] = mapped_column(Text, default="")

    certificate: Mapped[RegistryCertificate] = relationship(back_populates="versions")


class LookOutcome(StrEnum):
    """How a look ended, as the registry's own log keeps it."""

    FOUND = "found"
    REFUSED = "refused"
    LOCKED = "locked"


class RegistryLook(Base):
    """A look or a try (照会の記録), each one of them. The typed key is never in it."""

    __tablename__ = "registry_looks"
    __table_args__ = (
        Index("ix_registry_looks_issuer_number", "issuer", "number"),
        Index("ix_registry_looks_orderer_at", "orderer", "at"),
    )

    id: Mapped[Id]
    at: Mapped[datetime]
    orderer: Mapped[str] = mapped_column(String(40))
    asked_by: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(64))
    number: Mapped[str | None] = mapped_column(String(40))
    """The number when it has the shape of one; anything else may be a key typed into the wrong field."""
    issuer: Mapped[str | None] = mapped_column(String(40))
    """The company whose certificate was meant, where there is one of that number."""
    outcome: Mapped[LookOutcome] = mapped_column(words_of(LookOutcome))


class RegistryTry(Base):
    """Failures (照会の失敗) of one orderer, one orderer and number, or one address: growing waits."""

    __tablename__ = "registry_tries"

    key: Mapped[Sha256] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
