"""Versions of a filing (提出した版): the receipt, what it said, what differed from the one before, its PDFs."""

from flask import Response, abort, request

from forms.issued.receipt import receipt
from portal import clock
from portal.acting import looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, my_filing, show
from portal.file_answers import pdf_answer, stored_answer
from portal.filing_views import compared, receipt_facts, remarks_of, shown_sections
from portal.permissions import Permission, requires
from portal.workflows.confirm_address import signatory_address
from portal.workflows.take_filed_notices import notices_wait, readings_of
from portal.workflows.usage_forms import form_of_version
from procurement.filings import Filing, FilingVersion


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/versions/<int:number>")
@requires(Permission.CONTRACTOR_CASES)
def show_version(case_id: str, form_code: str, number: int) -> Page:
    """The receipt of one version: number, second, what happens next, and all that was handed in."""
    with looking() as act:
        case = my_case(act, case_id)
        filing = my_filing(case, form_code)
        version = _submitted(filing, number)
        form, handed_in = form_of_version(act, version), filing.handed_in
        readings = readings_of(act.session, version.id)
        said = [m for m in filing.messages if m.version_number == number and m.marked_fields]
        values = {
            "filing": filing,
            "version": version,
            "sections": shown_sections(form, version.values),
            "comparison": compared(form, version, handed_in, request.args.get("compare", type=int)),
            "others": [other for other in handed_in if other is not version],
            "remarks": [remark for message in said for remark in remarks_of(message, form)],
            "address": signatory_address(version, form),
            "readings": readings,
            "notices_wait": notices_wait(form, version, readings),
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
        filing = my_filing(case, form_code)
        version = _submitted(filing, number)
        facts = receipt_facts(filing, version, form_of_version(act, version), act.rules(case.city))
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
    return next((v for v in filing.handed_in if v.number == number), None) or abort(404)
