"""Migrations: a fresh database brought to the newest version has exactly the tables of the code."""

from pathlib import Path

import pytest
from sqlalchemy import text

from portal.database import Database
from portal.migrations.commands import FOLDER, UnknownSchema, differences, upgrade

HAS_VERSIONS = any((FOLDER / "versions").glob("*.py"))


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)] if HAS_VERSIONS else []
)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database without any table."""
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    cluster = request.getfixturevalue("postgres_cluster")
    cluster.execute("DROP DATABASE IF EXISTS fresh WITH (FORCE)")
    cluster.execute("CREATE DATABASE fresh")
    return Database(cluster.url("fresh"))


def test_migrations_make_the_tables_of_the_code(empty_database: Database) -> None:
    upgrade(empty_database)
    assert differences(empty_database) == []
    empty_database.dispose()


def test_a_second_upgrade_changes_nothing(empty_database: Database) -> None:
    upgrade(empty_database)
    upgrade(empty_database)
    assert differences(empty_database) == []
    empty_database.dispose()


def test_tables_made_by_the_code_differ_in_nothing(database: Database) -> None:
    assert differences(database) == []


def test_a_version_of_another_program_is_named_and_nothing_is_done(empty_database: Database) -> None:
    upgrade(empty_database)
    with empty_database.migrating() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of-tomorrow'"))
    with pytest.raises(UnknownSchema, match="「of-tomorrow」を、このプログラムは知りません"):
        upgrade(empty_database)
    empty_database.dispose()
