"""The rules of the house that a machine can check."""

import ast
import configparser
import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import forms
import guarantees
import portal
import procurement
import signing
from portal.tables import METADATA, TABLE_MODULES
from tests.architecture.sources import (
    PACKAGES,
    ROOT,
    calls_of,
    functions_of,
    name_of,
    source_files,
    template_files,
    tree_of,
)

CITY_FILES = sorted((ROOT / "procurement" / "cities" / "data").glob("*.toml"))
NAMES_CITIES = ("portal/demo/",)
CLOCK_READERS = {
    "portal/clock.py",
}
CLOCK = re.compile(r"\b(datetime|date)\.(now|utcnow|today)$|\btime\.time$")
FORBIDDEN_STEMS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "service"}
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_TEMPLATE = 400, 60, 160


def test_packages_are_ours_and_not_somebody_elses_of_the_same_name() -> None:
    for package in (forms, guarantees, portal, procurement, signing):
        assert Path(package.__path__[0]).parent == ROOT


def test_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_workflows_and_domain_load_no_flask() -> None:
    names = ["procurement", "guarantees", "signing", "portal.workflows"]
    modules = [name for package in names for name in _modules_of(package)]
    program = f"import sys, importlib\nfor name in {modules!r}: importlib.import_module(name)\nprint('flask' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == "False", found.stderr


def _modules_of(package: str) -> list[str]:
    folder = ROOT / package.replace(".", "/")
    return [package, *(module.name for module in pkgutil.walk_packages([str(folder)], f"{package}."))]


def test_no_city_is_named_in_code() -> None:
    words = [word for file in CITY_FILES for word in _names_of_city(file)]
    assert words, "there are city files"
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    found = [
        f"{name_of(path)}: {match.group()}"
        for path in [*source_files(), *template_files()]
        if not name_of(path).startswith(NAMES_CITIES)
        for match in [pattern.search(path.read_text(encoding="utf-8"))]
        if match
    ]
    assert found == []


def _names_of_city(file: Path) -> list[str]:
    name: str = tomllib.loads(file.read_text(encoding="utf-8"))["name"]
    return [file.stem, name.removesuffix("市")]


def test_the_clock_is_read_in_one_place() -> None:
    found = {name_of(path) for path in source_files() for call in calls_of(path) if CLOCK.search(call)}
    assert found == CLOCK_READERS


def test_only_the_unit_of_work_commits() -> None:
    found = {name_of(path) for path in source_files() for call in calls_of(path) if call.endswith(".commit")}
    assert found == {"portal/unit_of_work.py"}


def test_no_file_is_a_drawer() -> None:
    assert [name_of(path) for path in source_files() if path.stem in FORBIDDEN_STEMS] == []


def test_files_and_functions_are_small() -> None:
    files = [path for path in source_files() if "migrations/versions" not in name_of(path)]
    long_files = [name_of(path) for path in files if len(path.read_text().splitlines()) > LONGEST_FILE]
    long_functions = [
        f"{name_of(path)}: {function.name}"
        for path in files
        for function in functions_of(path)
        if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]
    assert long_files == []
    assert long_functions == []


def test_templates_are_small() -> None:
    long = [
        name_of(path) for path in template_files() if len(path.read_text().splitlines()) > LONGEST_TEMPLATE
    ]
    assert long == []


@pytest.mark.parametrize("path", source_files(), ids=name_of)
def test_every_module_says_what_it_is(path: Path) -> None:
    if "migrations/versions" not in name_of(path):
        assert ast.get_docstring(tree_of(path))


def test_every_table_is_known_to_the_migrations() -> None:
    tables = {table.name for metadata in METADATA for table in metadata.tables.values()}
    written = {
        match
        for path in source_files("portal", "procurement", "guarantees", "signing")
        for match in re.findall(r'^    __tablename__ = "(\w+)"', path.read_text(), re.MULTILINE)
    }
    assert tables == written
    assert all(module.__doc__ for module in TABLE_MODULES)


def test_every_package_is_typed_checked_and_linted() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    for package in PACKAGES:
        assert package in settings["mypy"]["packages"]
        assert package in settings["importlinter"]["root_packages"]
        assert importlib.import_module(package).__doc__


def test_lower_bounds_and_lock_file_name_the_same_packages() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    wanted = settings["options"]["install_requires"] + settings["options.extras_require"]["test"]
    locked = {_package(line) for line in (ROOT / "requirements.lock").read_text().splitlines() if line}
    assert {_package(line) for line in wanted.splitlines() if line.strip()} <= locked


def _package(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement.strip())[0].lower().replace("_", "-")
