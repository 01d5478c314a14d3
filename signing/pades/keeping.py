"""Kept answers about revocation (失効情報の控え): a port, in memory for one process, in the database for all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class KeptAnswer:
    """A verified OCSP response or CRL, when to ask again, and when it ends."""

    key: str
    kind: str
    content: bytes
    produced_at: datetime
    refresh_at: datetime
    expires_at: datetime
    source: str


class AnswerBook(Protocol):
    """Where answers are kept."""

    def find(self, key: str) -> KeptAnswer | None: ...

    def keep(self, answer: KeptAnswer) -> None: ...


class MemoryAnswerBook:
    """A book of this process alone."""

    def __init__(self) -> None:
        self._kept: dict[str, KeptAnswer] = {}

    def find(self, key: str) -> KeptAnswer | None:
        """The answer of that key, whether or not it still holds."""
        return self._kept.get(key)

    def keep(self, answer: KeptAnswer) -> None:
        self._kept[answer.key] = answer
