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
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from guarantees.certificates import Certificate, CertificateContents, VersionKind
from guarantees.keys import AuthenticationKey
from guarantees.lookup import (
    Answer,
    Arrived,
    Found,
    Locked,
    NotFound,
    Publication,
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
        try:
            code, values = self._post(orderer, "/look-ups", asked)
            if code == 200:
                return _checked(Certificate.from_json(values), number)
            if code == 404 and values["error"] == "not_found":
                return NotFound()
            if code == 429:
                return Locked(_instant(values["until"]))
            return Unavailable(_refusal(code, values))
        except _NoAnswer as problem:
            return Unavailable(str(problem))
        except (KeyError, TypeError, ValueError, AttributeError):
            return Unavailable("保証確認サービスの応答の内容が、決められた形ではありません。")

    def publish(
        self,
        kind: VersionKind,
        issuer: str,
        number: str,
        key: AuthenticationKey | None,
        orderer: str,
        contents: CertificateContents | None,
        *,
        reason: str = "",
        published_by: str,
        now: datetime,
        reference: str | None = None,
    ) -> Publication:
        """See `SuretyPort`."""
        said: dict[str, Any] = {"published_by": published_by, "reference": reference}
        if kind is VersionKind.NEW:
            path = "/certificates"
            said |= {"number": number, "key": key.reveal() if key else "", "orderer": orderer}
        else:
            path = f"/certificates/{quote(number, safe='')}/{PATHS[kind]}"
            said["reason"] = reason
        if kind in (VersionKind.NEW, VersionKind.CHANGE, VersionKind.CORRECTION):
            said["contents"] = contents.to_json() if contents else None
        try:
            code, values = self._post(issuer, path, said)
            if code == 201:
                return Arrived(_instant(values["arrived_at"]))
            if code in (400, 422):
                return PublishRefused(f"{values['text']}{values.get('remedy', '')}")
            return Unavailable(_refusal(code, values))
        except _NoAnswer as problem:
            return Unavailable(str(problem))
        except (KeyError, TypeError, ValueError, AttributeError):
            return Unavailable("保証確認サービスの応答の内容が、決められた形ではありません。")

    def _post(self, organisation: str, path: str, values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
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


def _cut(connected: socket.socket) -> None:
    """End the connection from outside, whatever it waits for."""
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _checked(certificate: Certificate, number: str) -> Answer:
    """A certificate of another number than was asked for is no answer."""
    if certificate.guarantee_contract_number != number:
        return Unavailable("保証確認サービスが、別の保証契約番号の電子証書を返しました。")
    return Found(certificate)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at


def _refusal(code: int, values: Mapping[str, Any]) -> str:
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
