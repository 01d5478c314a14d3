"""A private PostgreSQL cluster for the tests: up in under a second, unix socket only, dies with its owner."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "timezone": "UTC",
}
START_SECONDS = 30
PR_SET_PDEATHSIG = 1


def find_binaries() -> Path | None:
    """The folder of initdb and postgres; Debian and Ubuntu keep it off PATH."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return folders[-1].parent if folders else None


class Cluster:
    """One running server. Its folder is short: a socket's path may have 107 bytes only."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._owner = _unprivileged_user() if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="wpg", dir="/tmp"))
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        data = self.folder / "data"
        options = ["-U", "app", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", str(data), *options).wait()
        settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        self._server = self._run("postgres", "-D", str(data), "-k", str(self.folder), *settings)
        self._wait_until_ready()

    def url(self, database: str) -> str:
        """The address of a database, as WARIFU_DATABASE_URL takes it."""
        return f"postgresql://app@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the administrator, outside any transaction."""
        with psycopg.connect(self._conninfo(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(timeout=START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _conninfo(self, database: str = "postgres") -> str:
        return f"host={self.folder} user=app dbname={database} connect_timeout=3"

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [str(self._binaries / program), *arguments]
        log = (self.folder / "log").open("ab")
        with log:
            return subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, preexec_fn=_become(self._owner)
            )

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self._conninfo()).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > end or self._server.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.02)


def _unprivileged_user() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def _become(owner: pwd.struct_passwd | None) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def in_child() -> None:
        if owner:
            os.setgroups([])
            os.setgid(owner.pw_gid)
            os.setuid(owner.pw_uid)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)  # after setuid, which would clear it

    return in_child
