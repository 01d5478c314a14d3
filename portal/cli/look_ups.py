"""`flask --app wsgi guarantee lookup`: a certificate by number and key, or why there is none."""

import json
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click
from flask import current_app
from flask.cli import with_appcontext

from guarantees.certificates import Certificate
from guarantees.issuers import issuer_of, issuers_of_number
from guarantees.keys import AuthenticationKey, normalised_key, normalised_number
from guarantees.lookup import Answer, Found, Locked, NotFound, RegistryPort
from portal import clock
from portal.acting import house
from portal.cli.output import as_json
from portal.registries import BY_HAND, tokens_of
from procurement.guarantee_limits import orderer_code
from procurement.rules import CityRules


@click.command("lookup")
@click.option("--number", required=True, help="保証契約番号")
@click.option("--key", help="認証キー。「-」は標準入力から。なければ尋ねる。")
@click.option("--city", "slug", help="どの市として照会するか（市が一つなら省ける）")
@as_json
@with_appcontext
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
