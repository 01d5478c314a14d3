"""Figures of attachments: how much the web server's memory grows while 100 MB go up and come down again."""

from __future__ import annotations

import hashlib
import http.cookiejar
import os
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import Flask
from PIL import Image

from portal import clock
from portal.app import create_app
from portal.demo.serving import free_port
from portal.migrations import commands
from tests.benches.measuring import line
from tests.portal.contractor.desk import Desk

MB = 1 << 20
SIZE = 100 * MB
PIECE = 1 * MB
LIMIT = 20.0
CODE = "other_documents"
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def figures(folder: Path) -> Iterator[dict[str, object]]:
    """Growth of the peak of resident memory of a waitress process, in MB."""
    address = f"http://127.0.0.1:{free_port()}"
    environment = {
        "WARIFU_MODE": "test",
        "WARIFU_INSTANCE": str(folder),
        "WARIFU_BASE_URL": address,
        "WARIFU_DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite'}",
    }
    app = create_app({name.removeprefix("WARIFU_"): value for name, value in environment.items()})
    desk = _desk(app)
    given = _picture(folder / "large.png")
    with _served(address, environment) as process:
        browser = Browser(address, desk)
        browser.upload(_small(folder / "small.png"))
        browser.download()
        before = peak_of(process)
        browser.upload(given)
        after_upload = peak_of(process)
        received = browser.download()
        after = peak_of(process)
    with given.open("rb") as file:
        assert received == hashlib.file_digest(file, "sha256").hexdigest(), (
            "what came down is not what went up"
        )
    grown = (after - before) / MB
    detail = (
        f"{given.stat().st_size / MB:.1f} MB up and down; peak before {before / MB:.1f} MB, "
        f"after the upload {after_upload / MB:.1f} MB, after the download {after / MB:.1f} MB"
    )
    yield line("mb_grown_by_100_mb_attachment", grown, LIMIT, grown < LIMIT, detail)


class Browser:
    """As much of a browser as is needed: cookies, the token of the form, files sent and read piece by piece."""

    def __init__(self, address: str, desk: Desk) -> None:
        self.address, self.desk = address, desk
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.page(f"/enter/{desk.token}")

    def page(self, path: str) -> str:
        """A page as text."""
        with self.opener.open(self.address + path, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def upload(self, path: Path) -> None:
        """Attach a file, as a form with its token does."""
        found = re.search(
            r'name="csrf_token"[^>]*value="([^"]+)"', self.page(f"{self.desk.filing}/attachments")
        )
        assert found
        start = _part("csrf_token") + found[1].encode() + b"\r\n" + _part("file", path.name)
        end = b"\r\n--warifu--\r\n"
        length = len(start) + path.stat().st_size + len(end)
        request = urllib.request.Request(
            f"{self.address}{self.desk.filing}/attachments/{CODE}",
            data=_pieces(start, path, end),
            headers={
                "Content-Type": "multipart/form-data; boundary=warifu",
                "Content-Length": str(length),
                "Referer": self.address,
            },
        )
        with self.opener.open(request, timeout=PATIENCE) as answer:
            assert "を添付しました。" in answer.read().decode()

    def download(self) -> str:
        """Read the attachment that was added last; SHA-256 of what came."""
        places = re.findall(
            rf'href="({self.desk.filing}/versions/\d+/attachments/[^"/]+)"',
            self.page(f"{self.desk.filing}/attachments"),
        )
        digest = hashlib.sha256()
        with self.opener.open(self.address + places[-1], timeout=PATIENCE) as answer:
            while piece := answer.read(PIECE):
                digest.update(piece)
        return digest.hexdigest()


def peak_of(process: subprocess.Popen[bytes]) -> int:
    """Bytes of resident memory at the highest point of a process so far, as the kernel has them."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    [words] = [row.split() for row in status.splitlines() if row.startswith("VmHWM:")]
    return 1024 * int(words[1])


def _desk(app: Flask) -> Desk:
    with app.app_context(), clock.freeze(clock.now()):
        commands.upgrade(app.extensions["database"])
    return Desk(app, "iwaki")


def _picture(path: Path) -> Path:
    """A real picture of nearly 100 MB (rows of noise, which does not shrink): looked into, not only carried."""
    noise, side = random.Random(1), 5_800
    pixels = b"".join(noise.randbytes(side * 3) for _ in range(side))
    Image.frombytes("RGB", (side, side), pixels).save(path, "PNG", compress_level=0)
    assert SIZE * 0.9 < path.stat().st_size <= SIZE
    return path


def _small(path: Path) -> Path:
    Image.new("RGB", (100, 100)).save(path, "PNG")
    return path


def _part(name: str, file_name: str = "") -> bytes:
    named = f'; filename="{file_name}"\r\nContent-Type: application/octet-stream' if file_name else ""
    return f'--warifu\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode()


def _pieces(start: bytes, path: Path, end: bytes) -> Iterator[bytes]:
    yield start
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
    yield end


@contextmanager
def _served(address: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    listen = f"--listen={address.removeprefix('http://')}"
    command = [sys.executable, "-m", "waitress", listen, "--threads=8", "wsgi:app"]
    log = Path(environment["WARIFU_INSTANCE"]) / "web.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_up(address, log)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_up(address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())
