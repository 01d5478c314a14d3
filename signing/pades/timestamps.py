"""Time-stamps (タイムスタンプ): RFC 3161 authorities in order; every token is checked before it is used."""

import asyncio
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from asn1crypto import algos, cms, tsp, x509
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from signing.errors import TimestampRejected, TimestampUnavailable
from signing.pades.trust import TrustStore
from signing.pades.waiting import wait_for

MAX_ANSWER = 1 << 20


@dataclass(frozen=True)
class Stamp:
    """A checked time-stamp token, and the time that it proves."""

    token: bytes
    at: datetime


class TimestampSource(Protocol):
    """A time-stamping authority (時刻認証局): an encoded request goes in, the encoded answer comes out."""

    @property
    def name(self) -> str: ...

    def answer(self, request: bytes) -> bytes: ...


@dataclass(frozen=True)
class HttpTsa:
    """An authority over HTTP (RFC 3161 section 3.4)."""

    url: str
    timeout: float = 10.0

    @property
    def name(self) -> str:
        return self.url

    def answer(self, request: bytes) -> bytes:
        """Asks the authority; anything but an answer in time means that it is unavailable."""
        if not self.url.startswith(("http://", "https://")):
            raise TimestampUnavailable(authority=self.url, reason="not an http address")
        message = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            self.url, data=request, headers={"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(message, timeout=self.timeout) as response:  # noqa: S310
                content: bytes = response.read(MAX_ANSWER + 1)
        except (OSError, ValueError) as error:
            raise TimestampUnavailable(authority=self.url, reason=str(error)) from error
        if len(content) > MAX_ANSWER:
            raise TimestampRejected(authority=self.url, reason="answer too long")
        return content


class Timestamper:
    """Asks the authorities in order and hands out only tokens that stand every check."""

    def __init__(
        self,
        sources: Sequence[TimestampSource],
        trust: TrustStore,
        clock: Callable[[], datetime],
        max_difference: timedelta = timedelta(seconds=60),
    ) -> None:
        self._sources = tuple(sources)
        self._trust = trust
        self._clock = clock
        self._max_difference = max_difference

    def stamp(self, digest: bytes) -> Stamp:
        """Time-stamps a SHA-256 digest."""
        problems: list[str] = []
        rejected = False
        for source in self._sources:
            try:
                return self._stamp_by(source, digest)
            except TimestampUnavailable as error:
                rejected = rejected or isinstance(error, TimestampRejected)
                problems.append(f"{source.name}: {error.facts.get('reason', error.code)}")
        kind = TimestampRejected if rejected else TimestampUnavailable
        raise kind(reason="; ".join(problems) or "no authority configured")

    def _stamp_by(self, source: TimestampSource, digest: bytes) -> Stamp:
        nonce = secrets.randbits(63) | 1 << 62
        answer = source.answer(_request(digest, nonce))
        try:
            token = _granted_token(answer, nonce)
            at = wait_for(self._check(token, digest))
        except TimestampUnavailable:
            raise
        except Exception as error:  # whatever an authority sends, it is at worst a bad answer
            raise TimestampRejected(authority=source.name, reason=f"bad answer: {error}") from error
        difference = abs(at - self._clock())
        if difference > self._max_difference:
            raise TimestampRejected(authority=source.name, reason=f"clock differs by {difference}")
        return Stamp(token.dump(), at)

    async def _check(self, token: cms.ContentInfo, digest: bytes) -> datetime:
        """Imprint, signature and chain, at the time that the token names."""
        info = token["content"]["encap_content_info"]["content"].parsed
        at: datetime = info["gen_time"].native
        if info["message_imprint"]["hash_algorithm"]["algorithm"].native != "sha256":
            raise TimestampRejected(reason="another hash algorithm")
        context = ValidationContext(
            trust_roots=self._trust.anchors,
            other_certs=list(self._trust.intermediates),
            moment=at,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        status = await validate_tst_signed_data(token["content"], context, lambda _: digest)
        if not (status["intact"] and status["valid"] and status["validation_path"] is not None):
            raise TimestampRejected(reason="signature or chain not valid")
        return at.astimezone(UTC)


class TimestampAdapter(TimeStamper):
    """Lets pyHanko use our authorities, and notices when one answers with a certificate not seen before.

    The revocation data of the authority's certificate is put into the file before it is asked: a
    new certificate is therefore refused once, and is known at the next attempt.
    """

    def __init__(self, timestamper: Timestamper) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._timestamper = timestamper
        self.last_stamp: Stamp | None = None

    @property
    def certificates(self) -> list[x509.Certificate]:
        """Certificates that the authorities sign with, as far as seen."""
        return list(self._certs.values())

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        stamp = await asyncio.to_thread(self._timestamper.stamp, message_digest)
        token = cms.ContentInfo.load(stamp.token)
        known = set(self._certs)
        self._register_dummy(md_algorithm, token)  # type: ignore[no-untyped-call]
        if known and set(self._certs) != known:
            raise TimestampRejected(reason="the authority has a new certificate; trying again with it")
        self.last_stamp = stamp
        return token

    async def chains(self) -> list[x509.Certificate]:
        """Every certificate that came with the tokens; asks for a first token when there was none."""
        await self._ensure_dummy()  # type: ignore[no-untyped-call]
        return list(self.cert_registry)


def _request(digest: bytes, nonce: int) -> bytes:
    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "hashed_message": digest,
    }
    request = {"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    encoded: bytes = tsp.TimeStampReq(request).dump()
    return encoded


def _granted_token(answer: bytes, nonce: int) -> cms.ContentInfo:
    response: Any = tsp.TimeStampResp.load(answer, strict=True)
    status = response["status"]["status"].native
    if status not in ("granted", "granted_with_mods"):
        raise TimestampUnavailable(reason=f"status {status}")
    token: cms.ContentInfo = response["time_stamp_token"]
    info = token["content"]["encap_content_info"]["content"].parsed
    if info["nonce"].native != nonce:
        raise TimestampRejected(reason="wrong nonce")
    return token
