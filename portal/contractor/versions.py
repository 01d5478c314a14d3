"""Versions of a filing (提出した版): the receipt, what it said, what differed from the one before, its PDFs."""

from flask import Response, abort

from forms.issued.receipt import ReceiptFacts, receipt
from forms.model import FormDefinition
from forms.values import diff_values, display_values
from portal import clock
from portal.acting import looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, my_filing, my_form, show
from portal.contractor.remarks import last_submitted
from portal.file_answers import pdf_answer, stored_answer
from portal.permissions import Permission, requires
from portal.workflows.confirm_address import signatory_address
from procurement.cases import ProcurementCase
from procurement.filings import Filing, FilingVersion
from procurement.rules import CityRules


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/versions/<int:number>")
@requires(Permission.CONTRACTOR_CASES)
def show_version(case_id: str, form_code: str, number: int) -> Page:
    """The receipt of one version: number, second, what happens next, and all that was handed in."""
    with looking() as act:
        case = my_case(act, case_id)
        filing, form = my_filing(case, form_code), my_form(act, case, form_code)
        version = _submitted(filing, number)
        earlier = last_submitted(filing, before=number)
        values = {
            "filing": filing,
            "version": version,
            "groups": display_values(form, version.values),
            "differences": diff_values(form, earlier.values, version.values) if earlier else [],
            "earlier": earlier,
            "address": signatory_address(version, form),
        }
        return show("filings/version", act, case, **values)


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/versions/<int:number>/paper.pdf")
@requires(Permission.CONTRACTOR_CASES)
def show_paper(case_id: str, form_code: str, number: int) -> Response:
    """The city's paper as it was handed in."""
    with looking() as act:
        filing = my_filing(my_case(act, case_id), form_code)
        version = _submitted(filing, number)
        title = filing.title
    return stored_answer(version.paper_sha256 or abort(404), f"{title}.pdf")


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/versions/<int:number>/receipt.pdf")
@requires(Permission.CONTRACTOR_CASES)
def show_receipt_paper(case_id: str, form_code: str, number: int) -> Response:
    """The receipt as a PDF to keep."""
    with looking() as act:
        case = my_case(act, case_id)
        filing, form = my_filing(case, form_code), my_form(act, case, form_code)
        facts = _receipt_facts(case, filing, _submitted(filing, number), form, act.rules(case.city))
    return pdf_answer(receipt(facts, clock.now()), f"受付票 {facts.receipt_number}")


@blueprint.get(
    "/contractor/cases/<case_id>/filings/<form_code>/versions/<int:number>/attachments/<attachment_id>"
)
@requires(Permission.CONTRACTOR_CASES)
def show_attachment(case_id: str, form_code: str, number: int, attachment_id: str) -> Response:
    """One file that goes with a version, handed in or not."""
    with looking() as act:
        filing = my_filing(my_case(act, case_id), form_code)
        version = next((v for v in filing.versions if v.number == number), None) or abort(404)
        file = next((a for a in version.attachments if a.id == attachment_id), None) or abort(404)
    return stored_answer(file.sha256, file.name, file.media_type, as_download=True)


def _submitted(filing: Filing, number: int) -> FilingVersion:
    found = next((v for v in filing.versions if v.number == number and v.submitted_at), None)
    return found or abort(404)


def _receipt_facts(
    case: ProcurementCase, filing: Filing, version: FilingVersion, form: FormDefinition, rules: CityRules
) -> ReceiptFacts:
    assert version.receipt_number is not None
    assert version.submitted_at is not None
    return ReceiptFacts(
        receipt_number=version.receipt_number,
        received_at=version.submitted_at,
        city_name=rules.name,
        form_title=filing.title,
        case_title=case.title,
        company_name=filing.company.name,
        sections=display_values(form, version.values),
        attachments=[attachment.name for attachment in version.attachments],
        is_late=version.is_late,
    )
