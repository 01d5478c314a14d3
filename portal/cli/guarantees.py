"""Guarantees on the command line (保証): what a key notice says. The registry's look-up joins the same group."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from guarantees.notices import SAID, Notice
from portal.notice_reading import notices_in, refusal_of
from procurement.errors import RuleViolation

group = AppGroup("guarantee", help="保証: お知らせの読み取り、保証確認サービスへの照会")
LABELS = {
    "guarantee_contract_number": "保証契約番号",
    "authentication_key": "認証キー",
    "product": "保証の種類",
    "work_name": "工事名",
    "orderer": "発注者",
    "contractor": "受注者",
    "issuer": "保証機関",
}


@group.command("read-notice")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSONで示す。書いていない項目は null。")
@click.option("--all", "all_of_them", is_flag=True, help="一つのPDFにある、すべてのお知らせを示す。")
def read_notice_file(file: Path, as_json: bool, all_of_them: bool) -> None:
    """認証キーのお知らせ（PDF）を読み、書いてあることを示します。認証キーも示すので、画面の扱いに注意します。

    終了コード 0: お知らせを読んだ。1: PDFだが、お知らせではない。2: PDFとして開けない。
    """
    try:
        if not file.is_file():
            raise RuleViolation("upload.missing", f"{file} というファイルはありません。")
        notices = notices_in(file, file.name)
    except RuleViolation as unreadable:
        click.echo(unreadable.sentence(), err=True)
        sys.exit(2)
    refusal = refusal_of(notices[0], file.name)
    if as_json or refusal is None:
        _show(notices, as_json, all_of_them)
    for line in [refusal.sentence()] if refusal else _remarks(notices, all_of_them):
        click.echo(line, err=True)
    sys.exit(1 if refusal else 0)


def _show(notices: tuple[Notice, ...], as_json: bool, all_of_them: bool) -> None:
    values = [values_of(notice) for notice in notices]
    if as_json:
        click.echo(json.dumps(values if all_of_them else values[0], ensure_ascii=False, indent=2))
        return
    for said in values if all_of_them else values[:1]:
        click.echo("\n".join(f"{LABELS[name]}: {text or '（記載なし）'}" for name, text in said.items()))


def values_of(notice: Notice) -> dict[str, Any]:
    """The notice as the command prints it, its key in the open: that is what the command is for."""
    said = {name: getattr(notice, name) for name in SAID}
    key = notice.authentication_key
    return {
        name: (key.reveal() if key else None) if name == "authentication_key" else said[name]
        for name in LABELS
    }


def _remarks(notices: tuple[Notice, ...], all_of_them: bool) -> list[str]:
    remarks = []
    if len(notices) > 1 and not all_of_them:
        remarks.append(
            f"お知らせが{len(notices)}件あります。初めの1件を示しました。すべて示すには --all を付けます。"
        )
    missing = [
        label
        for name, label in (("guarantee_contract_number", "保証契約番号"), ("authentication_key", "認証キー"))
        if any(getattr(notice, name) is None for notice in (notices if all_of_them else notices[:1]))
    ]
    if missing:
        remarks.append(f"{'と'.join(missing)}は読み取れません。お知らせを見て入力してください。")
    return remarks
