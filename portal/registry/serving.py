"""The registry as a service of its own (保証確認サービス単独の運用): its doors, sign-in, and nothing of the portal."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask
from werkzeug.utils import redirect

from portal.app import create_app
from portal.embedded_server import server_command
from portal.frame import frame_values
from portal.registries import NAME

ROOT = Path(__file__).resolve().parents[2]
OPEN = ("/registry/", "/static/", "/health", "/login", "/logout", "/password", "/home")
FIRST_PAGE = "/registry/orderers"
NOWHERE = "/registry/-"
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def registry_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The app that answers the registry's addresses alone; everything else is not there."""
    app = create_app(overrides)
    app.context_processor(_without_the_portal)
    app.wsgi_app = _registry_only(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def _without_the_portal() -> dict[str, Any]:
    """The frame of a page without the ways to pages that this service does not have."""
    absent = dict.fromkeys(("help_url", "verification_url", "accessibility_url"), "")
    return {"site": {**frame_values()["site"], **absent, "operator": NAME}}


def _registry_only(inner: Wsgi) -> Wsgi:
    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in ("", "/"):
            return redirect(FIRST_PAGE)(environ, start)
        if any(path == door.rstrip("/") or path.startswith(door) for door in OPEN):
            return inner(environ, start)
        return inner({**environ, "PATH_INFO": NOWHERE}, start)  # the app's own page for it, in Japanese

    return answer


def command(host: str, port: int, tls: Mapping[str, str]) -> list[str]:
    """What to start: waitress, or with TLS gunicorn, which knows client certificates."""
    call = "portal.registry.serving:registry_app"
    if not tls:
        return server_command(host, port, "--call", call)
    options = [f"--bind={host}:{port}", "--worker-class=gthread", "--workers=2", "--threads=4"]
    options += [f"--certfile={tls['cert']}", f"--keyfile={tls['key']}"]
    if tls.get("client_ca"):
        options += [f"--ca-certs={tls['client_ca']}", "--cert-reqs=1"]  # asked for, as tokens do as well
    return [sys.executable, "-m", "gunicorn", *options, f"{call}()"]


def serve(instance: str, base_url: str, host: str, port: int, tls: Mapping[str, str]) -> NoReturn:
    """Become the server process; ends with Ctrl-C or SIGTERM."""
    environment = os.environ | {"WARIFU_INSTANCE": instance, "WARIFU_BASE_URL": base_url}
    os.chdir(ROOT)
    os.execve(sys.executable, command(host, port, tls), environment)  # noqa: S606 - our own command
