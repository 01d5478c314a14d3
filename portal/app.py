"""The application (アプリケーション): settings, database, store, gate, pages and commands put together."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import acting, cli, clock, demo, errors, health, security, storage, surety
from portal.accounts import identity, views
from portal.certificates import blueprint as certificates
from portal.config import load_config
from portal.contractor import blueprint as contractor
from portal.database import Database
from portal.filters import FILTERS
from portal.frame import frame_values
from portal.office import blueprint as office
from portal.permissions import Permission, requires
from portal.public import blueprint as public
from portal.registry import api as registry_api
from portal.registry import pages as registry_pages
from portal.signer import blueprint as signer

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.blueprint,
    views.blueprint,
    certificates,
    contractor,
    office,
    signer,
    public,
    demo.blueprint,
    surety.blueprint,
    surety.desk,
    registry_api,
    registry_pages,
)
FORM_BYTES = 64 * 1024


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The portal, with settings from file and environment; `overrides` win over both."""
    app = Flask("portal")
    app.config.update(load_config(overrides))
    _configure_flask(app)
    _open_parts(app)
    identity.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _prepare_templates(app)
    cli.init_app(app)
    requires(Permission.PUBLIC)(app.view_functions["static"])
    security.check_permissions_named(app)
    return app


def _configure_flask(app: Flask) -> None:
    production = app.config["MODE"] == "production"
    secure = app.config["BASE_URL"].startswith("https://")
    app.testing = app.config["MODE"] == "test"
    app.config.update(
        SESSION_COOKIE_NAME="__Host-warifu" if secure else "warifu",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        TRUSTED_HOSTS=_trusted_hosts(app.config, production),
        PREFERRED_URL_SCHEME="https" if secure else "http",
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_PARTS=200,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1) if production else None,
        WTF_CSRF_ENABLED=app.config["CSRF"],
        WTF_CSRF_TIME_LIMIT=None,
        PROPAGATE_EXCEPTIONS=False,
    )
    if app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]


def _trusted_hosts(config: Mapping[str, Any], production: bool) -> list[str]:
    base = urlsplit(config["BASE_URL"]).hostname or ""
    local = [] if production else ["localhost", "127.0.0.1", "[::1]"]
    return [base, *local, *config["TRUSTED_HOSTS"]]


def _open_parts(app: Flask) -> None:
    shiftable = app.config["MODE"] != "production"
    clock.allow_shift(Path(app.config["INSTANCE"]) / "demo" / "clock" if shiftable else None)
    app.extensions["database"] = Database(app.config["DATABASE_URL"], app.config["DATABASE_POOL_SIZE"])
    storage.init_app(app)
    acting.init_app(app)


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(frame_values)
