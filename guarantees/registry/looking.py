"""One look (照会) as the database carries it out, and what it came to; the same on both databases."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from guarantees.registry.orm import LookOutcome
from guarantees.registry.paces import Counters


@dataclass(frozen=True)
class Look:
    """What is asked. `hashes` are the typed key's keyed hashes for each company that the number may be of.

    `logged_number` is the number when it has the shape of one; anything else may be a key in the wrong field.
    """

    orderer: str
    number: str
    hashes: dict[str, str] = field(repr=False)
    counters: Counters
    asked_by: str
    address: str
    now: datetime
    logged_number: str | None


@dataclass(frozen=True)
class Seen:
    """What it came to: for FOUND the row of the certificate, for LOCKED the end of the wait."""

    outcome: LookOutcome
    until: datetime | None = None
    issuer: str = ""
    number: str = ""
    history: list[Any] = field(default_factory=list)
