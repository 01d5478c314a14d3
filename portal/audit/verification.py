"""Checking the audit log (記録の検証): finds the first changed, missing or reordered row of each chain."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.entries import GENESIS, AuditEntry, AuditHead


@dataclass(frozen=True)
class ChainReport:
    """What one chain looks like: how many rows were read, and what is wrong with the first bad one."""

    city: str
    rows: int
    head: str
    problem: str | None
    seq: int | None


def verify_chains(session: Session) -> list[ChainReport]:
    """One report for each city's chain, and one for the portal's own."""
    heads = {head.city: head for head in session.scalars(select(AuditHead))}
    cities = set(heads) | set(session.scalars(select(AuditEntry.city).distinct()))
    return [_verify(session, city, heads.get(city)) for city in sorted(cities)]


def _verify(session: Session, city: str, head: AuditHead | None) -> ChainReport:
    seq, previous = 0, GENESIS
    query = select(AuditEntry).where(AuditEntry.city == city).order_by(AuditEntry.seq)
    for entry in session.scalars(query.execution_options(yield_per=1000)):
        seq += 1
        if problem := _problem(entry, seq, previous):
            return ChainReport(city, seq, previous, problem, seq)
        previous = entry.hash
    if head is None or (head.seq, head.hash) != (seq, previous):
        return ChainReport(city, seq, previous, "末尾の記録が欠けています。", seq + 1)
    return ChainReport(city, seq, previous, None, None)


def _problem(entry: AuditEntry, seq: int, previous: str) -> str | None:
    if entry.seq != seq:
        return "記録が欠けています。"
    if entry.prev_hash != previous:
        return "前の記録とつながっていません。"
    if entry.hash != entry.computed_hash():
        return "記録の内容が変えられています。"
    return None
