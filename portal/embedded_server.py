"""The embedded web server (組み込みのWebサーバー): waitress, as the demo and the registry start it."""

import sys

OPTIONS = ("--threads=8", "--connection-limit=1000", "--asyncore-use-poll")
"""Slow or silent clients hold a connection, never a thread: with waitress's own limit, 100 of them shut the door."""


def server_command(host: str, port: int, *app: str) -> list[str]:
    """The command that serves an app at an address; `app` as waitress takes it."""
    return [sys.executable, "-m", "waitress", f"--listen={host}:{port}", *OPTIONS, *app]
