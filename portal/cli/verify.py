"""`flask --app wsgi verify FILE.pdf`: who signed, when, and whether anything was changed since (文書の検証)."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

import signing
from portal import clock
from portal.clock import TOKYO
from signing import SignatureVerdict, TrustStore, Verdict


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--trust", "trusted", type=click.Path(path_type=Path), help="Trust these roots (PEM) and no others."
)
@click.option("--at", metavar="INSTANT", help="Judge as of this instant, such as 2030-01-31T09:00+09:00.")
@click.option("--offline", is_flag=True, help="Use only what is in the file. That is how it always works.")
@with_appcontext
def command(file: Path, as_json: bool, trusted: Path | None, at: str | None, offline: bool) -> None:
    """Verify the signatures of a PDF. The exit code is 0 only when it is valid."""
    try:
        verdict = signing.verify_in_child(file, _trust(trusted), _instant(at))
    except signing.SigningRefused as refused:
        raise click.ClickException(f"{refused.text}{refused.remedy}") from refused
    click.echo(json.dumps(verdict.to_json(), ensure_ascii=False, indent=2) if as_json else _in_words(verdict))
    sys.exit(0 if verdict.is_valid else 1)


def _trust(trusted: Path | None) -> TrustStore:
    if trusted is not None:
        return signing.load_trust([trusted])
    config = current_app.config
    roots = [Path(root) for root in config["TRUST_ROOTS"]]
    return signing.open_trust(
        Path(config["INSTANCE"]) / "keys", roots, allow_demo=config["MODE"] in ("demo", "test")
    )


def _instant(at: str | None) -> datetime:
    if at is None:
        return clock.now()
    try:
        instant = datetime.fromisoformat(at)
    except ValueError as error:
        raise click.BadParameter("give an instant such as 2030-01-31T09:00+09:00") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=TOKYO)


def _in_words(verdict: Verdict) -> str:
    lines = [verdict.summary, f"SHA-256: {verdict.sha256}"]
    lines += [line for signature in verdict.signatures for line in _signature_in_words(signature)]
    lines += [f"! {problem}" for problem in verdict.problems]
    return "\n".join(lines)


def _signature_in_words(signature: SignatureVerdict) -> list[str]:
    at = (
        signature.signed_at.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M:%S JST")
        if signature.signed_at
        else "-"
    )
    kind = "タイムスタンプ" if signature.kind == "document_timestamp" else "署名"
    lines = [
        f"{signature.field} {kind} {at} {signature.signer} ({signature.organisation}) {signature.level}",
        f"  {signature.modifications}",
    ]
    if signature.reason:
        lines.append(f"  理由: {signature.reason}")
    if signature.trust_anchor:
        label = "デモ用の信頼ソース" if signature.is_demo_trust else "信頼ソース"
        lines.append(f"  {label}: {signature.trust_anchor}")
    return lines + [f"  ! {problem}" for problem in signature.problems]
