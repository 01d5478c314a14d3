"""Papers of a case (案件の書類): what the city takes for it and how far each is, for the lists of both doors."""

from dataclasses import dataclass

from forms.dues import PaperDue
from forms.model import FormDefinition, Offer, forms_in_force
from portal.workflows.act import Act
from portal.workflows.paper_dues import paper_due
from portal.workflows.usage_forms import definitions_of
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.filings import Filing, FilingStatus
from procurement.rules import DeadlineKind
from procurement.wareki import jst_date

PAPER_WORDS = {
    None: "未着手",
    FilingStatus.DRAFT: "入力中",
    FilingStatus.SUBMITTED: "提出済",
    FilingStatus.SENT_BACK: "差戻し",
    FilingStatus.ACCEPTED: "受理",
    FilingStatus.REJECTED: "却下",
    FilingStatus.WITHDRAWN: "取下げ",
    FilingStatus.VOID: "無効",
}


@dataclass(frozen=True)
class Paper:
    """One paper that a case can have: its form, how it is offered, and what was begun of it."""

    form: FormDefinition
    offer: Offer
    filing: Filing | None
    is_usage: bool
    due: PaperDue | None = None

    @property
    def name(self) -> str:
        """The title behind the city's mark (①現場代理人…)."""
        return f"{self.offer.mark}{self.form.title}"

    def deadlines(self, case: ProcurementCase) -> list[CaseDeadline]:
        """The deadlines that the city has for this paper and that still ask for something."""
        if not self.is_usage:
            return []
        return [d for d in case.deadlines if d.kind == DeadlineKind.USAGE_APPLICATION and d.is_open()]


def papers_of(act: Act, case: ProcurementCase) -> list[Paper]:
    """The papers of a case in the city's order: those offered for its kind, and whatever was begun before."""
    in_force = forms_in_force(definitions_of(act.rules(case.city)), jst_date(act.now))
    begun = {filing.form_code: filing for filing in case.filings}
    usage_form = act.rules(case.city).usage_application.form
    papers = [
        Paper(
            form,
            form.offer_for(case.category) or Offer(),
            begun.get(form.code),
            form.code == usage_form,
            paper_due(act, case, form),
        )
        for form in in_force
        if form.offer_for(case.category) or form.code in begun
    ]
    return sorted(papers, key=lambda paper: paper.offer.position)
