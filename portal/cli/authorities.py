"""`flask --app wsgi authorities`: how the authorities stand, for operators and for monitoring (時刻認証局の状態)."""

import sys
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from portal import clock
from portal.acting import house
from portal.cli.output import as_json, show
from portal.clock import TOKYO
from portal.unit_of_work import reading
from signing import SigningRefused
from signing.authorities import check_authorities, standings
from signing.pades.health import Standing

group = AppGroup("authorities", help="Time-stamping authorities, revocation data, and the service's key.")


@group.command()
@as_json
def status(as_json: bool) -> None:
    """Show what the last answers were; asks nobody. Exit code 1 when one of them fails."""
    with reading() as session:
        found = standings(session, _services())
    _tell(found, as_json)


@group.command()
@as_json
def check(as_json: bool) -> None:
    """Ask every authority for a token now, look at the key, and show it. Exit code 1 when one of them fails."""
    _tell(check_authorities(_services(), house().shared, clock.now()), as_json)


def _services() -> Any:
    try:
        return house().services
    except SigningRefused as refused:
        raise click.ClickException(f"{refused.text}{refused.remedy}") from refused


def _tell(found: list[Standing], wants_json: bool) -> None:
    show([_row(standing) for standing in found], wants_json, _words)
    sys.exit(any(standing.failing_since is not None for standing in found))


def _row(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.name,
        "kind": standing.kind,
        "is_failing": standing.failing_since is not None,
        "asked_at": _iso(standing.asked_at),
        "answered_at": _iso(standing.answered_at),
        "milliseconds": standing.milliseconds,
        "failing_since": _iso(standing.failing_since),
        "failures": standing.failures,
        "problem": standing.problem,
        "skip_until": _iso(standing.skip_until),
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(TOKYO).isoformat(timespec="seconds") if at else None


def _words(row: dict[str, Any]) -> str:
    if row["is_failing"]:
        state = f"応答なし {row['failing_since']}から{row['failures']}回 {row['problem']}"
    elif row["answered_at"]:
        state = f"正常 {row['answered_at']} {row['milliseconds']}ミリ秒"
    else:
        state = "まだ問い合わせていません"
    return f"{row['kind']:<5} {row['name']}  {state}"
