"""Bringing a database to the newest schema, and writing a new migration."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from portal.database import Database
from portal.tables import METADATA

FOLDER = Path(__file__).resolve().parent
COMPARISON: Mapping[str, Any] = {"target_metadata": METADATA, "compare_type": True}


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration that the database has not seen, in one transaction."""
    with database.migrating() as connection:
        command.upgrade(_config(connection), revision)


def write_revision(message: str) -> None:
    """Write a migration: what the tables in code have more than a fresh database at the newest version."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/fresh.sqlite")
        upgrade(database)
        with database.migrating() as connection:
            command.revision(_config(connection), message, autogenerate=True)
        database.dispose()


def differences(database: Database) -> list[Any]:
    """What the schema of a database lacks against the tables in code; empty when they agree."""
    with database.migrating() as connection:
        context = MigrationContext.configure(connection, opts=dict(COMPARISON))
        return list(compare_metadata(context, METADATA))  # type: ignore[arg-type]


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
