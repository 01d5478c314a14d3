"""`flask --app wsgi verify FILE.pdf`: who signed, when, and whether anything was changed since (文書の検証).

Exit code 0: valid. 1: anything else that could be judged. 2: nothing was judged (no such file, bad option).
With --json the standard output is one JSON object in every case, and nothing besides it.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

import signing
from portal import clock
from portal.cli.verdict_words import in_words
from portal.clock import TOKYO
from signing import TrustStore

INSTANT_EXAMPLE = "2030-01-31T09:00+09:00"
YEARS = (1970, 9900)


class CannotJudge(Exception):
    """Nothing can be judged; `verdict` is the word that stands in the JSON answer."""

    def __init__(self, code: str, text: str, verdict: str = "indeterminate") -> None:
        super().__init__(text)
        self.code, self.text, self.verdict = code, text, verdict


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--trust", "trusted", type=click.Path(path_type=Path), help="Trust these roots (PEM) and no others."
)
@click.option("--at", metavar="INSTANT", help=f"Judge as of this instant, such as {INSTANT_EXAMPLE}.")
@click.option("--offline", is_flag=True, help="Ask no authority: use only what is in the file.")
@with_appcontext
def command(file: Path, as_json: bool, trusted: Path | None, at: str | None, offline: bool) -> None:
    """Verify the signatures of a PDF. The exit code is 0 only when it is valid."""
    try:
        _refuse_unreadable(file)
        verdict = signing.verify_in_child(file, _trust(trusted), _instant(at), online=not offline)
    except CannotJudge as problem:
        if as_json:
            click.echo(json.dumps(_no_verdict(problem), ensure_ascii=False, indent=2))
        click.echo(problem.text, err=True)
        sys.exit(2)
    words = (
        json.dumps(verdict.to_json(), ensure_ascii=False, indent=2)
        if as_json
        else in_words(verdict, str(file))
    )
    click.echo(words)
    sys.exit(0 if verdict.is_valid else 1)


def _refuse_unreadable(file: Path) -> None:
    try:
        with file.open("rb"):
            return
    except FileNotFoundError as error:
        raise CannotJudge("file_not_found", f"ファイル {file} がありません。", "not_a_pdf") from error
    except OSError as error:
        raise CannotJudge(
            "file_unreadable", f"ファイル {file} を読めません（{error.strerror}）。", "not_a_pdf"
        ) from error


def _trust(trusted: Path | None) -> TrustStore:
    """The roots to judge by. Verifying makes no keys: a demo CA is believed where there is one already."""
    try:
        if trusted is not None:
            return _given(trusted)
        config = current_app.config
        keys = Path(config["INSTANCE"]) / "keys"
        has_demo = config["MODE"] in ("demo", "test") and (keys / "demo-pki").is_dir()
        return signing.open_trust(keys, [Path(p) for p in config["TRUST_ROOTS"]], allow_demo=has_demo)
    except signing.SigningRefused as refused:
        raise CannotJudge("trust_unreadable", f"{refused.text}{refused.remedy}") from refused


def _given(trusted: Path) -> TrustStore:
    trust = signing.given_trust(trusted)
    if not trust.anchors and not trust.intermediates:
        raise CannotJudge("trust_empty", f"証明書ファイル {trusted} に証明書がありません。")
    return trust


def _instant(at: str | None) -> datetime:
    if at is None:
        return clock.now()
    try:
        instant = datetime.fromisoformat(at)
        if not YEARS[0] <= instant.year <= YEARS[1]:  # validity is also judged ten years later
            raise ValueError(at)
    except ValueError as error:
        raise CannotJudge(
            "bad_instant", f"--at の「{at}」は日時として読めません。{INSTANT_EXAMPLE} のように指定します。"
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=TOKYO)


def _no_verdict(problem: CannotJudge) -> dict[str, object]:
    return {
        "verdict": problem.verdict,
        "summary": problem.text,
        "signatures": [],
        "problems": [problem.text],
        "error": problem.code,
    }
