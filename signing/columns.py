"""Declarative base and column types of the signing context."""

import secrets
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, Date, DateTime, Dialect, Enum, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

from signing.modes import JobKind, KeyCustody, LinkPurpose, Side, SigningMode, StepRole, ViewingRule

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcInstant(TypeDecorator[datetime]):
    """An instant, stored in UTC. Takes aware datetimes only and gives aware ones (UTC) back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """An unguessable id of 22 characters (128 bits) that may stand in an address."""
    return secrets.token_urlsafe(16)


def _word(enum: type[StrEnum]) -> Enum:
    return Enum(
        enum, native_enum=False, length=24, values_callable=lambda members: [m.value for m in members]
    )


Id = Annotated[str, mapped_column(String(22), primary_key=True, default=new_id)]
Owner = Annotated[str, mapped_column(String(40))]
Sha256 = Annotated[str, mapped_column(String(64))]
Line = Annotated[str, mapped_column(String(300))]


class Base(DeclarativeBase):
    """Base of all tables of the signing context."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcInstant(),
        date: Date(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        SigningMode: _word(SigningMode),
        StepRole: _word(StepRole),
        Side: _word(Side),
        ViewingRule: _word(ViewingRule),
        LinkPurpose: _word(LinkPurpose),
        JobKind: _word(JobKind),
        KeyCustody: _word(KeyCustody),
    }
