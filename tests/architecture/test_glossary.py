"""The glossary: one Japanese term, one class, said in the first line of its docstring."""

import ast
from functools import cache

import pytest

from tests.architecture.sources import name_of, source_files, tree_of

TERMS = {
    "ProcurementCase": "案件",
    "Award": "落札",
    "Company": "事業者",
    "Contract": "契約",
    "Filing": "届出",
    "CityCalendar": "開庁日",
    "Deadline": "期限",
    "Envelope": "封筒",
    "Account": "利用者",
}


@cache
def docstrings() -> dict[str, list[tuple[str, str]]]:
    """File and first line of each class of the glossary, by its name; all files are walked once."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in TERMS}
    for path in source_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef) and node.name in found:
                found[node.name].append((name_of(path), (ast.get_docstring(node) or "").splitlines()[0]))
    return found


@pytest.mark.parametrize(("class_name", "term"), TERMS.items())
def test_a_class_of_the_glossary_exists_once_and_names_its_term(class_name: str, term: str) -> None:
    found = docstrings()[class_name]
    assert len(found) == 1, found
    assert term in found[0][1]
