"""Forms on the command line (様式): list a city's papers, check a form file, print a paper empty or filled."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from forms.facts import FormFacts
from forms.files import read_form_file
from forms.model import FormDefinition, form_in_force, forms_in_force
from forms.official.paper import render_paper
from forms.typed import ValuesUnreadable, read_values
from forms.validators import findings_for
from portal import clock
from portal.acting import house
from portal.cli.cities import JapaneseDate, stop
from portal.cli.output import as_json, show
from portal.workflows.usage_forms import definitions_of
from procurement.cities.kinds import ProcurementCategory
from procurement.cities.loader import CityFileErrors
from procurement.guarantee_limits import limits_for
from procurement.rules import CityRules
from procurement.wareki import format_wareki, jst_date

forms_group = AppGroup("form", help="様式: 一覧、様式ファイルの点検、印刷")


@forms_group.command("list")
@click.argument("city")
@click.option("--on", type=JapaneseDate(), help="この日に使う版。書かなければ今日。")
@as_json
def list_forms(city: str, on: date | None, as_json: bool) -> None:
    """市の様式の一覧を、案内する順に示します。まだ始まっていない版は「～から」で終わりに示します。"""
    day, definitions = on or jst_date(clock.now()), definitions_of(_city(city))
    found = sorted(forms_in_force(definitions, day), key=lambda form: form.offers[0].position)
    found += sorted((f for f in definitions if f.effective_from > day), key=lambda f: f.effective_from)
    rows = [
        {
            "code": form.code,
            "title": form.title,
            "number": form.number,
            "mark": form.offers[0].mark,
            "offers": [
                {
                    "categories": [str(c) for c in offer.categories],
                    "mark": offer.mark,
                    "required": offer.required,
                }
                for offer in form.offers
            ],
            "effective_from": form.effective_from.isoformat(),
            "in_force": form.effective_from <= day,
            "upload_only": form.is_upload_only,
            "source": form.source,
        }
        for form in found
    ]
    show(rows, as_json, _list_line)


def _list_line(row: dict[str, Any]) -> str:
    begins = format_wareki(date.fromisoformat(row["effective_from"]))
    later = "" if row["in_force"] else f"\t{begins}から使います"
    return f"{row['code']}\t{row['mark']}{row['title']}\t{row['number']}{later}"


@forms_group.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def check_form_file(file: Path) -> None:
    """様式ファイルを点検し、誤りをすべて示します。"""
    try:
        forms = read_form_file(file, house().cities)
    except CityFileErrors as errors:
        lines = "\n".join(str(problem) for problem in errors.problems)
        stop(f"{file.name}: 誤りが{len(errors.problems)}件あります。\n{lines}")
    click.echo(f"{file.name}: 問題ありません。")
    for form in forms:
        fields = sum(1 for _ in form.fields())
        click.echo(
            f"- {form.code}「{form.title}」 {format_wareki(form.effective_from)}から"
            f"  記入欄{fields}、添付書類{len(form.attachments)}"
        )


@forms_group.command("render")
@click.argument("city")
@click.argument("form_code")
@click.option(
    "--values", "given", metavar="JSON", help="記入内容: JSON、またはJSONファイルの名前。- なら標準入力。"
)
@click.option("--on", type=JapaneseDate(), help="この日に使う版。書かなければ今日。")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="書き出すPDF。")
def render(city: str, form_code: str, given: str | None, on: date | None, output: Path) -> None:
    """様式をPDFに印刷します。--values がなければ空の様式です。"""
    rules = _city(city)
    form = _form(rules, form_code, on or jst_date(clock.now()))
    try:
        values = read_values(form, _json(given)) if given else {}
    except ValuesUnreadable as unreadable:
        stop("記入内容を読めません。\n" + "\n".join(f"- {key}: {text}" for key, text in unreadable.problems))
    if given:
        facts = _facts(rules, form, jst_date(clock.now()))
        for finding in findings_for(form, values, facts):
            click.echo(f"! {finding.key}: {finding.text}", err=True)
    try:
        output.write_bytes(render_paper(form, values, clock.now()))
    except OSError as error:
        stop(f"{output} に書き出せません（{error.strerror}）。")
    click.echo(f"{output}: {form.title}")


def _facts(rules: CityRules, form: FormDefinition, today: date) -> FormFacts:
    """What is known without a case: the city's limits for the first kind of case to which the form is offered."""
    kinds = [kind for offer in form.offers for kind in offer.categories]
    category = kinds[0] if kinds else ProcurementCategory.CONSTRUCTION_WORKS
    return FormFacts(today=today, category=category, limits=limits_for(rules, category, today))


def _city(slug: str) -> CityRules:
    cities = house().cities
    if slug not in cities:
        stop(f"「{slug}」という市はありません。登録されている市: {'、'.join(cities)}")
    return cities[slug]


def _form(city: CityRules, code: str, on: date) -> FormDefinition:
    definitions = definitions_of(city)
    form = form_in_force(definitions, code, on)
    later = min((d.effective_from for d in definitions if d.code == code), default=None)
    if form is None and later is not None:
        stop(
            f"様式「{code}」は{format_wareki(later)}から使います。"
            f"その版を印刷するときは、--on {later} を付けます。"
        )
    if form is None:
        codes = "、".join(dict.fromkeys(definition.code for definition in definitions))
        stop(f"「{code}」という様式はありません。{city.name}の様式: {codes}")
    return form


def _json(given: str) -> dict[str, Any]:
    try:
        if given == "-":
            read = json.load(sys.stdin)
        elif given.lstrip().startswith("{"):
            read = json.loads(given)
        else:
            read = json.loads(Path(given).read_text("utf-8"))
    except OSError as error:
        stop(f"{given} を読めません（{error.strerror}）。")
    except (ValueError, RecursionError) as error:
        stop(f"--values はJSONとして読めません（{error}）。")
    if not isinstance(read, dict):
        stop('--values には {"欄のkey": 値} の形が要ります。')
    return read
