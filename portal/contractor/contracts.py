"""Contracts of a case (契約書類): who is asked to sign and when, and the finished original to keep."""

from flask import Response, abort, request

from portal.acting import acting, looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, show
from portal.contractor.signers import signers_of
from portal.deadline_views import pressing_deadline
from portal.file_answers import stored_answer
from portal.permissions import Permission, requires
from portal.preserving import kept_certificates, kept_files, wanted_certificate, wanted_file
from portal.workflows.note_reading import note_reading
from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractStage


@blueprint.get("/contractor/cases/<case_id>/contracts/<contract_id>")
@requires(Permission.CONTRACTOR_CASES)
def show_contract(case_id: str, contract_id: str) -> Page:
    """One contract once it was sent: who was asked, who has signed, and the finished documents."""
    with looking() as act:
        case = my_case(act, case_id)
        contract = _sent_contract(case, contract_id)
        signers = signers_of(act.session, contract)
        pressing = pressing_deadline(case, act.now)
        files = {document.id: kept_files(act.session, document) for document in contract.documents}
        return show(
            "contracts/contract",
            act,
            case,
            contract=contract,
            signers=signers,
            pressing=pressing,
            files=files,
            certificates=kept_certificates(act.session, contract),
        )


@blueprint.get("/contractor/cases/<case_id>/contracts/<contract_id>/documents/<document_id>.pdf")
@requires(Permission.CONTRACTOR_CASES)
def download_document(case_id: str, contract_id: str, document_id: str) -> Response:
    """The newest preserved version or, if asked, the original: the same files as the city's; recorded. (CITY-14)"""
    with acting() as act:
        case = my_case(act, case_id)
        contract = _sent_contract(case, contract_id)
        document = next((d for d in contract.documents if d.id == document_id), None)
        if document is None or not contract.is_concluded:
            abort(404)
        kept = wanted_file(act.session, document, request.args.get("version")) or abort(404)
        name, sha256 = document.name, kept.sha256
        note_reading(act, contract, name, sha256)
    return stored_answer(sha256, kept.name(name), as_download=True)


@blueprint.get("/contractor/cases/<case_id>/contracts/<contract_id>/certificate.pdf")
@requires(Permission.CONTRACTOR_CASES)
def download_certificate(case_id: str, contract_id: str) -> Response:
    """The sealed conclusion certificate (合意締結証明書), the same file as the city's. (SIGN-10)"""
    with acting() as act:
        case = my_case(act, case_id)
        contract = _sent_contract(case, contract_id)
        kept = wanted_certificate(act.session, contract, request.args.get("version")) or abort(404)
        name, sha256 = "合意締結証明書", kept.sha256
        note_reading(act, contract, name, sha256)
    return stored_answer(sha256, kept.name(name), as_download=True)


def _sent_contract(case: ProcurementCase, contract_id: str) -> Contract:
    """A contract that was sent for signing; what the city is still drafting is not for the contractor's eyes."""
    contract = next((c for c in case.contracts if c.id == contract_id), None)
    if contract is None or contract.sent_at is None or contract.stage is ContractStage.PAPER:
        abort(404)
    return contract
