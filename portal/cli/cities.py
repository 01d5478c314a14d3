"""City rules on the command line (市の規則): list, check a file, and ask about eligibility, deadlines, amendments."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from flask import current_app
from flask.cli import AppGroup

from forms.definitions import FormFileErrors, parse_forms
from portal import clock
from portal.cli.city_summaries import cautions, summary
from portal.cli.output import as_json, show
from procurement.cities.loader import CityFile, CityFileErrors, Problem, load_cities
from procurement.cities.reader import Mistake
from procurement.cities.schema import read_city
from procurement.errors import RuleViolation
from procurement.guarantee_limits import (
    GuaranteeLimits,
    largest_advance,
    largest_interim,
    least_contract_guarantee,
    limit_lines,
    limits_for,
)
from procurement.rules import (
    CaseFacts,
    CityRules,
    Deadline,
    Eligibility,
    ProcurementCategory,
    ProcurementMethod,
    Route,
)
from procurement.wareki import JST, format_wareki, jst_date, parse_date
from procurement.words import Worded

W = TypeVar("W", bound=Worded)

cities_group = AppGroup("city", help="市の規則: 一覧、市ファイルの点検、電子契約の可否、期限、変更契約")


class JapaneseDate(click.ParamType[date]):
    """A date (日付) in the western or the Japanese calendar."""

    name = "日付"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the text, or refuse it in words."""
        try:
            return value if isinstance(value, date) else parse_date(str(value))
        except RuleViolation as refusal:
            self.fail(refusal.sentence(), param, ctx)


class Instant(click.ParamType[datetime]):
    """An instant (日時) in ISO 8601; without an offset it is Japanese time, without a time midnight."""

    name = "日時"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the text, or refuse it in words."""
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(
                f"「{value}」は日時として読めません。2026-05-01T10:00+09:00 のように書きます。", param, ctx
            )
        return at.replace(tzinfo=JST) if at.tzinfo is None else at


def city_folder() -> Path:
    """Where an office keeps its own city files: cities/ in the instance folder."""
    return Path(current_app.config["INSTANCE"]) / "cities"


def city_of(slug: str) -> CityRules:
    """The rules of a city by its slug; exits with the reason when there is none."""
    cities = all_cities()
    if slug not in cities:
        stop(f"「{slug}」という市はありません。登録されている市: {'、'.join(cities)}")
    return cities[slug]


def all_cities() -> dict[str, CityRules]:
    """All cities; exits with every mistake when a file cannot be used."""
    try:
        return load_cities(city_folder())
    except CityFileErrors as errors:
        stop("市ファイルに誤りがあります。\n" + "\n".join(str(problem) for problem in errors.problems))


def stop(text: str) -> NoReturn:
    """Say why on standard error and end with exit code 1."""
    click.echo(text, err=True)
    sys.exit(1)


def word(kind: type[W], text: str) -> W:
    """The member of an enumeration; exits with the allowed words when there is none."""
    found = kind.read(text)
    if found is None:
        stop(f"「{text}」は使えません。{kind.hint(text)}次のいずれかを書きます: {kind.allowed()}")
    return found


@cities_group.command("list")
@as_json
def list_cities(as_json: bool) -> None:
    """登録されている市の一覧を示します。"""
    rows = [
        {"slug": c.slug, "name": c.name, "mayor": c.mayor, "service": c.service}
        for c in all_cities().values()
    ]
    show(rows, as_json, lambda row: f"{row['slug']}\t{row['name']}\t{row['service']}")


@cities_group.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def check_file(file: Path) -> None:
    """市ファイルを点検し、誤りをすべて示します。"""
    rules, problems = checked(file)
    if rules is None or problems:
        lines = "\n".join(str(problem) for problem in problems)
        stop(f"{file.name}: 誤りが{len(problems)}件あります。\n{lines}")
    click.echo("\n".join([f"{file.name}: 問題ありません。", *summary(rules), *cautions(rules)]))


def checked(path: Path) -> tuple[CityRules | None, list[Problem]]:
    """The rules of a file and every mistake in it, those of its forms included, in the order of the file."""
    try:
        file = CityFile.open(path)
    except CityFileErrors as errors:
        return None, errors.problems
    mistakes: list[Mistake] = []
    rules = read_city(file.raw, mistakes)
    found: list[tuple[str, str]] = [*mistakes]
    try:
        parse_forms(rules.forms)
    except FormFileErrors as errors:
        found += errors.problems
    return rules, file.problems(found)


@cities_group.command("eligibility")
@click.argument("slug")
@click.option("--category", required=True, help="案件の種別。")
@click.option("--method", required=True, help="契約の方法。")
@click.option("--noticed-on", type=JapaneseDate(), help="公告（現場説明など）の日。")
@click.option("--awarded-on", type=JapaneseDate(), help="落札決定の日。")
@click.option("--contract-on", type=JapaneseDate(), help="契約日（予定の日を含む）。")
@click.option("--performance-starts-on", type=JapaneseDate(), help="履行開始日。")
@click.option("--performance-ends-on", type=JapaneseDate(), help="履行期限。")
@click.option("--price", type=click.IntRange(min=0), help="契約金額（税込、円）。")
@click.option("--section", help="担当課。")
@click.option("--council-approval", is_flag=True, help="議会の議決を要する案件。")
@click.option("--trial", is_flag=True, help="試行案件の指定がある案件。")
@as_json
def show_eligibility(slug: str, category: str, method: str, as_json: bool, **given: Any) -> None:
    """案件を電子契約で締結できるかどうかを、理由とともに示します。"""
    facts = CaseFacts(
        category=word(ProcurementCategory, category),
        method=word(ProcurementMethod, method),
        noticed_on=given["noticed_on"],
        awarded_on=given["awarded_on"],
        contract_on=given["contract_on"],
        performance_starts_on=given["performance_starts_on"],
        performance_ends_on=given["performance_ends_on"],
        contract_price=given["price"],
        section=given["section"],
        requires_council_approval=given["council_approval"],
        is_trial=given["trial"],
    )
    found = city_of(slug).eligibility(facts)
    value = {"eligible": found.eligible, "reasons": [reason.as_dict() for reason in found.reasons]}
    show(value, as_json, lambda _: eligibility_words(found))


def eligibility_words(found: Eligibility) -> str:
    """The decision and each reason with its source."""
    head = "電子契約の対象です。" if found.eligible else "電子契約の対象ではありません。"
    return "\n".join([head, *(with_source(reason.text, reason.source) for reason in found.reasons)])


def with_source(text: str, source: str) -> str:
    """One line of a list: a sentence and where it stands."""
    return f"- {text}" + (f"［出典: {source}］" if source else "")


@cities_group.command("deadlines")
@click.argument("slug")
@click.option("--category", required=True, help="案件の種別。")
@click.option("--method", help="契約の方法（期限が方法で異なる市だけ）。")
@click.option("--awarded-at", type=Instant(), required=True, help="落札決定の日時（ISO 8601）。")
@as_json
def show_deadlines(slug: str, category: str, method: str | None, awarded_at: datetime, as_json: bool) -> None:
    """落札決定から始まる期限を示します。"""
    kind = word(ProcurementCategory, category)
    way = word(ProcurementMethod, method) if method else None
    found = city_of(slug).deadlines(kind, awarded_at, way)
    value = [deadline.as_dict() for deadline in found]
    # In words the whole list is one answer, so that an empty one says so.
    show(value if as_json else {}, as_json, lambda _: deadline_words(found))


def deadline_words(found: tuple[Deadline, ...]) -> str:
    """Each deadline with its reason and source, or that there is none."""
    if not found:
        return "この市の規則に、落札決定から始まる期限はありません。"
    return "\n".join(
        f"{with_source(d.text, d.source)}\n  起算日: {format_wareki(d.counted_from)}" for d in found
    )


@cities_group.command("amendment")
@click.argument("slug")
@click.option("--original", required=True, help="当初契約の方式: electronic または paper。")
@click.option("--on", "on", type=JapaneseDate(), help="いつの規則で見るか（省くと今日）。")
@as_json
def show_amendment(slug: str, original: str, on: date | None, as_json: bool) -> None:
    """変更契約を電子契約で締結できるかどうかを示します。"""
    decision = city_of(slug).amendment(word(Route, original), on or jst_date(clock.now()))
    head = "電子契約で締結できます。" if decision.allowed else "電子契約では締結できません。"
    show(decision.as_dict(), as_json, lambda _: f"{head}\n{with_source(decision.text, decision.source)}")


@cities_group.command("limits")
@click.argument("slug")
@click.option("--category", required=True, help="案件の種別。")
@click.option("--on", "on", type=JapaneseDate(), required=True, help="契約日（締結前は今日）。")
@click.option("--price", type=click.IntRange(min=0), help="契約金額（税込、円）。額を計算します。")
@as_json
def show_limits(slug: str, category: str, on: date, price: int | None, as_json: bool) -> None:
    """契約保証の額と前払金の割合を、根拠とともに示します。"""
    limits = limits_for(city_of(slug), word(ProcurementCategory, category), on)
    value = {
        "on": on.isoformat(),
        "limits": {
            line.key: {
                "value": line.value.value if line.value else None,
                "source": line.value.source if line.value else None,
                "is_assumed": line.value is not None and line.value.is_assumed,
                "is_national": line.value is not None and line.value.is_national,
            }
            for line in limit_lines(limits)
        },
        "amounts": _amounts(limits, price),
    }
    show(value, as_json, lambda _: _limit_words(limits, price))


def _amounts(limits: GuaranteeLimits, price: int | None) -> dict[str, int]:
    if price is None:
        return {}
    return {
        "least_contract_guarantee": least_contract_guarantee(limits, price).amount,
        "largest_advance": largest_advance(limits, price).amount,
        "largest_interim": largest_interim(limits, price).amount,
    }


def _limit_words(limits: GuaranteeLimits, price: int | None) -> str:
    lines = [
        with_source(f"{line.label}: {line.words}", line.value.where if line.value else "")
        for line in limit_lines(limits)
    ]
    if price is not None:
        lines += [
            f"契約保証: {least_contract_guarantee(limits, price).words}",
            f"前払金: {largest_advance(limits, price).words}",
            f"中間前払金: {largest_interim(limits, price).words}",
        ]
    return "\n".join(lines)
