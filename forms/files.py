"""Form files (様式ファイル): one paper of a city in a file of its own, or several under [[forms]].

A city's forms are those in its city file and those in the form files of its folder: the bundled ones under
`forms/official/data/<slug>/`, an office's own under `instance/forms/<slug>/`, or in `instance/forms/` itself
where the file names its city. A form of an office replaces a bundled one of the same code and day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from forms.definitions import parse_form
from forms.errors import FormFileErrors
from forms.meanings import Meaning
from forms.model import FormDefinition
from procurement.cities.loader import CityFile, CityFileErrors, Problem
from procurement.cities.values import read_day, shown
from procurement.rules import CityRules

BUNDLED = Path(__file__).parent / "official" / "data"
NO_CITY = '先頭に city = "市のslug" と書くか、instance/forms/<市のslug>/ に置きます。'
Tables = list[tuple[str, dict[str, Any]]]


def read_form_file(path: Path, cities: Mapping[str, CityRules]) -> list[FormDefinition]:
    """The forms of one file. Raises CityFileErrors with every mistake: file, line, key, what was expected."""
    try:
        file = CityFile.open(path)
        definitions, mistakes = _judged(path, file, cities)
    except RecursionError:
        raise CityFileErrors([Problem(path.name, "", "表の重なりが深すぎて読めません")]) from None
    if problems := file.problems(mistakes):
        raise CityFileErrors(problems)
    return definitions


def with_form_files(
    cities: Mapping[str, CityRules], own: Path | None = None
) -> tuple[dict[str, CityRules], list[Problem]]:
    """The cities with the forms of their form files; a file with mistakes is left out and its mistakes told."""
    problems: list[Problem] = []
    completed = dict(cities)
    for path in _files(cities, own):
        try:
            read_form_file(path, cities)
        except CityFileErrors as errors:
            problems += errors.problems
            continue
        raw = CityFile.open(path).raw
        rules = city_of(path, raw, completed)
        if rules is None:
            text = f"{NO_CITY}登録されている市: {'、'.join(cities)}"
            problems.append(Problem(path.name, "city", text))
            continue
        tables = _laid_over(list(rules.forms), [table for _, table in _tables(raw, rules)[0]])
        completed[rules.slug] = replace(rules, forms=tuple(tables))
    return completed, problems


def city_of(path: Path, raw: Mapping[str, Any], cities: Mapping[str, CityRules]) -> CityRules | None:
    """The city whose paper it is: the file says so, by slug or name, or its folder does."""
    named = raw.get("city", path.resolve().parent.name)
    if not isinstance(named, str):
        return None
    return cities.get(named) or next((city for city in cities.values() if city.name == named), None)


def _files(cities: Mapping[str, CityRules], own: Path | None) -> Iterable[Path]:
    """The bundled ones of each city, then an office's own, in the folder itself or in that of a city."""
    folders = [BUNDLED / slug for slug in cities]
    folders += [own, *(own / slug for slug in cities)] if own is not None else []
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.toml"))]


def _judged(
    path: Path, file: CityFile, cities: Mapping[str, CityRules]
) -> tuple[list[FormDefinition], list[tuple[str, str]]]:
    city = city_of(path, file.raw, cities)
    tables, mistakes = _tables(file.raw, city)
    mistakes += _city_mistakes(path, file.raw, city, cities)
    definitions: list[FormDefinition] = []
    for where, raw in tables:
        if city is None and (missing := [key for key in ("addressee", "source") if key not in raw]):
            if "city" not in file.raw:
                mistakes.append(("city", f"{NO_CITY}{'と'.join(missing)} は市のファイルのものになります"))
            raw |= dict.fromkeys(missing, "？")
        try:
            form = parse_form(raw, where)
        except FormFileErrors as errors:
            mistakes += errors.problems
            continue
        definitions.append(form)
        mistakes += _usage_form_mistakes(form, where, city)
    mistakes += _twice(definitions)
    return definitions, mistakes


def _city_mistakes(
    path: Path, raw: Mapping[str, Any], city: CityRules | None, cities: Mapping[str, CityRules]
) -> Iterable[tuple[str, str]]:
    if "city" not in raw:
        return
    folder = path.resolve().parent.name
    if city is None:
        words = shown(raw["city"])
        yield "city", f"登録されている市のslugが要ります: {'、'.join(cities)}（いまは {words}）"
    elif folder in cities and city.slug != folder:
        yield "city", f"{folder} のフォルダーにありますが、city は {city.slug} です。どちらかに合わせます"


def _usage_form_mistakes(
    form: FormDefinition, where: str, city: CityRules | None
) -> Iterable[tuple[str, str]]:
    """A usage application without an address to which the request for signing goes is of no use."""
    if city is None or form.code != city.usage_application.form:
        return
    address = form.field_that_means(Meaning.SIGNATORY_EMAIL)
    if address is None or not address.required:
        key = f"{where}.sections" if where else "sections"
        yield key, '利用申請の様式には、means = "signatory.email" で required = true の欄が要ります'


def _twice(definitions: list[FormDefinition]) -> Iterable[tuple[str, str]]:
    seen: set[tuple[str, date]] = set()
    for number, form in enumerate(definitions):
        if (form.code, form.effective_from) in seen:
            text = f"様式 {form.code} には、{form.effective_from}からの版がすでにあります"
            yield f"forms[{number}].effective_from", text
        seen.add((form.code, form.effective_from))


def _tables(raw: Mapping[str, Any], city: CityRules | None) -> tuple[Tables, list[tuple[str, str]]]:
    """The form tables of a file with the path of their keys, completed with what the city's file says."""
    usual = {"source": city.source, "addressee": f"{city.mayor}　様"} if city is not None else {}
    forms = raw.get("forms")
    if "forms" not in raw or (isinstance(forms, Mapping) and "code" in raw):
        nested = [(f"forms.{key}", f"様式を直接書くときは [{key}] と書きます") for key in forms or ()]
        kept = {key: value for key, value in raw.items() if key not in ("city", "forms")}
        return [("", {**usual, **kept})], nested
    unknown = [
        (
            key,
            f"知らないキーです。ここに書けるのは city と [[forms]] です（様式の中なら forms.{key} と書きます）",
        )
        for key in raw
        if key not in ("city", "forms")
    ]
    items = forms if isinstance(forms, list) else [forms]
    if not items or not all(isinstance(form, Mapping) for form in items):
        return [], [*unknown, ("forms", "一つ以上の表 [[forms]] が要ります")]
    return [(f"forms[{place}]", {**usual, **form}) for place, form in enumerate(items)], unknown


def _laid_over(tables: list[dict[str, Any]], more: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {_version(raw) for raw in more}
    return [*(raw for raw in tables if _version(raw) not in names), *more]


def _version(raw: Mapping[str, Any]) -> tuple[str, date | None]:
    return str(raw.get("code")), read_day(raw.get("effective_from"))
