"""Tables of the accounts (利用者): people, their sign-ins, the links that let them in, failed tries."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.permissions import Permission, Role, permissions_of
from procurement.orm import Base, CityScoped, Id, Ref, Sha256, words_of


class Door(StrEnum):
    """The part of the portal that an account belongs to."""

    OFFICE = "office"
    CONTRACTOR = "contractor"
    SURETY = "surety"
    """The desk of a surety company: its officers and its customers."""
    REGISTRY = "registry"
    """The registry's own door: orderers and sureties. Where the registry runs alone, it has no other accounts."""


class Account(Base):
    """A person's account (利用者ID); never deleted, because history names it. (ACCT-10)"""

    __tablename__ = "accounts"
    __table_args__ = (Index("ix_accounts_city_section", "city", "section"),)

    id: Mapped[Id]
    login_name: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(100), default="")
    mail_address: Mapped[str] = mapped_column(String(254))
    door: Mapped[Door] = mapped_column(words_of(Door))
    city: Mapped[str | None] = mapped_column(String(40))
    company_id: Mapped[Ref | None] = mapped_column(index=True)
    organisation: Mapped[str | None] = mapped_column(String(40), index=True)
    """At the desk and the registry: code of the surety company, or of the orderer."""
    desk_customer_id: Mapped[Ref | None] = mapped_column(index=True)
    """At the desk: the customer (お客様) that the account belongs to; None for the company's own officer."""
    section: Mapped[str] = mapped_column(String(100), default="")
    roles: Mapped[list[Any]]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles of the account, as members of `Role`."""
        return frozenset(Role(role) for role in self.roles)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that the account may do."""
        return permissions_of(self.role_set)

    def set_password_hash(self, password_hash: str, now: datetime, *, must_change: bool = False) -> None:
        """Give the account a new password, as its hash."""
        self.password_hash = password_hash
        self.password_changed_at = now
        self.must_change_password = must_change

    def disable(self, now: datetime) -> None:
        """Close the account; it stays in the history. (ACCT-10)"""
        self.disabled_at = self.disabled_at or now


class CaseLink(CityScoped, Base):
    """A link (案件リンク) that lets a contractor into the page of one case without an account. (ACCT-13)"""

    __tablename__ = "case_links"
    __table_args__ = (Index("ix_case_links_city_case_id", "city", "case_id"),)

    id: Mapped[Id]
    token_hash: Mapped[Sha256] = mapped_column(unique=True)
    case_id: Mapped[Ref]
    company_id: Mapped[Ref]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]


class LoginSession(Base):
    """A sign-in (ログイン): of an account, or by a case link; ended here, not in the cookie."""

    __tablename__ = "login_sessions"

    id: Mapped[Id]
    token_hash: Mapped[Sha256] = mapped_column(unique=True)
    account_id: Mapped[Ref | None] = mapped_column(index=True)
    case_link_id: Mapped[Ref | None] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    def is_alive(self, now: datetime, idle: timedelta) -> bool:
        """Whether the sign-in still counts: not ended, not idle for too long, not too old."""
        return self.revoked_at is None and now < self.expires_at and now - self.last_seen_at < idle


class LoginTry(Base):
    """Failed sign-ins (ログイン失敗) for one account and address, one account, or one address."""

    __tablename__ = "login_tries"

    key: Mapped[Sha256] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class KnownAddress(Base):
    """An address from which an account has signed in before: others cannot lock it out from there."""

    __tablename__ = "known_addresses"

    account_id: Mapped[Ref] = mapped_column(primary_key=True)
    address_hash: Mapped[Sha256] = mapped_column(primary_key=True)
    last_at: Mapped[datetime]
