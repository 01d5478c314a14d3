"""Commands (コマンド): `flask --app wsgi <group> <command>`; with `--json` they speak to programs."""

from flask import Flask

from portal.cli import (
    accounts,
    audit,
    authorities,
    certificates,
    cities,
    contracts,
    db,
    demo,
    forms,
    guarantees,
    jobs,
    keys,
    look_ups,
    preserve,
    registries,
    verify,
)

COMMANDS = (
    db.group,
    cities.cities_group,
    contracts.group,
    forms.forms_group,
    guarantees.group,
    registries.group,
    verify.command,
    jobs.group,
    preserve.group,
    audit.group,
    accounts.group,
    authorities.group,
    certificates.group,
    keys.group,
    demo.group,
)


def init_app(app: Flask) -> None:
    """Register every command."""
    guarantees.group.add_command(look_ups.lookup)
    for command in COMMANDS:
        app.cli.add_command(command)
