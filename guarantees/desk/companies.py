"""What each surety company's desk says of itself (保証会社の窓口の決まり): branches, numbers, words, as data."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("companies.toml")


@dataclass(frozen=True)
class DeskCompany:
    """The desk of one surety company (保証会社の窓口). `number_head` begins its guarantee contract numbers."""

    issuer: str
    address: str
    head: str
    number_head: str
    branches: tuple[str, ...]
    assumed_branches: tuple[str, ...]
    closing: str
    """Closing sentence of a certificate; `{product}` is the product's name. (GUAR-60, GUAR-61)"""
    notes: tuple[str, ...]


@cache
def desk_companies() -> dict[str, DeskCompany]:
    """Every desk by the code of its company."""
    table = tomllib.loads(DATA.read_text(encoding="utf-8"))
    found = [_company(row) for row in table["companies"]]
    return {company.issuer: company for company in found}


def desk_of(issuer: str) -> DeskCompany:
    """The desk of a company; KeyError where there is none."""
    return desk_companies()[issuer]


def _company(row: dict[str, Any]) -> DeskCompany:
    values: dict[str, Any] = {}
    for name, value in row.items():
        values[name] = tuple(value) if isinstance(value, list) else value
    return DeskCompany(**values)
