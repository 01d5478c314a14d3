"""The four behaviours of a registry (found, mismatch, unavailable, explodes), for the tests of every page and job."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from guarantees.certificates import Certificate, CertificateContents
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Answer, Found, Locked, NotFound, Unavailable


class Exploded(Exception):
    """What the exploding registry raises, against its promise: callers have to survive even that."""


@dataclass
class FakeRegistry:
    """A registry that answers by a function, and remembers who asked for what (never the key)."""

    answer: Callable[[datetime], Answer]
    name: str = "試験用の保証確認サービス"
    asked: list[tuple[str, str]] = field(default_factory=list)

    def look_up(
        self, orderer: str, number: str, key: AuthenticationKey, *, asked_by: str, now: datetime
    ) -> Answer:
        """Whatever this registry was made to answer."""
        self.asked.append((orderer, number))
        return self.answer(now)


def found(certificate: Certificate) -> FakeRegistry:
    """It finds this certificate, whatever is asked."""
    return FakeRegistry(lambda _now: Found(certificate))


def mismatch(certificate: Certificate, **changes: object) -> FakeRegistry:
    """It finds the certificate with its newest contents changed: by default a contract of another work."""
    newest = certificate.entries[-1]
    contents: CertificateContents = replace(newest.contents, **(changes or {"work_name": "別の工事"}))  # type: ignore[arg-type]
    entries = (*certificate.entries[:-1], replace(newest, contents=contents))
    return FakeRegistry(lambda _now: Found(replace(certificate, entries=entries)))


def not_found() -> FakeRegistry:
    """It gives the neutral refusal."""
    return FakeRegistry(lambda _now: NotFound())


def locked(minutes: int = 5) -> FakeRegistry:
    """It has been asked wrongly too often."""
    return FakeRegistry(lambda now: Locked(now + timedelta(minutes=minutes)))


def unavailable(problem: str = "保証確認サービスが応答しません。") -> FakeRegistry:
    """It gives no answer."""
    return FakeRegistry(lambda _now: Unavailable(problem))


def explodes() -> FakeRegistry:
    """It raises, though a registry never should."""

    def answer(_now: datetime) -> Answer:
        raise Exploded("the registry exploded")

    return FakeRegistry(answer)
