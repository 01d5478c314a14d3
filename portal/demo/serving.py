"""Serving the demo (デモの起動): web server, jobs process and mail server, ended together."""

import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

from portal.demo.mailbox import mail_server
from portal.embedded_server import server_command

ROOT = Path(__file__).resolve().parents[2]
OTHER_PORT = "PORT=9000 make demo のように、ほかの番号を付けて始めてください。"
PORT_PROBLEMS = {
    errno.EADDRINUSE: "ポート{port}は、ほかのプログラムが使っています（前に始めたデモかもしれません）。"
    + OTHER_PORT,
    errno.EACCES: "ポート{port}を開く権限がありません。" + OTHER_PORT,
}


def serve_demo(instance: str, host: str, port: int, address: str) -> bool:
    """Run until Ctrl-C, SIGTERM or the end of the terminal (True), or until a process ends by itself (False)."""
    mail = mail_server(Path(instance) / "demo" / "mailbox", free_port())
    mail.start()
    environment = os.environ | {
        "WARIFU_INSTANCE": instance,
        "WARIFU_BASE_URL": address,
        "WARIFU_SMTP_HOST": "127.0.0.1",
        "WARIFU_SMTP_PORT": str(mail.port),
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    web = server_command(host, port, "wsgi:app")
    children = [_start(web, environment), _start([*flask, "jobs", "run"], environment)]
    for number in (
        signal.SIGTERM,
        signal.SIGHUP,
    ):  # children have sessions of their own: nobody else ends them
        signal.signal(number, _interrupt)
    try:
        _wait_for_any(children)
    except KeyboardInterrupt:
        return True
    finally:
        _end(children)
        mail.stop()
    return False


def port_problem(host: str, port: int) -> str:
    """Why the demo cannot be served there, in words; empty when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
        try:
            probe.bind((host, port))
        except OSError as error:
            return PORT_PROBLEMS.get(error.errno or 0, "").format(port=port)
    return ""


def free_port() -> int:
    """A port of the loopback address that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603 - ours


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_for_any(children: list[subprocess.Popen[bytes]]) -> None:
    while all(child.poll() is None for child in children):
        try:
            children[0].wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            continue


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
