"""The unit of work (作業単位): one session, one transaction, one commit; nothing else commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import current_app, g, has_request_context
from sqlalchemy.orm import Session

from portal import scoping
from portal.database import Database
from portal.scoping import Scope

_writing: ContextVar[bool] = ContextVar("writing", default=False)


def current_database() -> Database:
    """The database of the app at work; needs an application context (request, command, job)."""
    database: Database = current_app.extensions["database"]
    return database


@contextmanager
def reading(scope: Scope | None = None) -> Iterator[Session]:
    """A session that only reads. In a request it sees what the person may see; elsewhere everything."""
    with current_database().readers() as session:
        scoping.apply(session, scope or _request_scope())
        yield session


@contextmanager
def writing(scope: Scope | None = None) -> Iterator[Session]:
    """One transaction: commits at the end, rolls back on an exception. Keep network and PDF work outside."""
    if _writing.get():
        raise RuntimeError("a unit of work is already open: pass its session on")
    token = _writing.set(True)
    try:
        with current_database().writers() as session:
            scoping.apply(session, scope or _request_scope())
            yield session
            session.commit()
    finally:
        _writing.reset(token)


def _request_scope() -> Scope:
    scope: Scope = g.get("scope", Scope()) if has_request_context() else Scope()
    return scope
