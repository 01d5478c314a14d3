"""Surety companies (保証事業会社): their names and the shapes of their numbers and keys, as data. (GUAR 9.5)"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("issuers.toml")


@dataclass(frozen=True)
class Issuer:
    """One surety company (保証事業会社). `layout` names the shape of its papers: east or west."""

    code: str
    name: str
    number: str
    number_example: str
    key: str
    key_length: int
    layout: str
    desk: str
    number_warn: str = ""
    key_excludes: str = ""
    note: str = ""

    def has_number(self, number: str) -> bool:
        """Whether a 保証契約番号 has one of this company's shapes, the doubtful one included."""
        shapes = [self.number, *([self.number_warn] if self.number_warn else [])]
        return any(re.fullmatch(shape, number) for shape in shapes)

    def doubts_number(self, number: str) -> bool:
        """Whether the number is taken with a warning only (for example 9 digits where 10 are usual)."""
        return not re.fullmatch(self.number, number) and self.has_number(number)


@cache
def issuers() -> tuple[Issuer, ...]:
    """Every surety company, in the order of the data file."""
    table = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return tuple(Issuer(**entry) for entry in table["issuers"])


def known_issuer(code: str) -> Issuer | None:
    """The company of a code; None for one that our data does not know, as another registry may name."""
    return next((issuer for issuer in issuers() if issuer.code == code), None)


def issuer_of(code: str) -> Issuer:
    """The company of a code; KeyError names the ones there are."""
    if (issuer := known_issuer(code)) is not None:
        return issuer
    raise KeyError(f"{code}: no such surety company; there are {', '.join(i.code for i in issuers())}")


def issuers_of_number(number: str) -> tuple[Issuer, ...]:
    """The companies whose numbers look like this one; none when it is no 保証契約番号 at all."""
    return tuple(issuer for issuer in issuers() if issuer.has_number(number))
