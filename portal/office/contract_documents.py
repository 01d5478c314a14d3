"""Contract documents (契約書類の用意): generate, upload, order, remove, say where the contract date goes."""

from functools import partial
from typing import Any

from flask import current_app, flash, redirect, request, url_for

from portal import clock
from portal.acting import acting, house, looking
from portal.office import blueprint
from portal.office.access import REFUSED, Page, own_rules, show, the_contract, the_document
from portal.office.case_pages import document_file, page_href
from portal.office.decisions import pressed
from portal.office.uploads import NO_FILE, chosen, taken_in
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.workflows.act import Act
from portal.workflows.arrange_documents import move_document, write_special_terms
from portal.workflows.draft_contract import NewDocument, add_document, refuse_unless_drafting, remove_document
from portal.workflows.generate_contract import contract_facts, generate_contract
from procurement.contracts import ContractStage
from signing.pades.uploads import Note, examine

MOST_FILES = 20
PREVIEW_WIDTH = 160


@blueprint.get("/contracts/<contract_id>/documents")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
def show_documents(contract_id: str) -> Page:
    """The documents of the envelope to be, and the ways to add one."""
    return _page(contract_id)


@blueprint.post("/contracts/<contract_id>/documents/generate")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
@takes_upload(MOST_FILES)
def submit_generation(contract_id: str) -> Page:
    """Keep the special terms, print the contract from the case, replace the one printed before."""
    try:
        _keep_special_terms(contract_id)
        with looking() as act:
            facts = contract_facts(act, the_contract(act, contract_id))
        document = generate_contract(facts, clock.now(), house().store)
        with acting() as act:
            add_document(act, the_contract(act, contract_id), document)
    except REFUSED as refusal:
        return _page(contract_id, refusal=refusal), 422
    flash(f"「{document.name}」を作成しました。内容をご確認ください。", "success")
    return redirect(_documents_of(contract_id))


@blueprint.post("/contracts/<contract_id>/documents")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
@takes_upload(MOST_FILES)
def submit_documents(contract_id: str) -> Page:
    """Look into every file, then add all of them; one that is refused keeps all of them out.

    Special terms that were typed beside them are kept for the contract that is yet to be printed.
    """
    uploads = chosen(request.files.getlist("files"))
    try:
        _keep_special_terms(contract_id)
        if not uploads:
            raise NO_FILE
        with looking() as act:
            refuse_unless_drafting(the_contract(act, contract_id))
        taken = [_uploaded(upload) for upload in uploads]
        documents = [document for document, _ in taken]
        with acting() as act:
            for document in documents:
                add_document(act, the_contract(act, contract_id), document)
    except REFUSED as refusal:
        if len(uploads) > 1:
            flash(f"選んだ{len(uploads)}件のPDFは、まだどれも追加していません。", "warning")
        return _page(contract_id, refusal=refusal), 422
    flash(f"{len(documents)}件のPDFを追加しました。", "success")
    for document, notes in taken:
        for note in notes:
            flash(f"「{document.name}」: {note.text}", "warning")
    return redirect(_documents_of(contract_id))


@blueprint.post("/contracts/<contract_id>/documents/<document_id>/remove")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
def submit_removal(contract_id: str, document_id: str) -> Page:
    """Take a document out again."""

    def work(act: Act) -> str:
        remove_document(act, the_contract(act, contract_id), document_id)
        return _documents_of(contract_id)

    return pressed(work, partial(_page, contract_id), "書類を外しました。")


@blueprint.post("/contracts/<contract_id>/documents/<document_id>/move")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
def submit_move(contract_id: str, document_id: str) -> Page:
    """Move a document one place up or down."""
    places = -1 if request.form.get("direction") == "up" else 1

    def work(act: Act) -> str:
        contract = the_contract(act, contract_id)
        move_document(act, contract, the_document(contract, document_id).id, places=places)
        return _documents_of(contract_id)

    return pressed(work, partial(_page, contract_id))


def _keep_special_terms(contract_id: str) -> None:
    typed = request.form.get("special_terms")
    if typed is not None:
        with acting() as act:
            write_special_terms(act, the_contract(act, contract_id), typed)


def _uploaded(upload: Any) -> tuple[NewDocument, list[Note]]:
    """The document, and what is unusual about it; refused now what could not be sent later."""
    found, sha256 = taken_in(upload)
    notes = examine(house().store.path(sha256), found.name)
    assert found.page_count is not None
    name = found.name.removesuffix(".pdf")
    return NewDocument(name, "uploaded", sha256, found.size, found.page_count), notes


def _documents_of(contract_id: str) -> str:
    return url_for(".show_documents", contract_id=contract_id)


def _page(contract_id: str, **values: Any) -> str:
    with looking() as act:
        contract = the_contract(act, contract_id)
        return show(
            "contract_documents/index",
            act,
            contract=contract,
            case=contract.case,
            is_drafting=contract.stage is ContractStage.DRAFTING,
            files=[_entry(document) for document in contract.documents],
            special_terms=request.form.get("special_terms", contract.special_terms),
            most_files=own_rules(act).signing.max_files,
            max_bytes=current_app.config["MAX_UPLOAD_BYTES"],
            **values,
        )


def _entry(document: Any) -> dict[str, Any]:
    """A document with its file line and its first page as a picture."""
    return document_file(document) | {
        "document": document,
        "src": page_href(document, 1, PREVIEW_WIDTH),
        "date_page": document.date_field["page"] if document.date_field else None,
    }
