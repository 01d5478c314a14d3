"""`flask --app wsgi audit`: checks the audit log."""

from dataclasses import asdict
from typing import Any

import click
from flask.cli import AppGroup

from portal.audit.verification import verify_chains
from portal.cli.output import as_json, show
from portal.unit_of_work import reading

group = AppGroup("audit", help="The audit log.")


@group.command()
@as_json
def verify(as_json: bool) -> None:
    """Check every chain; exit code 1 and the first bad row when something was changed."""
    with reading() as session:
        reports = [asdict(report) for report in verify_chains(session)]
    show(reports, as_json, _words)
    if any(report["problem"] for report in reports):
        raise click.exceptions.Exit(1)


def _words(report: dict[str, Any]) -> str:
    if report["problem"]:
        return f"{report['city']}: {report['seq']}番目の記録: {report['problem']}"
    return f"{report['city']}: {report['rows']}件 正常 {report['head']}"
