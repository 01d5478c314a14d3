"""Ends of algorithms (暗号アルゴリズムの使用期限): a dated table as data, each row with its source."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

from signing.errors import SetupRequired

BUILT_IN = Path(__file__).with_suffix(".toml")
JST = timezone(timedelta(hours=9), "JST")
LONG_AGO = date(1970, 1, 1)
_LABELS = {"rsa": "RSA", "ec": "楕円曲線", "ed25519": "Ed25519"}


@dataclass(frozen=True)
class AlgorithmEnd:
    """One row: a digest (`min_bits` 0) or a kind of key from a length on, and the last day it may be relied on."""

    name: str
    min_bits: int
    ends_on: date
    source: str
    checked: date | None

    @property
    def ends_at(self) -> datetime:
        """The instant at which that day is over in Japan."""
        return datetime.combine(self.ends_on + timedelta(days=1), time(), JST)


@dataclass(frozen=True)
class AlgorithmEnds:
    """The whole table (使用期限の表)."""

    digests: Mapping[str, AlgorithmEnd]
    keys: Sequence[AlgorithmEnd]

    def of_digest(self, name: str) -> AlgorithmEnd:
        """The row of a digest algorithm; one that the table does not know has ended long ago."""
        return self.digests.get(name) or _unknown(name)

    def of_key(self, name: str, bits: int) -> AlgorithmEnd:
        """The row of a key; one that is too short or of an unknown kind has ended long ago."""
        rows = [row for row in self.keys if row.name == name and row.min_bits <= bits]
        return max(rows, key=lambda row: row.min_bits) if rows else _unknown(f"{name}-{bits}")

    def digest_until(self, until: datetime, candidates: Sequence[str]) -> str:
        """The first of these digests that lasts until then, or the one that lasts longest."""
        lasting = [name for name in candidates if self.of_digest(name).ends_at >= until]
        return lasting[0] if lasting else max(candidates, key=lambda name: self.of_digest(name).ends_at)

    @property
    def unchecked(self) -> int:
        """How many rows nobody has compared with their source yet."""
        return sum(row.checked is None for row in (*self.digests.values(), *self.keys))


def label(name: str, bits: int = 0) -> str:
    """How a person reads an algorithm: 「SHA-256」「RSA 2048ビット」."""
    if name.startswith("sha"):
        return f"SHA-{name.removeprefix('sha').replace('_', '-')}"
    return f"{_LABELS.get(name, name)} {bits}ビット" if bits else _LABELS.get(name, name)


def load_algorithm_ends(path: Path | None = None) -> AlgorithmEnds:
    """Reads the table; refuses one with a mistake in it and says where."""
    file = path or BUILT_IN
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        digests = {row["name"]: _row(row) for row in data["digest"]}
        keys = tuple(_row(row) for row in data["key"])
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise SetupRequired(
            f"暗号アルゴリズムの使用期限の表 {file} を読めません。",
            remedy="書式を確認するか、設定 PRESERVE_ALGORITHM_ENDS を空にして標準の表を使ってください。",
            reason=f"{type(error).__name__}: {error}",
        ) from error
    return AlgorithmEnds(digests, keys)


def _row(data: Mapping[str, Any]) -> AlgorithmEnd:
    ends_on, checked = data["ends_on"], data.get("checked", False)
    if type(ends_on) is not date or not (checked is False or type(checked) is date):
        raise ValueError(f"{data['name']}: ends_on and checked are dates")
    return AlgorithmEnd(
        name=str(data["name"]),
        min_bits=int(data.get("min_bits", 0)),
        ends_on=ends_on,
        source=str(data["source"]),
        checked=checked or None,
    )


def _unknown(name: str) -> AlgorithmEnd:
    return AlgorithmEnd(name, 0, LONG_AGO, "使用期限の表にない方式", None)
