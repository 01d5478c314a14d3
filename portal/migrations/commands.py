"""Bringing a database to the newest schema, and writing a new migration."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from portal.database import Database
from portal.tables import METADATA

FOLDER = Path(__file__).resolve().parent
COMPARISON: Mapping[str, Any] = {"target_metadata": METADATA, "compare_type": True}


class UnknownSchema(click.ClickException):
    """The database is at a version that this program has no migration of; commands say so and end with 1."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"データベースの版「{found}」を、このプログラムは知りません。何も変えていません。"
            "この版を作ったプログラムか、それより新しいものを使います。デモのデータであれば、"
            "make demo-reset で消してから始め直せます。"
        )


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration that the database has not seen, in one transaction; UnknownSchema when it knows others."""
    with database.migrating() as connection:
        config = _config(connection)
        found = MigrationContext.configure(connection).get_current_revision()
        if found and found not in {
            script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
        }:
            raise UnknownSchema(found)
        command.upgrade(config, revision)


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
