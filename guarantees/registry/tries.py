"""What was asked of a certificate (照会の記録): for the surety, the orderer, and the contractor. (GUAR-71)"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from guarantees.registry.orm import LookOutcome, Orderer, RegistryCertificate, RegistryLook


@dataclass(frozen=True)
class LookRow:
    """One look as people see it: when, by which orderer, and how it ended. No person, no address, no key."""

    at: datetime
    orderer: str
    orderer_name: str
    number: str | None
    outcome: LookOutcome


@dataclass(frozen=True)
class TryCount:
    """How often an orderer asked for one certificate, and with what outcome."""

    orderer: str
    orderer_name: str
    outcome: LookOutcome
    count: int
    last_at: datetime


def looks_of(
    session: Session,
    issuer: str,
    number: str | None = None,
    outcomes: Collection[LookOutcome] = tuple(LookOutcome),
    limit: int = 100,
) -> list[LookRow]:
    """Looks and tries at one certificate, or at all of a company, newest first: by them a surety sees the tries.

    Those that ended as FOUND are its own orderer's: what the contractor may know of. (GUAR-64)
    """
    look = RegistryLook
    query = (
        select(look.at, look.orderer, Orderer.name, look.number, look.outcome)
        .outerjoin(Orderer, Orderer.code == look.orderer)
        .where(look.issuer == issuer, look.outcome.in_(outcomes))
        .order_by(look.at.desc(), look.id)
        .limit(limit)
    )
    rows = session.execute(query if number is None else query.where(look.number == number))
    return [LookRow(row.at, row.orderer, row.name or row.orderer, row.number, row.outcome) for row in rows]


def try_counts(session: Session, issuer: str, number: str) -> list[TryCount]:
    """The looks and tries at one certificate, counted by orderer and outcome."""
    rows = session.execute(
        select(
            RegistryLook.orderer,
            Orderer.name,
            RegistryLook.outcome,
            func.count(),
            func.max(RegistryLook.at),
        )
        .outerjoin(Orderer, Orderer.code == RegistryLook.orderer)
        .where(RegistryLook.issuer == issuer, RegistryLook.number == number)
        .group_by(RegistryLook.orderer, Orderer.name, RegistryLook.outcome)
        .order_by(func.max(RegistryLook.at).desc())
    )
    return [
        TryCount(code, name or code, outcome, count, last_at) for code, name, outcome, count, last_at in rows
    ]


def failed_tries(session: Session, issuer: str, numbers: Sequence[str]) -> dict[str, int]:
    """How many tries at each of these certificates did not open it; numbers without any are left out."""
    rows = session.execute(
        select(RegistryLook.number, func.count())
        .where(
            RegistryLook.issuer == issuer,
            RegistryLook.number.in_(numbers),
            RegistryLook.outcome != LookOutcome.FOUND,
        )
        .group_by(RegistryLook.number)
    )
    return {number: count for number, count in rows if number is not None}


def own_looks(session: Session, orderer: str, limit: int = 50) -> list[tuple[RegistryLook, str]]:
    """An orderer's own looks, newest first, with the name of the work where it found one."""
    meant = and_(
        RegistryCertificate.issuer == RegistryLook.issuer,
        RegistryCertificate.number == RegistryLook.number,
        RegistryLook.outcome == LookOutcome.FOUND,
    )
    rows = session.execute(
        select(RegistryLook, RegistryCertificate.history)
        .outerjoin(RegistryCertificate, meant)
        .where(RegistryLook.orderer == orderer)
        .order_by(RegistryLook.at.desc(), RegistryLook.id)
        .limit(limit)
    )
    return [(look, history[-1]["contents"]["work_name"] if history else "") for look, history in rows]
