"""The registry as a process of its own: `flask registry run` on an instance folder, started, killed, started again."""

import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from click.testing import Result

from portal.app import create_app
from portal.demo.serving import free_port

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 180.0
ORDERERS = """
[[orderers]]
code = "hoshinomachi"
name = "星野町長"
kind = "municipality"
starts_on = 2020-04-01

[[orderers]]
code = "ashikaga"
name = "足利市長"
kind = "municipality"
starts_on = 2020-04-01
"""


class Service:
    """One registry; `url` is its origin. Its instance folder holds its database, its secrets and its log."""

    def __init__(
        self, instance: Path, keys: Path, options: Mapping[str, Path] | None = None, ca: str = ""
    ) -> None:
        self.instance = instance
        shutil.copytree(keys, instance / "keys", dirs_exist_ok=True)
        self.app = create_app({"MODE": "test", "INSTANCE": str(instance)})
        self.port = free_port()
        self.ca = ca
        self.url = f"{'https' if ca else 'http'}://localhost:{self.port}"
        self.log = instance / "registry.log"
        words = [str(word) for name, path in (options or {}).items() for word in (f"--{name}", path)]
        run = ["registry", "run", "--port", str(self.port), *words]
        self._line = [sys.executable, "-m", "flask", "--app", "wsgi", *run]
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> Result:
        """A command of the portal on this instance, in this process."""
        return self.app.test_cli_runner().invoke(args=list(words))

    def prepare(self) -> None:
        """The tables and an orderer, by the commands of the guide."""
        orderers = self.instance / "orderers.toml"
        orderers.write_text(ORDERERS, encoding="utf-8")
        for words in (("db", "upgrade"), ("registry", "load-orderers", str(orderers))):
            done = self.command(*words)
            assert done.exit_code == 0, done.output

    def client(self, side: str, organisation: str, *more: str) -> tuple[str, str]:
        """Register a program: its id, and its token (or the fingerprint of its certificate)."""
        done = self.command(
            "registry",
            "client",
            "add",
            "--side",
            side,
            "--organisation",
            organisation,
            "--name",
            "試験",
            *more,
        )
        assert done.exit_code == 0, done.output
        first, second = done.output.splitlines()[-2:]
        return first.partition(": ")[2], second.partition(": ")[2]

    def start(self) -> None:
        """Start the process, and wait until it answers."""
        environment = os.environ | {"WARIFU_MODE": "test", "WARIFU_INSTANCE": str(self.instance)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._line, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        context = ssl.create_default_context(cafile=self.ca) if self.ca else None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"{self.url}/registry/orderers", timeout=10, context=context),
            ):
                return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text(encoding="utf-8", errors="replace"))

    def stop(self) -> None:
        """End the process, as a service manager does it."""
        self.app.extensions["database"].dispose()
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=30)
        self.process.kill()
        self.process.wait()
        self.process = None
