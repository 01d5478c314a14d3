"""Acts of the jobs (定期処理の行為): one transaction for each thing, so that none of them holds up another."""

import logging
from collections.abc import Callable

from sqlalchemy.exc import IntegrityError

from portal.acting import acting
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER, Act
from procurement.errors import RuleViolation

log = logging.getLogger(__name__)


def act_alone(work: Callable[[Act], int], what: str) -> int:
    """Do the work in an act of the scheduler; what it counts, or 0 where it could not be done.

    `what` names it in the log where it is refused: one address that takes no mail stops nothing else.
    """
    try:
        with acting(SCHEDULER, Scope()) as act:
            return work(act)
    except IntegrityError:
        return 0  # another process did the same first; the database let only one through
    except RuleViolation as refusal:
        log.error("%s: nothing is written: %s", what, refusal.sentence())
        return 0
