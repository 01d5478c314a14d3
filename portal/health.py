"""Health (稼働状況): `GET /healthz` for monitoring, without a login."""

from importlib.metadata import version

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from portal.permissions import Permission, requires
from portal.storage import check_store
from portal.unit_of_work import current_database

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@requires(Permission.PUBLIC)
def show_health() -> tuple[Response, int]:
    """200 with the versions of schema and app; 503 with the reason when database or store does not answer."""
    answer: dict[str, str | None] = {"status": "ok", "app": version("warifu")}
    try:
        answer["schema"] = schema_version()
        check_store(current_app)
    except SQLAlchemyError as error:
        return _unhealthy(answer, "database", error)
    except OSError as error:
        return _unhealthy(answer, "store", error)
    return jsonify(answer), 200


def schema_version() -> str | None:
    """The revision that the database's schema is at; None before the first migration."""
    with current_database().read_engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _unhealthy(answer: dict[str, str | None], part: str, error: Exception) -> tuple[Response, int]:
    current_app.logger.error("not healthy: %s", part, exc_info=error)
    return jsonify(answer | {"status": "unavailable", "part": part, "reason": type(error).__name__}), 503
