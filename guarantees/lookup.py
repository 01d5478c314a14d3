"""The two sides of a registry (保証確認サービス): orderers look certificates up, sureties publish them."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from guarantees.certificates import Certificate, CertificateContents, VersionKind
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

    def seconds_left(self, now: datetime) -> int:
        """How long still to wait, in whole seconds; at least one."""
        return max(1, math.ceil((self.until - now).total_seconds()))


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


@dataclass(frozen=True)
class Publication:
    """What a surety says of a certificate (電子証書の登録): one version of it. It prints without the key.

    `number` and `key` are normalised, `orderer` is its code; both key and orderer count for a new certificate
    only, `contents` for the kinds that have any. `reference` is the surety's own id of this publication (at
    most 60 characters): with one, a repetition is known as such even after later publications.
    """

    kind: VersionKind
    issuer: str
    number: str
    published_by: str
    key: AuthenticationKey | None = field(default=None, repr=False)
    orderer: str = ""
    contents: CertificateContents | None = None
    reason: str = ""
    reference: str | None = None


@dataclass(frozen=True)
class Arrived:
    """The registry has it. `at` is 電子保証発行日時, the moment of arrival there. (GUAR-63)"""

    at: datetime


@dataclass(frozen=True)
class PublishRefused:
    """The registry does not take it, in words for the surety's officer."""

    text: str


PublishAnswer = Arrived | PublishRefused | Unavailable


class SuretyPort(Protocol):
    """A registry as a surety's desk sees it. Never raises: what goes wrong is `Unavailable`, to be sent again."""

    name: str

    def publish(self, publication: Publication, *, now: datetime) -> PublishAnswer:
        """Publish a version of a certificate (電子証書の登録). The same publication may be sent again safely."""
        ...
