"""A registry over HTTP (保証確認サービスとの接続): both ports, with limits of time and size and without surprises.

Whatever goes wrong on the way (no answer, a page instead of JSON, a drip of bytes, a redirect) is `Unavailable`,
in words that hold neither number nor key. `REGISTRY_TOKENS` names its tokens by city or surety company.
"""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from guarantees.certificates import Certificate, VersionKind, instant_of
from guarantees.keys import AuthenticationKey
from guarantees.lookup import (
    Answer,
    Arrived,
    Found,
    Locked,
    NotFound,
    Publication,
    PublishAnswer,
    PublishRefused,
    Unavailable,
)

LARGEST_ANSWER = 2 * 1024 * 1024
PIECE = 16 * 1024
BASE = "/registry/api/v1"
PATHS = {
    VersionKind.CHANGE: "changes",
    VersionKind.CORRECTION: "corrections",
    VersionKind.CHANGE_WITHDRAWN: "change-withdrawals",
    VersionKind.CANCELLATION: "cancellation",
}
"""Where a version that follows is published, below its certificate; the API's own routes are made of it."""
LONGEST_REASON = 300
LONGEST_WAIT = timedelta(days=1)
Values = dict[str, Any]
Read = TypeVar("Read")


class _NoAnswer(Exception):
    """There is no answer that could be read; the words are for the operator."""


@dataclass
class HttpRegistry:
    """A registry at `url` (its origin). `seconds` is the time for one answer in all, connecting included."""

    url: str
    tokens: Mapping[str, str] = field(repr=False)
    seconds: float
    ca: str = ""
    client_certificate: str = ""
    client_key: str = ""
    name: str = "保証確認サービス"

    def look_up(
        self, orderer: str, number: str, key: AuthenticationKey, *, asked_by: str, now: datetime
    ) -> Answer:
        """See `RegistryPort`."""
        asked = {"number": number, "key": key.reveal(), "asked_by": asked_by[:100] or "-"}
        answer: Answer = self._answer(
            orderer, "/look-ups", asked, lambda code, values: _seen(code, values, number)
        )
        # No wait is longer than a day: whoever says so is asked again, and does not keep us away for good.
        return Locked(min(answer.until, now + LONGEST_WAIT)) if isinstance(answer, Locked) else answer

    def publish(self, publication: Publication, *, now: datetime) -> PublishAnswer:
        """See `SuretyPort`."""
        return self._answer(publication.issuer, *_told(publication), _taken)

    def _answer(
        self, organisation: str, path: str, values: Values, read: Callable[[int, Values], Read | None]
    ) -> Read | Unavailable:
        """What `read` makes of status and object of the answer; Unavailable where it makes nothing of them."""
        try:
            code, found = self._post(organisation, path, values)
            return read(code, found) or Unavailable(_refusal(code))
        except _NoAnswer as problem:
            return Unavailable(str(problem))
        except (KeyError, TypeError, ValueError, AttributeError):
            return Unavailable("保証確認サービスの応答の内容が、決められた形ではありません。")

    def _post(self, organisation: str, path: str, values: Values) -> tuple[int, Values]:
        """Status and object of the answer; _NoAnswer when there is none that can be read."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token := self.tokens.get(organisation):
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps(values).encode()
        try:
            code, kind, data = self._exchange(path, headers, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _NoAnswer(_why(error)) from None
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise _NoAnswer(f"保証確認サービスの応答がJSONではありません（HTTP {code}）。")
        try:
            found = json.loads(data)
            _refuse_unstorable(found)
        except (ValueError, RecursionError):
            raise _NoAnswer(f"保証確認サービスの応答をJSONとして読めません（HTTP {code}）。") from None
        if not isinstance(found, dict):
            raise _NoAnswer(f"保証確認サービスの応答が決められた形ではありません（HTTP {code}）。")
        return code, found

    def _exchange(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        until = time.monotonic() + self.seconds
        connection = self._connection()
        connection.connect()
        # A timeout of the socket counts each silence anew; the watch ends a drip of bytes as well.
        watch = threading.Timer(max(0.0, until - time.monotonic()), _cut, (connection.sock,))
        watch.daemon = True
        watch.start()
        try:
            connection.request("POST", f"{urlsplit(self.url).path.rstrip('/')}{BASE}{path}", body, headers)
            answer = connection.getresponse()
            data = b""
            while piece := answer.read1(PIECE):
                data += piece
                if len(data) > LARGEST_ANSWER:
                    raise ValueError("too large")
            if time.monotonic() >= until:
                raise TimeoutError
            return answer.status, answer.headers.get("Content-Type", ""), data
        finally:
            watch.cancel()
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        address = urlsplit(self.url)
        host = address.hostname or ""
        if address.scheme != "https":
            return http.client.HTTPConnection(host, address.port, timeout=self.seconds)
        context = ssl.create_default_context(cafile=self.ca or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.client_certificate:
            context.load_cert_chain(self.client_certificate, self.client_key or None)
        return http.client.HTTPSConnection(host, address.port, timeout=self.seconds, context=context)


def _told(publication: Publication) -> tuple[str, Values]:
    """Path and body of a publication."""
    said: Values = {"published_by": publication.published_by, "reference": publication.reference}
    contents = publication.contents
    if publication.kind.has_contents:
        said["contents"] = contents.to_json() if contents else None
    if publication.kind is VersionKind.NEW:
        key = publication.key.reveal() if publication.key else ""
        return "/certificates", {
            **said,
            "number": publication.number,
            "key": key,
            "orderer": publication.orderer,
        }
    # The desk's officer writes lines, and as many as it takes; the API takes one line.
    said["reason"] = " ".join(publication.reason.split())[:LONGEST_REASON]
    return f"/certificates/{quote(publication.number, safe='')}/{PATHS[publication.kind]}", said


def _cut(connected: socket.socket) -> None:
    """End the connection from outside, whatever it waits for."""
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _seen(code: int, values: Values, number: str) -> Answer | None:
    """The answer to a look-up; a certificate of another number than was asked for is none."""
    if code == 200:
        certificate = Certificate.from_json(values)
        if certificate.guarantee_contract_number != number:
            return Unavailable("保証確認サービスが、別の保証契約番号の電子証書を返しました。")
        if any(entry.contents.odd_days or _is_odd(entry.arrived_at) for entry in certificate.entries):
            return Unavailable("保証確認サービスが返した電子証書に、あり得ない日付があります。")
        return Found(certificate)
    if code == 404 and values["error"] == "not_found":
        return NotFound()
    return Locked(instant_of(values["until"])) if code == 429 else None


def _taken(code: int, values: Values) -> PublishAnswer | None:
    """The answer to a publication."""
    if code in (400, 422):
        return PublishRefused(f"{values['text']}{values.get('remedy', '')}")
    at = instant_of(values["arrived_at"]) if code == 201 else None
    return Arrived(at) if at is not None and not _is_odd(at) else None


def _is_odd(at: datetime) -> bool:
    """Whether an instant cannot be one of a registry's; at the ends of the calendar it has no Japanese day either."""
    return not 2000 <= at.year < 2200


def _refuse_unstorable(values: Any) -> None:
    """ValueError for words that no page can show and no database take: half of a surrogate pair, or a NUL."""
    if b"\\u0000" in json.dumps(values, ensure_ascii=False).encode():
        raise ValueError("a NUL")


def _refusal(code: int) -> str:
    """What the operator reads of a refusal: its code, never a sentence that could repeat what was sent."""
    if code in (401, 403):
        return "保証確認サービスが、この接続（トークンまたは証明書）を認めていません。"
    return f"保証確認サービスが応答できません（HTTP {code}）。"


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "保証確認サービスの証明書を確かめられません。"
    if isinstance(error, TimeoutError):
        return "保証確認サービスが、決められた時間内に応答しません。"
    if isinstance(error, OSError):
        return "保証確認サービスに接続できません。"
    return "保証確認サービスの応答が、HTTPとして読めません。"
