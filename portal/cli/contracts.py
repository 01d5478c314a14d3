"""`flask --app wsgi contract`: the contracts of every city, their originals, and the date that nobody can choose."""

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.acting import acting, house, looking
from portal.case_archives import as_text_cell
from portal.cli.output import as_json, show
from portal.workflows.guarantee_on_paper import UNCONFIRMED
from portal.workflows.move_to_paper import conclude_on_paper, note_refused_date
from procurement.contracts import Contract, ContractDocument, ContractStage
from procurement.errors import RuleViolation

group = AppGroup("contract", help="Contracts.")
INDEX_HEADINGS = ("契約番号", "市", "件名", "相手方", "契約金額", "契約締結日", "ファイル", "SHA-256")


@group.command("list")
@click.option("--city", help="Slug of one city.")
@click.option("--stage", type=click.Choice([stage.value for stage in ContractStage]))
@as_json
def list_contracts(city: str | None, stage: str | None, as_json: bool) -> None:
    """List contracts with their stage and documents."""
    with looking() as act:
        query = select(Contract).options(selectinload(Contract.documents)).order_by(Contract.number)
        if city:
            query = query.where(Contract.city == city)
        found = [c for c in act.session.scalars(query) if stage in (None, c.stage.value)]
        rows = [_as_row(contract) for contract in found]
    show(rows, as_json, _in_words)


@group.command()
@click.argument("number")
@click.option("-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path))
def export(number: str, output: Path) -> None:
    """Write the PDFs of a contract and an index into a folder."""
    with looking() as act:
        contract = _contract(act.session, number)
        output.mkdir(parents=True, exist_ok=True)
        rows = [_export_document(contract, document, output) for document in contract.documents]
    with (output / "index.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([INDEX_HEADINGS, *([as_text_cell(cell) for cell in row] for row in rows)])
    for row in rows:
        click.echo(row[-2])
    click.echo("index.csv")


@group.command("record-date")
@click.argument("number")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option(
    "--guarantee-open-because",
    default="",
    help="Why no guarantee could be confirmed, where the contract needs one.",
)
def record_date(number: str, day: datetime, guarantee_open_because: str) -> None:
    """Record the date of a contract signed on paper; an electronic one has the day of its last signature."""
    try:
        with acting() as act:
            contract, because = _contract(act.session, number), guarantee_open_because
            conclude_on_paper(act, contract, on=day.date(), guarantee_open_because=because)
    except RuleViolation as refusal:
        if refusal.code != UNCONFIRMED:
            with acting() as act:
                note_refused_date(act, _contract(act.session, number), day.date())
        raise click.ClickException(refusal.sentence()) from refusal
    click.echo(f"{number}: 契約締結日 {day:%Y-%m-%d} を記録しました。")


def _contract(session: Session, number: str) -> Contract:
    contract = session.scalar(select(Contract).where(Contract.number == number))
    if contract is None:
        raise click.ClickException(
            f"契約番号「{number}」の契約はありません。contract list で番号を確かめます。"
        )
    return contract


def _as_row(contract: Contract) -> dict[str, Any]:
    return {
        "number": contract.number,
        "city": contract.city,
        "title": contract.title,
        "stage": contract.stage.value,
        "concluded_on": _iso(contract.concluded_on),
        "documents": [
            {"name": document.name, "sha256": document.final_sha256 or document.draft_sha256}
            for document in contract.documents
        ],
    }


def _in_words(row: dict[str, Any]) -> str:
    concluded = f"  締結日 {row['concluded_on']}" if row["concluded_on"] else ""
    return f"{row['number']}  [{row['stage']}]  {row['title']}{concluded}"


def _export_document(contract: Contract, document: ContractDocument, output: Path) -> tuple[Any, ...]:
    sha256 = document.final_sha256 or document.draft_sha256
    name = f"{document.position:02d}_{_safe(document.name)}.pdf"
    (output / name).write_bytes(house().store.read(sha256))
    return (
        contract.number,
        contract.city,
        contract.title,
        contract.company.name,
        contract.contract_price,
        _iso(contract.concluded_on),
        name,
        sha256,
    )


def _safe(name: str) -> str:
    return "".join(
        "_" if character in '/\\:*?"<>|' or ord(character) < 32 else character for character in name
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
