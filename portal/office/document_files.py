"""Files of contract documents (契約書類のファイル): the PDF, with an audit row, and pictures of its pages."""

from flask import abort, request

from portal.acting import acting, looking
from portal.file_answers import page_answer, stored_answer
from portal.office import blueprint
from portal.office.access import Page, the_contract, the_document
from portal.permissions import Permission, requires
from portal.preserving import wanted_certificate, wanted_file
from portal.workflows.note_reading import note_reading
from procurement.contracts import ContractDocument


@blueprint.get("/contracts/<contract_id>/documents/<document_id>.pdf")
@requires(Permission.OFFICE_READ)
def show_document(contract_id: str, document_id: str) -> Page:
    """Once concluded the newest preserved version (or the original, if asked), before that the draft; recorded."""
    with acting() as act:
        contract = the_contract(act, contract_id)
        document = the_document(contract, document_id)
        kept = wanted_file(act.session, document, request.args.get("version"))
        name, sha256 = (kept.name(document.name), kept.sha256) if kept else _draft(document)
        note_reading(act, contract, name.removesuffix(".pdf"), sha256)
    return stored_answer(sha256, name)


@blueprint.get("/contracts/<contract_id>/certificate.pdf")
@requires(Permission.OFFICE_READ)
def show_certificate(contract_id: str) -> Page:
    """The sealed conclusion certificate (合意締結証明書), once it is made: its newest preserved version, or the original. (SIGN-10)"""
    with acting() as act:
        contract = the_contract(act, contract_id)
        kept = wanted_certificate(act.session, contract, request.args.get("version")) or abort(404)
        note_reading(act, contract, "合意締結証明書", kept.sha256)
    return stored_answer(kept.sha256, kept.name("合意締結証明書"))


@blueprint.get("/contracts/<contract_id>/documents/<document_id>/pages/<int:page>-<int:width>.png")
@requires(Permission.OFFICE_READ)
def show_document_page(contract_id: str, document_id: str, page: int, width: int) -> Page:
    """One page as a picture."""
    with looking() as act:
        document = the_document(the_contract(act, contract_id), document_id)
        sha256, pages = document.final_sha256 or document.draft_sha256, document.page_count
    if not 1 <= page <= pages:
        abort(404)
    return page_answer(sha256, page, width)


def _draft(document: ContractDocument) -> tuple[str, str]:
    return f"{document.name}.pdf", document.draft_sha256
