"""`flask --app wsgi keys`: the service's own key, from the request to the authority until its renewal."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from portal import clock, custody
from portal.acting import acting, house
from portal.audit import Tag
from portal.cli.certificates import OPERATOR, in_words
from portal.cli.output import as_json, show
from portal.service_certificates import service_statuses
from portal.unit_of_work import reading
from signing.certificates import KeyAlgorithm, SignerCertificate, Subject
from signing.errors import SetupRequired
from signing.pades.certificate_requests import request_as_pem
from signing.pades.token_keys import import_to_token, request_on_token, rotate_on_token
from signing.service_keys import import_service_chain, request_service_key, rotate_service_key

group = AppGroup("keys", help="The service's signing key and its certificate.")


@group.command()
@as_json
def status(as_json: bool) -> None:
    """Show keys and certificates: whose, by whom, until when, how many days are left, where they lie."""
    now = clock.now()
    with in_words():
        found = [asdict(each) | {"days_left": each.days_left(now)} for each in service_statuses()]
    rows = [row | {name: row[name].isoformat() for name in ("not_before", "not_after")} for row in found]
    rows += list(_signers())
    show(rows, as_json, _words)


@group.command()
@click.option("--name", required=True, help="CN: how signature panels name the service.")
@click.option("--organisation", required=True, help="O")
@click.option("--unit", default="", help="OU")
@click.option("--algorithm", type=click.Choice([each.value for each in KeyAlgorithm]), default="rsa3072")
@click.option("--out", type=click.Path(path_type=Path), help="File to write the request to (PEM).")
def request(name: str, organisation: str, unit: str, algorithm: str, out: Path | None) -> None:
    """Make the next key and its request (CSR), for the authority."""
    with in_words():
        subject, kind = Subject(name, organisation, unit), KeyAlgorithm(algorithm)
        if token := house().token:
            made = request_as_pem(request_on_token(token, subject, kind))
        else:
            made = request_service_key(_p12().parent, _password(), subject, kind)
        with acting(OPERATOR) as act:
            act.audit(Tag.SERVICE_KEY_REQUESTED, city="", subject=("service_key", "next"), name=name)
    if out is None:
        click.echo(made.decode("ascii"), nl=False)
    else:
        out.write_bytes(made)
        click.echo(f"署名要求(CSR)を作りました: {out}")


@group.command("import")
@click.argument("chain", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_chain(chain: Path) -> None:
    """Take the certificate that the authority issued (PEM, DER, PKCS#7), with its chain."""
    with in_words():
        content, trust, now = chain.read_bytes(), custody.trusted(), clock.now()
        if token := house().token:
            issued = import_to_token(token, content, trust, now)
        else:
            issued = import_service_chain(_p12().parent, _password(), content, trust, now)
        serial = f"{issued.certificate.serial_number:x}"
        with acting(OPERATOR) as act:
            act.audit(Tag.SERVICE_KEY_IMPORTED, city="", subject=("service_key", serial[:60]), serial=serial)
    click.echo(f"取り込みました: {serial}。keys rotate で、この鍵に切り替わります。")


@group.command()
def rotate() -> None:
    """Put the imported key to work; the former one is kept. Restart the portal afterwards."""
    with in_words():
        if token := house().token:
            serial, former = rotate_on_token(token)
        else:
            serial, former = rotate_service_key(_p12().parent, _p12(), _password())
        with acting(OPERATOR) as act:
            subject = ("service_key", serial[:60])
            act.audit(Tag.SERVICE_KEY_ROTATED, city="", subject=subject, serial=serial, former=former)
    click.echo(
        f"署名鍵を切り替えました: {former or '(なし)'} → {serial}。ポータルと定期処理を再起動してください。"
    )


def _p12() -> Path:
    configured = current_app.config["WITNESS_P12"]
    if not configured:
        raise SetupRequired(
            "署名鍵の場所(WITNESS_P12)が設定されていません。今の鍵は、デモのものです。",
            remedy="設定ファイルに WITNESS_P12 と WITNESS_P12_PASSWORD を書いてから、もう一度実行してください。",
        )
    return Path(configured)


def _password() -> str:
    return str(current_app.config["WITNESS_P12_PASSWORD"])


def _signers() -> Iterator[dict[str, Any]]:
    now = clock.now()
    with reading() as session:
        query = select(SignerCertificate).where(SignerCertificate.revoked_at.is_(None))
        for row in session.scalars(query.order_by(SignerCertificate.not_after)):
            if row.not_after is None or row.not_before is None:
                continue
            yield {
                "part": "署名者の電子証明書",
                "subject": f"{row.organisation} {row.title} {row.name}",
                "issuer": row.authority,
                "serial": row.serial,
                "not_before": row.not_before.isoformat(),
                "not_after": row.not_after.isoformat(),
                "algorithm": "",
                "lies_in": "署名者の手元" if row.sealed_key is None else "このシステム（暗号化して保管）",
                "days_left": (row.not_after - now).days,
            }


def _words(row: dict[str, Any]) -> str:
    left = row["days_left"]
    rest = f"あと{left}日" if left >= 0 else "期限切れ"
    return (
        f"{row['part']}: {row['subject']}\n  発行者 {row['issuer']}\n  番号 {row['serial']}  {row['algorithm']}\n"
        f"  {row['not_before'][:10]} から {row['not_after'][:10]} まで（{rest}）\n  場所 {row['lies_in']}"
    )
