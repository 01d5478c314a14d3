"""Refused by the gate (保証待ちの記録): an attempt of the city to sign too early stays in the audit log. (CITY-30)"""

from portal.signer.visits import visiting
from portal.workflows.guarantee_gate import CLOSED, note_refused
from procurement.errors import RuleViolation


def note_gate(token: str, refusal: Exception) -> None:
    """Write it down in an act of its own: the refused one was rolled back."""
    if isinstance(refusal, RuleViolation) and refusal.code == CLOSED:
        with visiting(token, to_write=True) as visit:
            note_refused(visit.act, visit.contract, visit.step.id, refusal)
