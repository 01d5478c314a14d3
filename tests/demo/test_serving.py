"""A port that another program holds is said in words, before anything is loaded."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.app import create_app
from portal.demo.serving import free_port, port_problem


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
