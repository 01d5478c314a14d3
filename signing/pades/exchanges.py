"""Exchanges over HTTP (通信): one question, one answer, within limits of time, size and kind.

An authority that hangs, drips, redirects, or sends a log-in page must cost seconds, never a worker.
"""

import base64
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import SHUT_RDWR, socket
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

_CHUNK = 1 << 16
AGENT = "warifu"
HTML = ("text/html", "application/xhtml+xml")


class ExchangeFailed(Exception):
    """No usable answer (応答なし). `reason` is a Japanese sentence for the staff's page."""

    def __init__(self, reason: str, *, is_wrong: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_wrong = is_wrong
        """Whether there was an answer, and it was none that may be used."""


@dataclass(frozen=True)
class Patience:
    """How long one answer is waited for, in seconds (待ち時間): to connect, between two reads, and in all."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 20.0


@dataclass(frozen=True)
class Credentials:
    """What an authority asks for (認証情報): a user with a password, or a bearer token. Never shown."""

    user: str = ""
    secret: str = field(default="", repr=False)

    def header(self) -> dict[str, str]:
        """The `Authorization` header; empty when there is nothing to show."""
        if self.user:
            pair = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


@dataclass(frozen=True)
class Question:
    """What is asked: where, with which body (none: GET), and which kinds and size of answer are taken."""

    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    kinds: Sequence[str] = ()
    """Media types of a good answer; empty: anything but HTML."""
    max_bytes: int = 1 << 20


def exchange(question: Question, patience: Patience) -> bytes:
    """The body of a good answer (status 200, right kind, not too long); `ExchangeFailed` says what was wrong."""
    address = urlsplit(question.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ExchangeFailed("http:// か https:// で始まるアドレスではありません。")
    watch = _Watch(patience)
    try:
        connection = _connected(address, patience, watch)
    except (OSError, HTTPException, ValueError) as error:  # a proxy may answer anything
        raise ExchangeFailed(f"接続できません（{_words(error)}）。") from error
    try:
        with watch:
            return _asked(connection, address, question, watch)
    except (OSError, HTTPException, ValueError) as error:
        if watch.is_over:
            raise ExchangeFailed(f"{patience.total:g}秒以内に応答が終わりませんでした。") from error
        raise ExchangeFailed(f"応答がありません（{_words(error)}）。") from error
    finally:
        connection.close()


class _Watch:
    """Ends an exchange at its total deadline, whatever it is doing: the socket is shut from another thread."""

    def __init__(self, patience: Patience) -> None:
        self._until = time.monotonic() + patience.total
        self._timer: threading.Timer | None = None
        self.socket: socket | None = None
        self.is_over = False

    @property
    def left(self) -> float:
        return max(self._until - time.monotonic(), 0.01)

    def __enter__(self) -> None:
        self._timer = threading.Timer(self.left, self._end)
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        try:
            if self.socket is not None:
                self.socket.shutdown(SHUT_RDWR)
        except OSError:
            pass  # it had ended by itself

    def check(self) -> None:
        if self.is_over:
            raise TimeoutError("too slow in all")


def _connected(address: SplitResult, patience: Patience, watch: _Watch) -> HTTPConnection:
    host, port = address.hostname or "", address.port
    proxy = _proxy(address.scheme, host)
    timeout = min(patience.connect, watch.left)
    if address.scheme == "https":
        to, at = (proxy.hostname or "", proxy.port) if proxy else (host, port)
        connection: HTTPConnection = HTTPSConnection(to, at, timeout=timeout, context=_tls())
        if proxy:
            connection.set_tunnel(host, port)
    else:
        to, at = (proxy.hostname or "", proxy.port) if proxy else (host, port)
        connection = HTTPConnection(to, at, timeout=timeout)
    connection.connect()
    watch.socket = connection.sock
    connection.sock.settimeout(min(patience.read, watch.left))
    return connection


def _asked(connection: HTTPConnection, address: SplitResult, question: Question, watch: _Watch) -> bytes:
    target = address.path or "/"
    if address.query:
        target += f"?{address.query}"
    if address.scheme == "http" and _proxy("http", address.hostname or ""):
        target = question.url
    headers = {"User-Agent": AGENT, "Connection": "close", **question.headers}
    method = "GET" if question.body is None else "POST"
    connection.request(method, target, question.body, headers)
    response = connection.getresponse()
    watch.check()
    _judge_head(response, question)
    content = bytearray()
    while chunk := response.read1(_CHUNK):
        watch.check()
        content += chunk
        if len(content) > question.max_bytes:
            raise ExchangeFailed(
                f"応答が長すぎます（{question.max_bytes}バイトを超えました）。", is_wrong=True
            )
    watch.check()
    if response.length:  # what the header promised and the connection did not bring
        raise ExchangeFailed("応答が途中で切れました。", is_wrong=True)
    return bytes(content)


def _judge_head(response: HTTPResponse, question: Question) -> None:
    kind = response.headers.get_content_type() if response.headers.get("Content-Type") else ""
    if 300 <= response.status < 400:
        place = response.headers.get("Location", "")[:100]
        raise ExchangeFailed(
            f"別のアドレス（{place}）へ転送されました。転送先には従いません（HTTP {response.status}）。",
            is_wrong=True,
        )
    if response.status in (401, 403):
        raise ExchangeFailed(f"認証情報が受け付けられませんでした（HTTP {response.status}）。")
    if response.status != 200:
        raise ExchangeFailed(f"エラーの応答がありました（HTTP {response.status}）。")
    if kind in HTML:
        raise ExchangeFailed("電文ではなくWebページ（HTML）が返されました。", is_wrong=True)
    if question.kinds and kind not in question.kinds:
        raise ExchangeFailed(f"応答の種類が違います（{kind or '種類の記載なし'}）。", is_wrong=True)
    if response.length is not None and response.length > question.max_bytes:
        raise ExchangeFailed(f"応答が長すぎます（{response.length}バイト）。", is_wrong=True)


def _proxy(scheme: str, host: str) -> SplitResult | None:
    """The proxy of the environment (http_proxy, https_proxy, no_proxy), as every other program uses it."""
    named = getproxies().get(scheme)
    if not named or proxy_bypass(host):
        return None
    return urlsplit(named if "://" in named else f"http://{named}")


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "時間切れ"
    if isinstance(error, ConnectionRefusedError):
        return "接続を拒否されました"
    if isinstance(error, ssl.SSLError):
        return f"TLSの証明書または接続の問題: {getattr(error, 'verify_message', '') or error.reason}"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "接続が切れました"
    return f"{type(error).__name__}: {error}"
