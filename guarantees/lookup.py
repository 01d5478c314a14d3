"""Asking a registry (保証確認サービスへの照会): number and key in, one of four answers out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guarantees.certificates import Certificate
from guarantees.keys import AuthenticationKey

NEUTRAL = "保証契約番号または認証キーが違うか、この発注者あての電子保証がありません。"
"""The one answer for a wrong number, a wrong key, and a certificate of somebody else. (GUAR-71, GUAR-76)"""


@dataclass(frozen=True)
class Found:
    """The certificate, with its visible history."""

    certificate: Certificate


@dataclass(frozen=True)
class NotFound:
    """The neutral refusal: which of the three it was is said to nobody."""

    text: str = NEUTRAL


@dataclass(frozen=True)
class Locked:
    """Too many failures (照会の一時停止): ask again after `until`. It says nothing about number or key."""

    until: datetime


@dataclass(frozen=True)
class Unavailable:
    """No answer, or one that is none (照会できない): nothing is known, ask again later.

    `problem` is for the operator, in words, without number or key.
    """

    problem: str


Answer = Found | NotFound | Locked | Unavailable


class RegistryPort(Protocol):
    """A registry as the portal sees it. Never raises: what goes wrong is `Unavailable`."""

    name: str
    """How pages and records call it, for example 保証確認サービス."""

    def look_up(
        self, orderer: str, number: str, key: AuthenticationKey, *, asked_by: str, now: datetime
    ) -> Answer:
        """The certificate addressed to an orderer. `orderer` is its code, `number` and `key` are normalised.

        `asked_by` names the person or job for the registry's own log (no secret, at most 100 characters).
        """
        ...
