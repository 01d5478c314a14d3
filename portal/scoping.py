"""Scoping (範囲): a session that carries a city or a company sees rows of that city or company only."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, sessionmaker, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption

from procurement.orm import Base


@dataclass(frozen=True)
class Scope:
    """What a person may see: one city, one company, both, or (None) no limit of that kind."""

    city: str | None = None
    company_id: str | None = None

    def columns(self) -> dict[str, str]:
        """The limits that are set, by column name."""
        given = {"city": self.city, "company_id": self.company_id}
        return {name: value for name, value in given.items() if value is not None}


EVERYBODY = {"everybody": True}
"""Execution options of a query that must look beyond the scope: whom to write to at the other side."""


class ScopeViolation(Exception):
    """Something tried to write a row outside the scope of its session: a fault of the program."""


def install(factory: sessionmaker[Session]) -> None:
    """Make every session of `factory` obey its scope (`info["city"]`, `info["company_id"]`)."""
    event.listen(factory, "do_orm_execute", _limit)
    event.listen(factory, "before_flush", _refuse_foreign_rows)


def apply(session: Session, scope: Scope) -> None:
    """Give `session` its scope."""
    session.info.update(scope.columns())


def _scope_of(session: Session) -> dict[str, str]:
    return {name: session.info[name] for name in ("city", "company_id") if session.info.get(name) is not None}


def _limit(state: ORMExecuteState) -> None:
    scope = _scope_of(state.session)
    if not scope or state.is_column_load or state.execution_options.get("everybody"):
        return
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(*_criteria(tuple(scope.items())))


@lru_cache(maxsize=512)
def _criteria(scope: tuple[tuple[str, str], ...]) -> list[ORMOption]:
    """One condition for every table that has the column; kept, for building them costs more than the query."""
    return [
        with_loader_criteria(mapper.class_, getattr(mapper.class_, name) == value, include_aliases=True)
        for name, value in scope
        for mapper in _mappers_with(name)
    ]


def _mappers_with(column: str) -> list[Mapper[Any]]:
    return [mapper for mapper in Base.registry.mappers if column in mapper.column_attrs]


def _refuse_foreign_rows(session: Session, _context: Any, _instances: Any) -> None:
    scope = _scope_of(session)
    for row in session.new | session.dirty if scope else ():
        for name, value in scope.items():
            if getattr(row, name, value) != value:
                raise ScopeViolation(f"{type(row).__name__}.{name} is outside the scope of this session")
