"""Locks (排他): one writer at a time for each case; whoever had to wait sees what the other one did."""

from sqlalchemy import select

from portal.workflows.act import Act
from procurement.cases import ProcurementCase


def lock_case(act: Act, case_id: str) -> None:
    """Keep other writers out of a case with its contracts, filings and deadlines until this act commits.

    Everything that was read before may be stale once the wait is over: it is read again on its next use.
    Every workflow that decides something about a case begins here, so no two of them can lock each other
    out. The envelope of the signing service is locked after the case, never before it. On SQLite the
    writing transaction has already locked the file.
    """
    act.session.flush()
    row = select(ProcurementCase.id).where(ProcurementCase.id == case_id)
    act.session.execute(row.with_for_update(key_share=True))  # rows that point to the case may still be added
    act.session.expire_all()
