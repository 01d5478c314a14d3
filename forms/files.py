"""Form files (様式ファイル): one paper of a city in a file of its own, or several under [[forms]].

A city's forms are those in its city file and those in the form files of its folder: the bundled ones under
`forms/official/data/<slug>/`, an office's own under `instance/forms/<slug>/`. A form of an office replaces
a bundled one of the same code and day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from forms.definitions import parse_form
from forms.errors import FormFileErrors
from forms.model import FormDefinition
from procurement.cities.loader import CityFile, CityFileErrors, Problem
from procurement.cities.values import read_day
from procurement.rules import CityRules

BUNDLED = Path(__file__).parent / "official" / "data"
Tables = list[tuple[str, dict[str, Any]]]


def read_form_file(path: Path, cities: Mapping[str, CityRules]) -> list[FormDefinition]:
    """The forms of one file. Raises CityFileErrors with every mistake: file, line, key, what was expected."""
    file = CityFile.open(path)
    definitions, mistakes = [], list[tuple[str, str]]()
    tables, problem = _tables(file.raw, _city_of(path, file.raw, cities))
    mistakes += problem
    for where, raw in tables:
        try:
            definitions.append(parse_form(raw, where))
        except FormFileErrors as errors:
            mistakes += errors.problems
    if problems := file.problems(mistakes):
        raise CityFileErrors(problems)
    return definitions


def with_form_files(
    cities: Mapping[str, CityRules], own: Path | None = None
) -> tuple[dict[str, CityRules], list[Problem]]:
    """The cities with the forms of their form files; a file with mistakes is left out and its mistakes told."""
    problems: list[Problem] = []
    completed = {}
    for slug, rules in cities.items():
        tables: list[dict[str, Any]] = list(rules.forms)
        for path in _files_of(slug, own):
            try:
                read_form_file(path, {slug: rules})
            except CityFileErrors as errors:
                problems += errors.problems
                continue
            tables = _laid_over(tables, [raw for _, raw in _tables(CityFile.open(path).raw, rules)[0]])
        completed[slug] = rules if tables == list(rules.forms) else replace(rules, forms=tuple(tables))
    return completed, problems


def _files_of(slug: str, own: Path | None) -> Iterable[Path]:
    folders = [BUNDLED / slug, *([own / slug] if own is not None else [])]
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.toml"))]


def _city_of(path: Path, raw: Mapping[str, Any], cities: Mapping[str, CityRules]) -> CityRules | None:
    """The city whose paper it is: the file says so, or its folder does."""
    return cities.get(str(raw.get("city", path.resolve().parent.name)))


def _tables(raw: Mapping[str, Any], city: CityRules | None) -> tuple[Tables, list[tuple[str, str]]]:
    """The form tables of a file with the path of their keys, completed with what the city's file says."""
    usual = {"source": city.source, "addressee": f"{city.mayor}　様"} if city is not None else {}
    if "forms" not in raw:
        return [("", {**usual, **{key: value for key, value in raw.items() if key != "city"}})], []
    unknown = [
        (key, "知らないキーです。ここに書けるのは city と [[forms]] です")
        for key in raw
        if key not in ("city", "forms")
    ]
    forms = raw["forms"] if isinstance(raw["forms"], list) else [raw["forms"]]
    if not forms or not all(isinstance(form, Mapping) for form in forms):
        return [], [*unknown, ("forms", "一つ以上の表 [[forms]] が要ります")]
    return [(f"forms[{place}]", {**usual, **form}) for place, form in enumerate(forms)], unknown


def _laid_over(tables: list[dict[str, Any]], more: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {_version(raw) for raw in more}
    return [*(raw for raw in tables if _version(raw) not in names), *more]


def _version(raw: Mapping[str, Any]) -> tuple[str, date | None]:
    return str(raw.get("code")), read_day(raw.get("effective_from"))
