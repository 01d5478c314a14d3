"""Tasks (提出する書類): the papers that the city takes for a case, and how far each of them is."""

from dataclasses import dataclass

from flask import url_for

from forms.model import FormDefinition, Offer, forms_in_force
from portal.contractor.access import filing_of
from portal.workflows.act import Act
from portal.workflows.usage_forms import definitions_of
from procurement.cases import ProcurementCase
from procurement.contracts import ContractStage
from procurement.filings import Filing, FilingStatus
from procurement.wareki import jst_date

WORDS = {
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
class Task:
    """One paper: its name, where it is written, its state in a word, and a line about it."""

    name: str
    status: str
    href: str
    hint: str = ""
    kind: str | None = None


def tasks_of(act: Act, case: ProcurementCase) -> list[Task]:
    """The papers of a case, in the city's order; one that was begun stays, whatever the city offers now."""
    in_force = forms_in_force(definitions_of(act.rules(case.city)), jst_date(act.now))
    offered = [(form.offer_for(case.category), form) for form in in_force]
    begun = [(offer or Offer(), form) for offer, form in offered if offer or filing_of(case, form.code)]
    begun.sort(key=lambda pair: pair[0].position)
    usage_form = act.rules(case.city).usage_application.form
    return [_task(case, form, offer, is_usage=form.code == usage_form) for offer, form in begun]


def _task(case: ProcurementCase, form: FormDefinition, offer: Offer, *, is_usage: bool) -> Task:
    filing = filing_of(case, form.code)
    status = filing.status if filing and filing.versions else None
    closed = is_usage and filing is None and case.contracts[0].stage is ContractStage.PAPER
    href = "" if closed else url_for("contractor.show_filing", case_id=case.id, form_code=form.code)
    word = "提出不要" if closed else WORDS[status]
    hint = _hint(filing) or ("" if offer.required or is_usage or closed else "該当するときに提出します")
    return Task(f"{offer.mark}{form.title}", word, href, hint, "neutral" if closed else None)


def _hint(filing: Filing | None) -> str:
    if filing is None or not filing.versions or not filing.current.receipt_number:
        return ""
    late = "（期限後）" if filing.current.is_late else ""
    return f"受付番号 {filing.current.receipt_number}{late}"
