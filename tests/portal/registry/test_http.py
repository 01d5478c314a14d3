"""The registry over HTTP: a real server on one side, nonsense on the other."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from werkzeug.serving import make_server

from guarantees.certificates import VersionKind
from guarantees.http_registry import HttpRegistry
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Arrived, Found, Locked, NotFound, PublishRefused, Unavailable
from guarantees.registry.orm import ClientSide
from portal import clock
from tests.guarantees.registry.samples import CONTENTS, KEY, NOW, NUMBER, ORDERER, publication
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
    "half a character": b"HTTP/1.1 422 X\r\n" + JSON + b'Content-Length: 17\r\n\r\n{"text":"\\ud800"}',
    "silence": b"",
    "large": b"HTTP/1.1 200 OK\r\n" + JSON + b"\r\n" + b" " * 3_000_000,
}


@pytest.mark.parametrize("kind", [*NONSENSE, "drip"])
def test_nonsense_is_no_answer(kind: str) -> None:
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            try:
                self.wfile.write(NONSENSE.get(kind, NONSENSE["cut"]))
                while kind == "drip" and not stop.wait(0.05):
                    self.wfile.write(b" ")
            except OSError:
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    registry = HttpRegistry(
        f"http://127.0.0.1:{server.server_port}", {}, seconds=0.5 if kind == "drip" else 20
    )
    answer = registry.look_up(ORDERER, NUMBER, KEY, asked_by="職員", now=NOW)
    published = registry.publish(publication(), now=NOW)
    stop.set()
    server.shutdown()
    server.server_close()
    for said in (answer, published):
        assert isinstance(said, Unavailable)
        assert said.problem
        assert KEY.reveal() not in repr(said) + repr(registry)
        assert NUMBER not in said.problem


def test_nobody_there() -> None:
    answer = HttpRegistry("http://127.0.0.1:1", {}, seconds=5).look_up(
        ORDERER, NUMBER, KEY, asked_by="x", now=NOW
    )
    assert answer == Unavailable("保証確認サービスに接続できません。")
