"""`flask --app wsgi ca`: the installation's own CA, for demos and for cities that run one themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flask import current_app
from flask.cli import AppGroup

from portal import clock, custody
from portal.acting import acting
from portal.cli.output import as_json, show
from portal.workflows.act import Actor
from portal.workflows.manage_certificates import revoke_by_serial
from procurement.errors import RuleViolation
from signing import SigningRefused
from signing.pades.built_in_ca import LABEL
from signing.pades.issued_chains import subject_text

group = AppGroup("ca", help="The built-in certification authority (not a public one).")
OPERATOR = Actor("operator", "command", "コマンド")
REASONS = {
    "unspecified": x509.ReasonFlags.unspecified,
    "key-compromise": x509.ReasonFlags.key_compromise,
    "affiliation-changed": x509.ReasonFlags.affiliation_changed,
    "superseded": x509.ReasonFlags.superseded,
    "cessation": x509.ReasonFlags.cessation_of_operation,
}


@group.command()
@click.option("--name", required=True, help="Name of the CA, e.g. 見本市 電子契約認証局.")
def init(name: str) -> None:
    """Make root and issuing CA, keys encrypted under KEY_SECRET."""
    with in_words():
        is_new = custody.make_built_in_ca(name, clock.now())
    if not is_new:
        raise click.ClickException(f"認証局はすでにあります: {custody.ca_folder()}")
    root = custody.ca_folder() / "root.cert.pem"
    click.echo(f"認証局を作りました: {custody.ca_folder()}\n{LABEL}")
    click.echo(
        "ポータルと定期処理を再起動すると使えます。このポータルは、そのルート証明書を自動的に信頼します。\n"
        f"ほかの場所で署名を検証する方には、ルート証明書 {root} と指紋（画面 /ca）を知らせてください。"
    )


@group.command()
@as_json
def status(as_json: bool) -> None:
    """Show what CA there is, how many certificates it issued and revoked."""
    with in_words():
        ca = custody.needed_ca()
    found: dict[str, Any] = {
        "name": ca.name,
        "is_demo": ca.is_demo,
        "folder": str(ca.folder),
        "issued": sum(1 for _ in ca.every_issued()),
        "revoked": len(ca.every_revocation()),
        "ocsp": ca.addresses.ocsp if ca.addresses else "",
        "not_after": {
            name: certificate.not_valid_after_utc.isoformat() for name, certificate in ca.certificates.items()
        },
    }
    show(found, as_json, _words)


@group.command()
@click.argument("request", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--days", type=click.IntRange(1, 1825), help="Validity; CA_SIGNER_DAYS unless given.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write the chain to (PEM).")
def issue(request: Path, days: int | None, out: Path | None) -> None:
    """Issue a sealing certificate for a CSR (PEM or DER); prints the chain."""
    with in_words():
        ca = custody.needed_ca()
        asked = _request(request.read_bytes())
        issued = ca.issue(asked, clock.now(), days or current_app.config["CA_SIGNER_DAYS"])
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in (issued, ca.certificates["issuing"]))
    if out is None:
        click.echo(chain.decode("ascii"), nl=False)
    else:
        out.write_bytes(chain)
        click.echo(f"{subject_text(issued.subject)}: {issued.serial_number:x} → {out}")


@group.command()
@click.argument("serial")
@click.option("--reason", type=click.Choice(list(REASONS)), default="unspecified")
@click.option("--note", default="", help="Words for the record.")
def revoke(serial: str, reason: str, note: str) -> None:
    """Revoke a certificate by its serial number (hexadecimal)."""
    with in_words(), acting(OPERATOR) as act:
        revoke_by_serial(act, custody.needed_ca(), serial.lower(), note or reason, REASONS[reason])
    click.echo(f"失効させました: {serial}")


@group.command()
@click.option("--root", is_flag=True, help="The root's list instead of the issuing CA's.")
@click.option("--out", type=click.Path(path_type=Path), required=True)
def crl(root: bool, out: Path) -> None:
    """Write the list of revoked certificates (DER)."""
    with in_words():
        ca = custody.needed_ca()
        out.write_bytes(ca.root_crl(clock.now()) if root else ca.crl(clock.now()))
    click.echo(str(out))


@contextmanager
def in_words() -> Iterator[None]:
    """Refusals as one sentence, without a traceback."""
    try:
        yield
    except SigningRefused as refused:
        raise click.ClickException(f"{refused.text}{refused.remedy}") from refused
    except RuleViolation as refused:
        raise click.ClickException(refused.sentence()) from refused


def _request(content: bytes) -> bytes:
    try:
        is_pem = content.lstrip().startswith(b"-----BEGIN")
        load = x509.load_pem_x509_csr if is_pem else x509.load_der_x509_csr
        return load(content).public_bytes(Encoding.DER)
    except ValueError as error:
        raise click.ClickException("署名要求(CSR)として読めません。") from error


def _words(found: dict[str, Any]) -> str:
    kind = "デモ用の認証局です。" if found["is_demo"] else LABEL
    ends = "\n".join(f"  {name}: {at[:10]}まで" for name, at in found["not_after"].items())
    return (
        f"{found['name']}\n{kind}\n場所: {found['folder']}\nOCSP: {found['ocsp']}\n"
        f"発行 {found['issued']}件、失効 {found['revoked']}件\n{ends}"
    )
