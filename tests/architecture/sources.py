"""What the architecture tests read: the repository's own Python files."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("portal", "forms", "guarantees", "procurement", "signing")


def source_files(*packages: str) -> list[Path]:
    """Every Python file of the packages (all of ours when none is named)."""
    return sorted(path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py"))


def template_files() -> list[Path]:
    """Every template of the portal."""
    return sorted(path for path in (ROOT / "portal" / "templates").rglob("*") if path.is_file())


def name_of(path: Path) -> str:
    """The path as it stands in the repository."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls_of(path: Path) -> Iterator[str]:
    """Every call of a file, as it is written before its parenthesis: `session.commit`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
