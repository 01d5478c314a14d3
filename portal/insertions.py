"""Inserting a row unless it is there already, in one statement on both databases: two may try at once."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from procurement.orm import Base


def insert_once(session: Session, table: type[Base], **values: Any) -> None:
    """Insert a row; where one with the same key stands already, it stays as it is."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(table).values(values).on_conflict_do_nothing())
