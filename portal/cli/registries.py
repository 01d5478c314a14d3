"""`flask --app wsgi registry`: the registry as a service, its orderers and clients; `guarantee lookup`."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from guarantees.certificates import Certificate
from guarantees.errors import GuaranteeRefused
from guarantees.issuers import issuer_of, issuers_of_number
from guarantees.keys import AuthenticationKey, normalised_key, normalised_number
from guarantees.lookup import Answer, Found, Locked, NotFound, RegistryPort
from guarantees.registry.clients import add_client, clients, revoke_client
from guarantees.registry.orderers import load_orderers
from guarantees.registry.orm import ClientSide, Orderer
from portal import clock
from portal.acting import house
from portal.cli.guarantees import group as guarantee_group
from portal.cli.output import as_json, show
from portal.config import SETTINGS
from portal.migrations import commands
from portal.registries import BY_HAND, tokens_of
from portal.unit_of_work import current_database, reading, writing
from procurement.guarantee_limits import orderer_code
from procurement.rules import CityRules

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


@guarantee_group.command("lookup")
@click.option("--number", required=True, help="保証契約番号")
@click.option("--key", help="認証キー。「-」は標準入力から。なければ尋ねる。")
@click.option("--city", "slug", help="どの市として照会するか（市が一つなら省ける）")
@as_json
def lookup(number: str, key: str | None, slug: str | None, as_json: bool) -> None:
    """電子証書を照会します。終了コード 0: 履歴とともに示した。1: 閲覧できない。2: 照会できない、または停止中。

    引数の認証キーは、ほかの利用者のプロセス一覧に見えます。「--key -」か、尋ねられてからの入力を勧めます。
    """
    registry = house().registry
    if registry is None:
        _end(2, "unavailable", "REGISTRY_URL=none のため、照会する保証確認サービスがありません。", as_json)
    typed = normalised_key(_key(key))
    meant = normalised_number(number)
    orderers = _orderers(slug, meant)
    for orderer in orderers:
        answer = _asked(registry, orderer, meant, typed)
        if not isinstance(answer, NotFound) or orderer == orderers[-1]:
            break
    if isinstance(answer, Found):
        _show(answer.certificate, as_json)
    elif isinstance(answer, NotFound):
        _end(1, "not_found", answer.text, as_json)
    elif isinstance(answer, Locked):
        until = f"{answer.until.astimezone(clock.TOKYO):%Y-%m-%d %H:%M:%S}"
        _end(2, "locked", f"続けて失敗したため、{until} まで照会を止めています。", as_json)
    else:
        _end(2, "unavailable", answer.problem, as_json)


def _asked(registry: RegistryPort, orderer: str, number: str, key: AuthenticationKey) -> Answer:
    return registry.look_up(orderer, number, key, asked_by="コマンド", now=clock.now())


def _key(given: str | None) -> str:
    if given == "-":
        return sys.stdin.readline().strip()
    typed: str = given if given is not None else click.prompt("認証キー", hide_input=True)
    return typed


def _orderers(slug: str | None, number: str) -> list[str]:
    """As whom to ask: the named city, or each city of this portal in turn.

    First come the cities whose rules name a company with numbers of this shape (電子保証の保証機関): every city
    that is asked in vain leaves a failed try behind, which the surety sees.
    """
    cities = house().cities
    if slug is not None and slug not in cities:
        raise click.BadParameter(f"{slug}: 市は {'、'.join(cities)} です。", param_hint="--city")
    names = {issuer.name for issuer in issuers_of_number(number)}
    chosen = [cities[slug]] if slug else sorted(cities.values(), key=lambda rules: not _takes(rules, names))
    codes = list(dict.fromkeys(orderer_code(rules) for rules in chosen))
    if not codes:
        raise click.UsageError("市の定めが一つも登録されていません。")
    return _askable(codes, current_app.config)


def _askable(codes: list[str], config: Mapping[str, Any]) -> list[str]:
    """Over HTTP a city asks with its token; a client certificate stands for one orderer, and asks once."""
    if config["REGISTRY_URL"] in ("", BY_HAND):
        return codes
    tokens = tokens_of(config)
    known = [code for code in codes if code in tokens]
    others = [code for code in codes if code not in tokens]
    return [*known, *others[:1]] if config["REGISTRY_CLIENT_CERT"] or not known else known


def _takes(rules: CityRules, companies: set[str]) -> bool:
    """Whether the city takes electronic guarantees of one of these companies."""
    return any(row.issuer in companies for row in rules.guarantees.electronic)


def _show(certificate: Certificate, wants_json: bool) -> None:
    if wants_json:
        click.echo(json.dumps(certificate.to_json(), ensure_ascii=False, indent=2))
        return
    latest = certificate.latest
    company = issuer_of(certificate.issuer).name
    click.echo(f"{certificate.guarantee_contract_number}  {latest.product.label}  {company}")
    if certificate.is_cancelled:
        click.echo("この保証契約は解約されています。")
    click.echo(f"工事名: {latest.work_name}\n請負契約者: {latest.contractor}\n発注者: {latest.orderer}")
    click.echo(f"請負金額: {latest.contract_price:,}円\n保証金額: {latest.guaranteed_amount:,}円")
    for entry in certificate.entries:
        at = f"{entry.arrived_at.astimezone(clock.TOKYO):%Y-%m-%d %H:%M}"
        click.echo(f"{entry.number}  {at}  {entry.target.label}  {entry.contents.guaranteed_amount:,}円")


def _end(code: int, error: str, text: str, wants_json: bool) -> NoReturn:
    """Say why there is no certificate, and end with that code."""
    click.echo(json.dumps({"error": error, "text": text}, ensure_ascii=False) if wants_json else text)
    sys.exit(code)


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    try:
        yield
    except GuaranteeRefused as refused:
        raise click.ClickException(refused.sentence()) from refused
