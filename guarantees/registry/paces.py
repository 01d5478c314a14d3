"""Growing waits (照会の一時停止) after failed looks: of one certificate, of one orderer, of one address. (GUAR-71)"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Pace:
    """After `free` failures each further one doubles the wait, from `first` up to `longest`.

    Failures are forgotten when none came for `forget_after`.
    """

    free: int
    first: timedelta
    longest: timedelta
    forget_after: timedelta

    def wait(self, failures: int) -> timedelta | None:
        """How long to wait after so many failures in a row; None: not at all."""
        over = failures - self.free
        return min(self.first * 2 ** min(over, 20), self.longest) if over >= 0 else None


CERTIFICATE = Pace(5, timedelta(minutes=1), timedelta(hours=24), timedelta(days=7))
"""One orderer and one number. 10,000 guesses take 27 years."""
ORDERER = Pace(100, timedelta(seconds=2), timedelta(seconds=20), timedelta(hours=1))
"""One orderer, whatever the number: short, for one officer's mistakes must not stop a city's work."""
ADDRESS = Pace(300, timedelta(seconds=2), timedelta(minutes=1), timedelta(hours=1))
"""One network address, whatever the orderer: a portal asks for several cities from one address."""


@dataclass(frozen=True)
class Counter:
    """A counter of failures: the key of its row, and its pace."""

    key: str
    pace: Pace


@dataclass(frozen=True)
class Counters:
    """The counters that a look stands under. Without an address (a look in the same process) there are two."""

    certificate: Counter
    others: tuple[Counter, ...]

    @property
    def all(self) -> tuple[Counter, ...]:
        """Every counter, always in the same order, so that two looks never wait for each other in a ring."""
        return (self.certificate, *self.others)


def counters(orderer: str, number: str, address: str) -> Counters:
    """The counters of one look. Only hashes are kept: what is typed as a number is sometimes a key."""
    others = [Counter(_key("orderer", orderer), ORDERER)]
    if address:
        others.append(Counter(_key("address", address), ADDRESS))
    return Counters(Counter(_key("certificate", orderer, number), CERTIFICATE), tuple(others))


def counted(
    pace: Pace, failures: int, last_at: datetime | None, now: datetime
) -> tuple[int, datetime | None]:
    """One more failure: the new number of them, and until when to wait."""
    forgotten = last_at is None or now - last_at > pace.forget_after
    total = 1 if forgotten else failures + 1
    wait = pace.wait(total)
    return total, now + wait if wait else None


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
