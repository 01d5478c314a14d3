"""Sending for signing (署名依頼の送信): the order of people on a page of its own, then sent; and signing for the city."""

import hashlib
from typing import Any

from flask import flash, redirect, request, url_for

from portal.acting import acting, house, looking
from portal.office import blueprint
from portal.office.access import REFUSED, Page, own_rules, show, the_contract
from portal.office.case_pages import document_file
from portal.office.seal_choices import HIDDEN, as_values, read_choice, refuse_undecided, signers
from portal.office.send_drafts import SendDraft, chosen_signatory, send_draft
from portal.password_desk import password_desk
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.open_signing_page import open_signing_page
from portal.workflows.recipients import city_signatories
from portal.workflows.review_filing import request_in_force
from portal.workflows.send_for_signing import ADDRESS_UNCONFIRMED, send_for_signing
from portal.workflows.write_signing_letters import request_subject
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from signing import EnvelopeDraft, PartyDraft, Side, StepRole, prepare_envelope

CHANGED = RuleViolation(
    "changed_since_shown",
    "画面を開いたあとで、書類または宛先が変わりました。まだ送信していません。",
    remedy="下の内容をもう一度確かめてから送信します。",
)


@blueprint.get("/contracts/<contract_id>/send")
@requires(Permission.OFFICE_SEND_CONTRACT)
def show_send(contract_id: str) -> Page:
    """Who is asked in which order, at which address, until when the links live, with which documents."""
    with looking() as act:
        return _page(act, the_contract(act, contract_id))


@blueprint.post("/contracts/<contract_id>/send")
@requires(Permission.OFFICE_SEND_CONTRACT)
def submit_send(contract_id: str) -> Page:
    """Prepare the files outside of any transaction, then send exactly what the page showed."""
    try:
        with looking() as act:
            contract = the_contract(act, contract_id)
            sending = send_draft(act, contract)
            case_id, draft = contract.case_id, sending.draft
            visible = own_rules(act).signing.visible_signature
        refuse_undecided(draft, sending.chosen, visible=visible)
        if fingerprint(draft) != request.form.get("fingerprint"):
            raise CHANGED
        prepared = prepare_envelope(house().services, draft)
        with acting() as act:
            send_for_signing(act, the_contract(act, contract_id), prepared, password_desk())
    except REFUSED as refusal:
        with looking() as act:
            return _page(act, the_contract(act, contract_id), refusal=refusal), 422
    flash("署名依頼を送信しました。受注者にメールが届きます。", "success")
    for note in dict.fromkeys(note.text for document in prepared.documents for note in document.notes):
        flash(note, "info")
    return redirect(url_for(".show_case", case_id=case_id))


@blueprint.post("/contracts/<contract_id>/sign")
@requires(Permission.OFFICE_SIGN)
def submit_sign(contract_id: str) -> Page:
    """Open the signing page for the person who was asked."""
    with looking() as act:
        case_id = the_contract(act, contract_id).case_id
    try:
        with acting() as act:
            token = open_signing_page(act, the_contract(act, contract_id))
    except REFUSED as refusal:
        flash(f"{refusal.text}{refusal.remedy}", "error")
        return redirect(url_for(".show_case", case_id=case_id))
    return redirect(f"/sign/{token}")


def fingerprint(draft: EnvelopeDraft) -> str:
    """Names exactly these documents, date places and people."""
    documents = [(d.name, str(d.content), d.date_box) for d in draft.documents]
    people = [(p.side, p.name, p.email, p.role, p.appearance) for p in draft.parties]
    return hashlib.sha256(repr((documents, people)).encode()).hexdigest()


def _page(act: Act, contract: Contract, refusal: Any = None) -> str:
    signatories = city_signatories(act, contract.city)
    sending: SendDraft | None = None
    try:
        sending = send_draft(act, contract)
    except REFUSED as found:
        refusal = refusal or found
    draft = sending.draft if sending else None
    return show(
        "signing/send",
        act,
        contract=contract,
        case=contract.case,
        rules=own_rules(act),
        signatories=[(account.id, f"{account.title}　{account.name}".strip("　")) for account in signatories],
        chosen=chosen_signatory(signatories),
        people=_people(draft) if draft else [],
        seals=_seals(sending, contract) if sending else [],
        seal_values=as_values(sending.chosen) if sending else {},
        expires_at=act.now + draft.link_lifetime if draft else None,
        subject=request_subject(act, contract),
        files=[document_file(document) for document in contract.documents],
        fingerprint=fingerprint(draft) if draft else "",
        application=request_in_force(act, contract.case_id),
        awaits_address=refusal is not None and refusal.code == ADDRESS_UNCONFIRMED,
        refusal=refusal,
    )


def _people(draft: EnvelopeDraft) -> list[dict[str, str]]:
    sides = {Side.SENDER: "市", Side.RECEIVER: "受注者"}
    acts = {
        StepRole.SIGNER: "内容を確認して署名する",
        StepRole.REVIEWER: "内容を確認する（署名はしない）",
    }
    return [
        {
            "side": sides[party.side],
            "act": acts[party.role],
            "name": f"{party.title}　{party.name}".strip("　"),
            "organisation": party.organisation,
            "email": party.email,
        }
        for party in draft.parties
    ]


def _seals(sending: SendDraft, contract: Contract) -> list[dict[str, Any]]:
    """Of whoever signs: whether the seal is seen, where, and the ways to change that. (SIGN-51)"""
    return [_seal(sending, contract, number, party) for number, party in signers(sending.draft)]


def _seal(sending: SendDraft, contract: Contract, number: int, party: PartyDraft) -> dict[str, Any]:
    choice = read_choice(sending.chosen[number])
    values: dict[str, Any] = {"signatory": sending.signatory.id} | as_values(sending.chosen)
    hidden = values | {f"seal-{number}": HIDDEN}
    where = ""
    if choice and choice.document <= len(contract.documents):
        where = f"「{contract.documents[choice.document - 1].name}」{choice.page}ページ目"
    return {
        "name": party.name,
        "is_decided": bool(sending.chosen[number]),
        "where": where,
        "place_href": url_for(
            ".show_seal_place", contract_id=contract.id, party=number, **(hidden if not choice else values)
        ),
        "hide_href": url_for(".show_send", contract_id=contract.id, **hidden),
    }
