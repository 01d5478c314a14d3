"""`flask --app wsgi preserve`: how long the archive holds, renewing now, the proofs, decades in simulation (長期保存)."""

import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from portal import clock
from portal.cli.output import as_json, show
from portal.clock import TOKYO
from portal.preserving import algorithm_ends, preservation, watch_all
from portal.simulating import simulate
from portal.unit_of_work import reading
from signing.archive_reports import failing_documents, latest_renewals, summarise
from signing.preservation import RenewalOutcome, renew_due
from signing.simulation import SimulationReport

group = AppGroup("preserve", help="Archive time-stamps: until when they hold, and their renewal.")
_AT_ONCE = 200


@group.command()
@as_json
def status(as_json: bool) -> None:
    """Show how many documents are renewed in which year, and what cannot be renewed. Exit code 1 if anything cannot."""
    with reading() as session:
        summary = summarise(session, clock.now())
        failing = [_failing(found.document.id, found.watch) for found in failing_documents(session)]
    data = {
        "watched": summary.watched,
        "unwatched": summary.unwatched,
        "due": summary.due,
        "failing": summary.failing,
        "renewals": summary.renewals,
        "next_renewal_at": _iso(summary.next_renewal_at),
        "by_year": {str(year): number for year, number in summary.by_year.items()},
        "unchecked_algorithms": algorithm_ends().unchecked,
        "problems": failing,
    }
    show(data, as_json, _status_words)
    sys.exit(1 if summary.failing else 0)


@group.command()
@as_json
def run(as_json: bool) -> None:
    """Look at every document whose turn it is and renew everything that is due. Exit code 1 if anything failed."""
    work = preservation()
    looked = 0
    while number := watch_all(work, _AT_ONCE):
        looked += number
    outcomes: list[RenewalOutcome] = []
    while found := renew_due(work, _AT_ONCE):
        outcomes += found
    data = {"looked_at": looked, "outcomes": [_outcome(outcome) for outcome in outcomes]}
    show(data, as_json, _run_words)
    sys.exit(1 if any(outcome.problem for outcome in outcomes) else 0)


@group.command()
@as_json
def report(as_json: bool) -> None:
    """Print the proof of every renewal: hashes before and after, token, authority, until when it held and holds."""
    with reading() as session:
        rows = [
            {
                "document": proven.document.id,
                "name": proven.document.name,
                "owner": proven.renewal.owner,
                "reference": proven.document.envelope.reference,
                "renewed_at": _iso(proven.renewal.renewed_at),
                "authority": proven.renewal.authority,
                "before_sha256": proven.renewal.before_sha256,
                "after_sha256": proven.renewal.after_sha256,
                "token_sha256": hashlib.sha256(proven.renewal.token).hexdigest(),
                "held_until": _iso(proven.renewal.held_until),
                "holds_until": _iso(proven.renewal.holds_until),
                "verdict": proven.renewal.verdict,
            }
            for proven in latest_renewals(session, limit=None)
        ]
    show(rows, as_json, _report_words)


@group.command("simulate")
@click.option("--years", type=click.IntRange(1, 100), default=30, show_default=True)
@click.option(
    "--documents", type=click.IntRange(1, 50), default=3, show_default=True, help="At most so many."
)
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep files and roots in this folder."
)
@as_json
def run_simulation(years: int, documents: int, keep: Path | None, as_json: bool) -> None:
    """Move a clock through several generations of authorities, on copies. Exit code 0 only if everything held.

    Nothing of this instance is changed, and its clock stays as it is.
    """
    found = simulate(years, documents, keep)
    data = _simulation(found)
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else _simulation_words(found))
    sys.exit(0 if found.held else 1)


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(TOKYO).isoformat(timespec="seconds") if at else None


def _day(at: datetime) -> str:
    return f"{at.astimezone(TOKYO):%Y-%m-%d}"


def _failing(document_id: str, watch: Any) -> dict[str, Any]:
    return {
        "document": document_id,
        "code": watch.problem_code,
        "problem": watch.problem,
        "since": _iso(watch.failing_since),
        "holds_until": _iso(watch.holds_until),
        "next_attempt_at": _iso(watch.next_attempt_at),
    }


def _status_words(data: dict[str, Any]) -> str:
    lines = [
        f"保存の対象の文書 {data['watched']}件（次の定期処理で加える文書 {data['unwatched']}件）",
        f"更新の時期が来た文書 {data['due']}件、更新できない文書 {data['failing']}件、これまでの更新 {data['renewals']}回",
    ]
    lines += [f"  {year}年に更新: {number}件" for year, number in data["by_year"].items()]
    if data["unchecked_algorithms"]:
        number = data["unchecked_algorithms"]
        lines.append(
            f"要確認: 暗号アルゴリズムの使用期限の表に、出典と照合していない行が{number}行あります。"
        )
    lines += [f"! {p['document']}: {p['problem']}（{p['since']}から）" for p in data["problems"]]
    return "\n".join(lines)


def _outcome(outcome: RenewalOutcome) -> dict[str, Any]:
    renewal = outcome.renewal
    return {
        "document": outcome.document_id,
        "result": outcome.result.value,
        "problem": outcome.problem.text if outcome.problem else None,
        "authority": renewal.authority if renewal else None,
        "holds_until": _iso(renewal.holds_until) if renewal else None,
        "after_sha256": renewal.after_sha256 if renewal else None,
    }


def _run_words(data: dict[str, Any]) -> str:
    lines = [f"{data['looked_at']}件の文書を点検しました。更新の対象は{len(data['outcomes'])}件です。"]
    for outcome in data["outcomes"]:
        what = outcome["problem"] or f"{outcome['authority']} により {outcome['holds_until']} まで延長"
        lines.append(f"  {outcome['document']}: {what}")
    return "\n".join(lines)


def _report_words(row: dict[str, Any]) -> str:
    return (
        f"{row['renewed_at']} {row['name']}（{row['owner']} {row['reference']}） {row['authority']}\n"
        f"  前 {row['before_sha256']}（{row['held_until']} まで）\n"
        f"  後 {row['after_sha256']}（{row['holds_until']} まで） 検証 {row['verdict']}"
    )


def _simulation(found: SimulationReport) -> dict[str, Any]:
    return {
        "held": found.held,
        "starts": _iso(found.starts),
        "ends": _iso(found.ends),
        "origin": found.origin,
        "problems": found.problems,
        "years": [
            {
                "at": _iso(year.at),
                "renewed": year.renewed,
                "authorities": list(year.authorities),
                "alive": list(year.alive),
                "verdicts": list(year.verdicts),
                "control": list(year.control),
            }
            for year in found.years
        ],
        "documents": [vars(document) for document in found.documents],
    }


def _simulation_words(found: SimulationReport) -> str:
    lines = [
        f"{_day(found.starts)} から {_day(found.ends)} まで、{len(found.documents)}件の写しで模擬しました。",
        found.origin,
        "",
        "年末の時点   更新  更新した時刻認証局             動いている認証局  検証（更新した文書）  検証（更新しない写し）",
    ]
    for year in found.years:
        authority = "、".join(year.authorities) or "-"
        alive = "、".join(name.split()[1] for name in year.alive) or "なし"
        verdicts, control = "、".join(sorted(set(year.verdicts))), "、".join(sorted(set(year.control)))
        lines.append(f"{_day(year.at)}  {year.renewed:>4}  {authority}  [{alive}]  {verdicts}  /  {control}")
    lines.append("")
    for document in found.documents:
        lines.append(
            f"{document.name}: {document.verdict}（更新 {document.renewals}回、{document.generations}つの認証局、"
            f"原本のバイト列{'を先頭に含む' if document.is_prefix else 'と違う'}、更新しない写しは {document.control_verdict}）"
        )
    lines += [f"! {problem}" for problem in found.problems]
    lines.append("すべて有効なまま保たれました。" if found.held else "保たれなかったものがあります。")
    return "\n".join(lines)
