"""Files of filings (申請のファイル): the city's paper of a version, its first page, what was attached."""

from flask import abort

from forms.issued.receipt import receipt
from portal import clock
from portal.accounts.identity import current_principal
from portal.acting import acting, looking
from portal.audit import Tag
from portal.file_answers import page_answer, pdf_answer, stored_answer
from portal.filing_views import receipt_facts
from portal.office import blueprint
from portal.office.access import Page, the_filing
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.note_reading import note_reading
from portal.workflows.take_filed_notices import is_key_notice
from portal.workflows.usage_forms import form_of_version
from procurement.filings import Filing, FilingAttachment, FilingVersion


@blueprint.get("/filings/<filing_id>/versions/<int:number>/paper.pdf")
@requires(Permission.OFFICE_READ)
def show_paper(filing_id: str, number: int) -> Page:
    """The official paper of a version, as it was handed in."""
    with acting() as act:
        filing = the_filing(act, filing_id)
        version = handed_in_version(filing, number)
        sha256 = version.paper_sha256 or abort(404)
        name = f"{filing.title}_第{number}版.pdf"
        note_reading(act, filing, name, sha256)
    return stored_answer(sha256, name)


@blueprint.get("/filings/<filing_id>/versions/<int:number>/pages/<int:page>-<int:width>.png")
@requires(Permission.OFFICE_READ)
def show_paper_page(filing_id: str, number: int, page: int, width: int) -> Page:
    """A page of that paper as a picture."""
    with looking() as act:
        sha256 = handed_in_version(the_filing(act, filing_id), number).paper_sha256 or abort(404)
    return page_answer(sha256, page, width)


@blueprint.get("/filings/<filing_id>/versions/<int:number>/attachments/<attachment_id>")
@requires(Permission.OFFICE_READ)
def show_attachment(filing_id: str, number: int, attachment_id: str) -> Page:
    """A file that came with a version."""
    with acting() as act:
        filing = the_filing(act, filing_id)
        found = [a for a in handed_in_version(filing, number).attachments if a.id == attachment_id]
        if not found:
            abort(404)
        sha256, name, media_type = found[0].sha256, found[0].name, found[0].media_type
        if refuse_closed_notice(act, found[0]):
            note_key_shown(act, filing)
        note_reading(act, filing, name, sha256)
    return stored_answer(sha256, name, media_type)


def refuse_closed_notice(act: Act, file: FilingAttachment) -> bool:
    """Only who checks guarantees opens a file that shows a key; returns whether this is one."""
    is_notice = is_key_notice(act, file.version, file)
    if is_notice and not current_principal().may(Permission.OFFICE_CHECK_GUARANTEE):
        abort(403)
    return is_notice


def note_key_shown(act: Act, filing: Filing) -> None:
    """Opening a key notice is written down as showing the key."""
    act.audit(Tag.GUARANTEE_KEY_SHOWN, city=filing.city, subject=("filing", filing.id))


@blueprint.get("/filings/<filing_id>/versions/<int:number>/receipt.pdf")
@requires(Permission.OFFICE_READ)
def show_receipt_paper(filing_id: str, number: int) -> Page:
    """The receipt of a version, the same as the contractor's."""
    with looking() as act:
        filing = the_filing(act, filing_id)
        version = handed_in_version(filing, number)
        facts = receipt_facts(filing, version, form_of_version(act, version), act.rules(filing.city))
    return pdf_answer(receipt(facts, clock.now()), f"受付票 {facts.receipt_number}")


def handed_in_version(filing: Filing, number: int) -> FilingVersion:
    """A version that the contractor handed in; a draft is its own matter."""
    return next((v for v in filing.handed_in if v.number == number), None) or abort(404)
