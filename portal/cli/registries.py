"""`flask --app wsgi registry`: the registry as a service, its orderers and clients."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from guarantees.errors import GuaranteeRefused
from guarantees.registry.clients import add_client, clients, revoke_client
from guarantees.registry.orderers import load_orderers
from guarantees.registry.orm import ClientSide, Orderer
from portal import clock
from portal.cli.output import as_json, show
from portal.config import SETTINGS
from portal.migrations import commands
from portal.unit_of_work import current_database, reading, writing

DEMO_ORDERERS = Path(__file__).resolve().parents[1] / "registry" / "demo_orderers.toml"
group = AppGroup("registry", help="保証確認サービス: 単独の起動、発注者、接続するシステム")
client_group = AppGroup("client", help="APIに接続するシステム（トークンかクライアント証明書）")
group.add_command(client_group)


@group.command()
@click.option("--port", type=int, default=8100, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False), help="サーバー証明書（PEM）")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False), help="その鍵（PEM）")
@click.option(
    "--client-ca", type=click.Path(exists=True, dir_okay=False), help="接続側の証明書の認証局（PEM）"
)
def run(port: int, host: str, tls_cert: str | None, tls_key: str | None, client_ca: str | None) -> None:
    """保証確認サービスだけを起動します。データベースは WARIFU_INSTANCE のものです。Ctrl-C で終わります。"""
    from portal.registry.serving import serve

    if bool(tls_cert) != bool(tls_key) or (client_ca and not tls_cert):
        raise click.UsageError(
            "--tls-cert と --tls-key は一緒に指定します。--client-ca はその二つと使います。"
        )
    if current_app.config["MODE"] != "production":
        commands.upgrade(current_database())
        _load_demo_orderers()
    tls = {"cert": tls_cert, "key": tls_key or "", "client_ca": client_ca or ""} if tls_cert else {}
    base = current_app.config["BASE_URL"]
    if base == SETTINGS["BASE_URL"].default:
        shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104 - compared, not bound
        base = f"{'https' if tls else 'http'}://{shown}:{port}"
    click.echo(f"保証確認サービス: {base}/registry/orderers\nAPI: {base}/registry/api/v1/openapi.json")
    serve(current_app.config["INSTANCE"], base, host, port, tls)


def _load_demo_orderers() -> None:
    """The list that comes with the demo, where there is none yet."""
    with writing() as session:
        if session.scalar(select(Orderer.id).limit(1)) is None:
            load_orderers(session, DEMO_ORDERERS.read_text(encoding="utf-8"))


@group.command("load-orderers")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """対応している発注者の一覧（TOML）を登録し、または改めます。"""
    with _refusals_in_words(), writing() as session:
        try:
            number = load_orderers(session, file.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise click.ClickException(f"{file} はUTF-8のファイルではありません。") from error
    click.echo(f"発注者を{number}件登録しました。")


@client_group.command("add")
@click.option("--side", type=click.Choice([side.value for side in ClientSide]), required=True)
@click.option("--organisation", required=True, help="保証会社または発注者のコード")
@click.option("--name", required=True, help="システムの名前")
@click.option("--cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="証明書（PEM）")
def add(side: str, organisation: str, name: str, cert: Path | None) -> None:
    """システムを登録します。証明書がなければトークンを作り、一度だけ示します。"""
    with _refusals_in_words(), writing() as session:
        client, token = add_client(
            session,
            side=ClientSide(side),
            organisation=organisation,
            name=name,
            now=clock.now(),
            pem=cert.read_bytes() if cert else None,
        )
    click.echo(f"ID: {client.id}")
    click.echo(f"トークン: {token}" if token else f"証明書のSHA-256: {client.certificate_sha256}")


@client_group.command("list")
@as_json
def list_clients(as_json: bool) -> None:
    """登録したシステムの一覧。トークンは示せません（保管していないため）。"""
    with reading() as session:
        rows = [
            {
                "id": client.id,
                "side": client.side.value,
                "organisation": client.organisation,
                "name": client.name,
                "means": "token" if client.token_hash else "certificate",
                "registered_at": client.registered_at.isoformat(),
                "revoked_at": client.revoked_at.isoformat() if client.revoked_at else None,
            }
            for client in clients(session)
        ]
    show(rows, as_json, lambda row: "  ".join(str(word) for word in row.values() if word))


@client_group.command("revoke")
@click.argument("client_id")
def revoke(client_id: str) -> None:
    """システムの接続を止めます。"""
    with _refusals_in_words(), writing() as session:
        revoke_client(session, client_id, clock.now())
    click.echo("接続を止めました。")


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    try:
        yield
    except GuaranteeRefused as refused:
        raise click.ClickException(refused.sentence()) from refused
