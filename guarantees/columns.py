"""Declarative base of the registry and the desks. Column types are the e-signing service's; nothing of procurement."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Date, Enum, MetaData, String
from sqlalchemy.orm import DeclarativeBase, mapped_column

from signing.columns import NAMING_CONVENTION, Id, Sha256, UtcInstant, new_id

__all__ = ["Base", "Id", "Ref", "Sha256", "UtcInstant", "Yen", "new_id", "words_of"]

Ref = Annotated[str, mapped_column(String(22))]
Yen = Annotated[int, mapped_column(BigInteger)]


def words_of(kind: type[StrEnum]) -> Enum:
    """A column type that stores an enumeration by its word."""
    return Enum(
        kind, native_enum=False, length=40, values_callable=lambda members: [m.value for m in members]
    )


class Base(DeclarativeBase):
    """Base of all tables of the registry and the desks."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcInstant(),
        date: Date(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }
