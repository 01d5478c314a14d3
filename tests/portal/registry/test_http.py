"""The registry over HTTP: a real server on one side, nonsense on the other."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from guarantees.certificates import VersionKind
from guarantees.http_registry import HttpRegistry
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Arrived, Found, Locked, NotFound, PublishRefused, Unavailable
from guarantees.registry.orm import ClientSide
from portal import clock
from tests.guarantees.registry.samples import CONTENTS, KEY, NOW, NUMBER, ORDERER, contents, publication
from tests.portal.registry.programs import Program, prepare


@pytest.fixture
def registry(app: Flask) -> Iterator[HttpRegistry]:
    """The registry behind a real socket."""
    with clock.freeze(NOW):
        prepare(app)
        tokens = {
            "east": Program(app, ClientSide.SURETY, "east").token,
            ORDERER: Program(app, ClientSide.ORDERER, ORDERER).token,
        }
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield HttpRegistry(f"http://127.0.0.1:{server.port}", tokens, seconds=30)
        server.shutdown()


def test_both_sides_over_http(registry: HttpRegistry) -> None:
    assert registry.publish(publication(), now=NOW) == Arrived(NOW)
    unknown = publication(VersionKind.CHANGE, number="31072-0009M", contents=CONTENTS)
    assert isinstance(registry.publish(unknown, now=NOW), PublishRefused)
    found = registry.look_up(ORDERER, NUMBER, KEY, asked_by="職員", now=NOW)
    assert isinstance(found, Found)
    assert found.certificate.latest == CONTENTS
    for _ in range(5):
        wrong = AuthenticationKey("A28YUE4J3Bux")
        assert registry.look_up(ORDERER, NUMBER, wrong, asked_by="職員", now=NOW) == NotFound()
    assert isinstance(registry.look_up(ORDERER, NUMBER, KEY, asked_by="職員", now=NOW), Locked)
    assert isinstance(registry.look_up("nobody", NUMBER, KEY, asked_by="職員", now=NOW), Unavailable)


def test_a_reason_of_many_lines_arrives_as_one(registry: HttpRegistry) -> None:
    registry.publish(publication(), now=NOW)
    written = "契約の解除による。\r\n" + "双方で合意した。\n" * 60
    ended = publication(VersionKind.CANCELLATION, reason=written)
    assert registry.publish(ended, now=NOW) == Arrived(NOW)


JSON = b"Content-Type: application/json\r\n"
NONSENSE = {
    "page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "broken": b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 1\r\n\r\n{",
    "list": b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 2\r\n\r\n[]",
    "empty": b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 2\r\n\r\n{}",
    "other 404": b"HTTP/1.1 404 X\r\n" + JSON + b'Content-Length: 20\r\n\r\n{"error":"http.404"}',
    "error": b"HTTP/1.1 503 X\r\n" + JSON + b"Content-Length: 2\r\n\r\n{}",
    "redirect": b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "cut": b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 500\r\n\r\n{",
    "no http": b"SSH-2.0\r\n",
    "silence": b"",
    "large": b"HTTP/1.1 200 OK\r\n" + JSON + b"\r\n" + b" " * 3_000_000,
}


def said(code: int, values: object) -> bytes:
    data = json.dumps(values).encode()
    return f"HTTP/1.1 {code} X\r\n".encode() + JSON + f"Content-Length: {len(data)}\r\n\r\n".encode() + data


def seen(arrived_at: str = NOW.isoformat(), **changes: Any) -> dict[str, Any]:
    """What a registry answers to a look-up; its contents with some of them changed."""
    told = {"target": "new", "contents": contents(**changes).to_json()}
    history = [{"number": 1, "arrived_at": arrived_at, **told}]
    return {"guarantee_contract_number": NUMBER, "issuer": "east", "history": history}


NONSENSE |= {
    "half a character": said(200, seen(work_name="\ud800")),
    "a nul": said(200, seen(work_name="\0")),
    "another number": said(200, seen() | {"guarantee_contract_number": "31072-0002M"}),
    "no day of our time": said(200, seen(contracted_on=date(1026, 5, 1))),
    "no instant of our time": said(200, seen(arrived_at="9999-12-31T23:59:59+00:00")),
    "a place in words": said(200, seen() | {"history": [seen()["history"][0] | {"number": "first"}]}),
}


@contextmanager
def answering(answer: bytes, drips: bool = False) -> Iterator[str]:
    """A server that answers so to everything; its address."""
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            try:
                self.wfile.write(answer)
                while drips and not stop.wait(0.05):
                    self.wfile.write(b" ")
            except OSError:
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        stop.set()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("kind", [*NONSENSE, "drip"])
def test_nonsense_is_no_answer(kind: str) -> None:
    drips = kind == "drip"
    with answering(NONSENSE["cut" if drips else kind], drips) as url:
        registry = HttpRegistry(url, {}, seconds=0.5 if drips else 20)
        answer = registry.look_up(ORDERER, NUMBER, KEY, asked_by="職員", now=NOW)
        published = registry.publish(publication(), now=NOW)
    for given in (answer, published):
        assert isinstance(given, Unavailable)
        assert given.problem
        assert KEY.reveal() not in repr(given) + repr(registry)
        assert NUMBER not in given.problem


def test_what_is_compared_with_nonsense_is_an_answer() -> None:
    with answering(said(200, seen())) as url:
        answer = HttpRegistry(url, {}, seconds=20).look_up(ORDERER, NUMBER, KEY, asked_by="職員", now=NOW)
    assert isinstance(answer, Found)


def test_nobody_is_kept_away_for_longer_than_a_day() -> None:
    with answering(said(429, {"until": "2199-01-01T00:00:00+09:00"})) as url:
        answer = HttpRegistry(url, {}, seconds=20).look_up(ORDERER, NUMBER, KEY, asked_by="職員", now=NOW)
    assert answer == Locked(NOW + timedelta(days=1))


def test_nobody_there() -> None:
    answer = HttpRegistry("http://127.0.0.1:1", {}, seconds=5).look_up(
        ORDERER, NUMBER, KEY, asked_by="x", now=NOW
    )
    assert answer == Unavailable("保証確認サービスに接続できません。")
