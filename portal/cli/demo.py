"""`flask --app wsgi demo`: load the demo, serve it, begin afresh."""

import shutil
from datetime import date, datetime, time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from portal import clock
from portal.demo.loading import PASSWORD, first_day_of_demo, is_loaded, load_demo
from portal.demo.people import labels
from portal.demo.serving import port_problem, serve_demo
from portal.migrations import commands
from portal.unit_of_work import current_database

group = AppGroup("demo", help="Three cities with cases in every stage.")


@group.command()
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the demo lives on; its clock goes on from there.",
)
def load(today: datetime | None) -> None:
    """Fill an empty instance with people and cases, dated relative to today; the tables are made first."""
    _refuse_in_production()
    commands.upgrade(current_database())
    if is_loaded():
        raise click.ClickException("デモはすでに読み込まれています。やり直すには demo reset を実行します。")
    number = _load(today.date() if today else None)
    click.echo(f"デモの案件を{number}件読み込みました。")


@group.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
def serve(port: int, host: str) -> None:
    """Serve the demo: web server, jobs and a mail server of its own. Ctrl-C ends all of it."""
    _refuse_in_production()
    problem = port_problem(host, port)
    if problem:
        raise click.ClickException(problem)
    address = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    current_app.config["BASE_URL"] = address  # links in the mails of the demo's history lead here
    commands.upgrade(current_database())
    if not is_loaded():
        click.echo("デモを準備しています（初回は1分ほどかかります）…")
        _load(None)
    click.echo(f"\n割符のデモ: {address}/demo/\n\n利用者（パスワードはどれも {PASSWORD} ）")
    for login_name, label in labels().items():
        click.echo(f"  {login_name:20} {label}")
    click.echo("\n終わるときは Ctrl-C を押します。")
    if not serve_demo(current_app.config["INSTANCE"], host, port, address):
        raise click.ClickException(
            "プロセスのひとつが終わったため、デモを終えました。上の表示を確かめてください。"
        )


@group.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Throw the demo's data away. Only ever touches a demo instance."""
    _refuse_in_production()
    instance = Path(current_app.config["INSTANCE"])
    if not yes:
        click.confirm(f"{instance} のデモのデータをすべて消します。よろしいですか", abort=True)
    current_database().dispose()
    for name in ("portal.sqlite", "portal.sqlite-wal", "portal.sqlite-shm", "portal.sqlite.lock"):
        (instance / name).unlink(missing_ok=True)
    for name in ("documents", "demo", "keys", "cache"):
        shutil.rmtree(instance / name, ignore_errors=True)
    click.echo("デモのデータを消しました。")


def _load(today: date | None) -> int:
    """Load on that day; without one on this day, or on the first day on which every city's rules are in force."""
    clock.shift_to(None)
    first = first_day_of_demo(clock.today())
    if today is None and first != clock.today():
        click.echo(f"市の定めがすべて始まる日に合わせて、デモの時計を{first}に進めます。")
        today = first
    if today is not None:
        clock.shift_to(datetime.combine(today, time(9, 0), clock.TOKYO))
    return load_demo(clock.today())


def _refuse_in_production() -> None:
    if current_app.config["MODE"] == "production":
        raise click.ClickException("MODE=production では、デモのコマンドは使えません。")
