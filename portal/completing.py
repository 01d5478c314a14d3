"""Completing (署名の完了処理): what the signing job and the demo hand to `complete_signing`."""

from datetime import datetime

from portal import clock
from portal.acting import acting, house, looking
from portal.password_desk import password_desk
from portal.scoping import Scope
from portal.unit_of_work import writing
from portal.workflows.act import SCHEDULER
from portal.workflows.certify_conclusion import certify_concluded
from portal.workflows.complete_signing import Completion, complete_signing


def completion() -> Completion:
    """The parts of this instance, acting as the scheduler over all cities."""
    at = house()
    return Completion(
        acts=lambda: acting(SCHEDULER, Scope()),
        looks=lambda: looking(SCHEDULER, Scope()),
        transaction=lambda: writing(Scope()),
        services=at.services,
        trust=at.trust,
        now=clock.now,
        desk=password_desk(),
    )


def complete_all(_now: datetime) -> str:
    """Seal, ask, conclude and certify until nothing moves any more; says how many things moved."""
    work, moved = completion(), 0
    while step := complete_signing(work) or certify_concluded(work):
        moved += step
    return f"{moved}件の署名・依頼・締結を進めました。" if moved else ""
