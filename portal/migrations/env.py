"""Alembic's entry: runs the migrations on the connection that `portal.migrations.commands` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator

from portal.migrations.commands import COMPARISON


def _as_stored(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write a type of ours as what the database stores, so that old migrations need none of today's code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,
    render_item=_as_stored,
    **COMPARISON,
)
with context.begin_transaction():
    context.run_migrations()
