"""Deadlines of the papers of a case (書類の提出期限), from the form file's rule and what has happened so far."""

from datetime import date

from forms.dues import DueBase, PaperDue, due_from
from forms.model import FormDefinition
from portal.workflows.act import Act
from procurement.cases import ProcurementCase


def paper_due(act: Act, case: ProcurementCase, form: FormDefinition) -> PaperDue | None:
    """By when this paper is due for this case; None where its form file says nothing.

    The usage application has the deadline of the city's own rules (期限の定め) and none here.
    """
    rules = act.rules(case.city)
    offer = form.offer_for(case.category)
    if offer is None or offer.due is None or form.code == rules.usage_application.form:
        return None
    return due_from(offer.due, _base_day(case, offer.due.base), rules.calendar)


def missed_due(act: Act, case: ProcurementCase, form: FormDefinition) -> PaperDue | None:
    """The same, once it is over; None before."""
    due = paper_due(act, case, form)
    return due if due is not None and due.is_missed(act.now) else None


def _base_day(case: ProcurementCase, base: DueBase) -> date | None:
    """The day of the event, None before it has happened."""
    original = case.contracts[0] if case.contracts else None
    match base:
        case DueBase.AWARD:
            return case.award.awarded_on if case.award else None
        case DueBase.CONCLUSION:
            return original.concluded_on if original else None
        case DueBase.PERIOD_START:
            return (original.starts_on if original else None) or case.starts_on
