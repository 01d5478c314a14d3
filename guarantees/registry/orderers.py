"""Supported orderers (対応している発注者): since when, how many of each kind, and how much they are used."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from guarantees.errors import GuaranteeRefused
from guarantees.registry.orm import Orderer, OrdererKind

NEEDED = ("code", "name", "kind", "starts_on")
COUNTS = ("advance_guarantees", "electronic_advance_guarantees")
KEYS = frozenset((*NEEDED, *COUNTS, "counted_on"))
LONGEST = {"code": 40, "name": 200}


@dataclass(frozen=True)
class Usage:
    """Use of electronic guarantees by one orderer (電子保証利用率), in guarantees of the period. (GUAR-77)"""

    name: str
    starts_on: date
    total: int
    electronic: int
    counted_on: date | None

    @property
    def rate(self) -> Decimal:
        """Percent, rounded half up to one place."""
        share = Decimal(100 * self.electronic) / Decimal(self.total)
        return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


def orderer_of(session: Session, code: str) -> Orderer | None:
    """The orderer of a code, with its first day; None for one that the registry does not serve. (GUAR-74)"""
    return session.scalar(select(Orderer).where(Orderer.code == code))


def supported(session: Session) -> Sequence[Orderer]:
    """The supported orderers by kind and first day, also those that begin later."""
    found = session.scalars(select(Orderer).order_by(Orderer.starts_on, Orderer.code))
    kinds = list(OrdererKind)
    return sorted(found, key=lambda orderer: kinds.index(orderer.kind))


def counts(orderers: Iterable[Orderer]) -> dict[OrdererKind, int]:
    """How many there are of each kind, the kinds without any included. (GUAR-74)"""
    found = dict.fromkeys(OrdererKind, 0)
    for orderer in orderers:
        found[orderer.kind] += 1
    return found


def usage(orderers: Iterable[Orderer]) -> list[Usage]:
    """The usage report: every orderer for which guarantees were counted. (GUAR-77)"""
    return [
        Usage(
            orderer.name,
            orderer.starts_on,
            orderer.advance_guarantees,
            orderer.electronic_advance_guarantees,
            orderer.counted_on,
        )
        for orderer in orderers
        if orderer.advance_guarantees
    ]


def load_orderers(session: Session, text: str) -> int:
    """Add or change the orderers of a TOML file ([[orderers]]); returns how many there are in it.

    Nothing is taken when anything is wrong: GuaranteeRefused names every mistake.
    """
    rows = _rows(text)
    problems = [problem for place, row in enumerate(rows, start=1) for problem in _problems(place, row)]
    codes = [str(row.get("code", "")) for row in rows]
    problems += [
        f"code「{code}」が重なっています。" for code in sorted({c for c in codes if codes.count(c) > 1})
    ]
    if problems:
        raise GuaranteeRefused("registry.orderers_file", "発注者の一覧を読み込めません。" + "".join(problems))
    for row in rows:
        known = orderer_of(session, row["code"])
        values = {**row, "kind": OrdererKind(row["kind"])}
        if known is None:
            session.add(Orderer(**values))
        else:
            for name, value in values.items():
                setattr(known, name, value)
    session.flush()
    return len(rows)


def _rows(text: str) -> list[dict[str, Any]]:
    try:
        rows = tomllib.loads(text)["orderers"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise GuaranteeRefused(
            "registry.orderers_file", f"発注者の一覧を、TOML の [[orderers]] として読めません（{error}）。"
        ) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise GuaranteeRefused("registry.orderers_file", "orderers は [[orderers]] の並びで書きます。")
    return rows


def _problems(place: int, row: dict[str, Any]) -> Iterable[str]:
    where = f"{place}件目（{row.get('code', '')}）"
    for name in NEEDED:
        if not row.get(name):
            yield f"{where}に {name} がありません。"
    for name, longest in LONGEST.items():
        if row.get(name) and (not isinstance(row[name], str) or len(row[name]) > longest):
            yield f"{where}の {name} は、{longest}字以内の文字列です。"
    for name in sorted(set(row) - KEYS):
        yield f"{where}の {name} は使えません。"
    if row.get("kind") and row["kind"] not in list(OrdererKind):
        yield f"{where}の kind は {'、'.join(OrdererKind)} のいずれかです。"
    for name in ("starts_on", "counted_on"):
        if name in row and (not isinstance(row[name], date) or isinstance(row[name], datetime)):
            yield f"{where}の {name} は日付（2024-04-01）です。"
    given = [row.get(name, 0) for name in COUNTS]
    if not all(type(count) is int and count >= 0 for count in given) or given[1] > given[0]:
        yield f"{where}の件数は0以上で、電子の件数は全体の件数までです。"
