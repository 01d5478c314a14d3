"""`flask --app wsgi db`: the schema of the database."""

import click
from flask.cli import AppGroup

from portal.health import schema_version
from portal.migrations import commands
from portal.unit_of_work import current_database

group = AppGroup("db", help="The database's schema.")


@group.command()
def upgrade() -> None:
    """Bring the schema to the newest version."""
    commands.upgrade(current_database())
    click.echo(schema_version() or "-")


@group.command()
def current() -> None:
    """Show the version of the schema."""
    click.echo(schema_version() or "-")


@group.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a new migration from the difference between the tables in code and the migrations so far."""
    commands.write_revision(message)
