"""Serving the demo: a port that another program holds is said in words; silent clients shut nobody out."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from portal.app import create_app
from portal.demo.serving import free_port, port_problem
from portal.embedded_server import server_command


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_named(taken: int) -> None:
    assert f"ポート{taken}は、ほかのプログラムが使っています" in port_problem("127.0.0.1", taken)
    assert not port_problem("127.0.0.1", free_port())


def test_nothing_is_loaded_for_a_port_in_use(taken: int, tmp_path: Path) -> None:
    runner = create_app({"MODE": "demo", "INSTANCE": str(tmp_path)}).test_cli_runner()
    done = runner.invoke(args=["demo", "serve", "--port", str(taken)])
    assert done.exit_code == 1
    assert "make demo" in done.output
    assert not (tmp_path / "portal.sqlite").exists()


def test_silent_clients_shut_nobody_out() -> None:
    port = free_port()
    server = subprocess.Popen(server_command("127.0.0.1", port, "wsgiref.simple_server:demo_app"))
    silent: list[socket.socket] = []
    try:
        until_open(port)
        for _ in range(150):
            silent.append(socket.create_connection(("127.0.0.1", port)))
            silent[-1].sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\na=")
        with urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
            assert answer.status == 200
    finally:
        for connection in silent:
            connection.close()
        server.kill()
        server.wait()


def until_open(port: int) -> None:
    """Wait until something listens there."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise AssertionError("the server did not start")
