"""Assign a filing (担当): who of the office looks after it; taken by oneself, given up, taken over."""

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.locks import lock_case
from procurement.filings import Filing


def assign_filing(act: Act, filing: Filing, *, take_over: bool = False) -> None:
    """Whoever acts takes the filing (担当する); from a colleague only with `take_over`."""
    lock_case(act, filing.case_id)
    former = filing.assigned_name or ""
    if filing.assigned_to == act.actor.id:
        return
    filing.assign(to=act.actor.id, name=act.actor.name, now=act.now, take_over=take_over)
    act.audit(
        Tag.FILING_ASSIGNED,
        city=filing.city,
        subject=("filing", filing.id),
        officer=act.actor.name,
        former=former,
    )


def release_filing(act: Act, filing: Filing) -> None:
    """Nobody has the filing any more (担当を外す): it waits for all again."""
    lock_case(act, filing.case_id)
    if filing.assigned_to is None:
        return
    former = filing.assigned_name or ""
    filing.release()
    act.audit(Tag.FILING_RELEASED, city=filing.city, subject=("filing", filing.id), former=former)
