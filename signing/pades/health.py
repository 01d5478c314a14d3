"""Health of authorities (時刻認証局・失効情報の状態): who answered, who fails, and who is left alone for a while.

The book is a port: in memory for one process, in the database (`signing.authorities`) for all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

FIRST_SKIP = timedelta(seconds=15)
LONGEST_SKIP = timedelta(minutes=5)

Chains = Sequence[tuple[bytes, ...]]


@dataclass(frozen=True)
class Standing:
    """How an authority stands (状態). `chains`: certificates (DER) it has signed with, each with those above it."""

    name: str
    kind: str = ""
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    problem: str | None = None
    milliseconds: int | None = None
    skip_until: datetime | None = None
    chains: Chains = ()


class HealthBook(Protocol):
    """Where the answers of authorities are written down. `at` is the instant of the answer, by our clock."""

    def standing(self, name: str) -> Standing: ...

    def answered(self, name: str, kind: str, at: datetime, milliseconds: int, chains: Chains) -> None: ...

    def failed(self, name: str, kind: str, at: datetime, milliseconds: int, problem: str) -> None: ...


class MemoryHealthBook:
    """A book of this process alone."""

    def __init__(self) -> None:
        self._standings: dict[str, Standing] = {}

    def standing(self, name: str) -> Standing:
        """What is known; an empty standing for one that was never asked."""
        return self._standings.get(name, Standing(name))

    def answered(self, name: str, kind: str, at: datetime, milliseconds: int, chains: Chains) -> None:
        self._standings[name] = after_answer(self.standing(name), kind, at, milliseconds, chains)

    def failed(self, name: str, kind: str, at: datetime, milliseconds: int, problem: str) -> None:
        self._standings[name] = after_failure(self.standing(name), kind, at, milliseconds, problem)


def after_answer(before: Standing, kind: str, at: datetime, milliseconds: int, chains: Chains) -> Standing:
    """A good answer ends every failure."""
    return Standing(before.name, kind, at, at, None, 0, None, milliseconds, None, tuple(chains))


def after_failure(before: Standing, kind: str, at: datetime, milliseconds: int, problem: str) -> Standing:
    """Each failure doubles the while for which the authority is left alone."""
    failures = before.failures + 1
    return replace(
        before,
        kind=kind,
        asked_at=at,
        failing_since=before.failing_since or at,
        failures=failures,
        problem=problem,
        milliseconds=milliseconds,
        skip_until=at + min(FIRST_SKIP * 2 ** min(failures - 1, 10), LONGEST_SKIP),
    )
