"""Send for signing (署名依頼の送信): from the drafted documents to an envelope that asks the contractor first."""

from dataclasses import replace
from datetime import datetime, timedelta

from portal.accounts.models import Account
from portal.audit import Tag
from portal.permissions import Role
from portal.workflows.act import Act
from portal.workflows.draft_contract import refuse_unless_drafting
from portal.workflows.file_application import open_deadline
from portal.workflows.locks import lock_case
from portal.workflows.mail_signing_password import PasswordDesk, write_password
from portal.workflows.review_filing import request_in_force
from portal.workflows.write_signing_letters import write_request
from procurement.cities.kinds import AddressConfirmation
from procurement.contracts import Contract, ContractDocument
from procurement.electronic_contract_requests import ElectronicContractRequest
from procurement.errors import RuleViolation
from procurement.rules import CityRules, DeadlineKind, SigningType
from signing import (
    DateBox,
    DocumentDraft,
    DocumentStore,
    EnvelopeDraft,
    PartyDraft,
    PreparedEnvelope,
    Side,
    SigningMode,
    StepRole,
    create_envelope,
    send,
)

ADDRESS_UNCONFIRMED = "address_unconfirmed"


def draft_envelope(act: Act, contract: Contract, city_signatory: Account) -> EnvelopeDraft:
    """The envelope of a contract: clerks confirm, the contractor signs, then, and only then, the city. (CITY-04)"""
    rules = act.rules(contract.city)
    request = request_in_force(act, contract.case_id)
    check_ready_to_send(contract, request, rules)
    assert request is not None
    _refuse_unauthorised(contract, city_signatory)
    return EnvelopeDraft(
        owner=contract.city,
        reference=contract.id,
        title=contract.title,
        sender_name=rules.name,
        documents=_documents(act.store, contract),
        parties=[*_contractor_parties(contract, request, rules), _city_party(rules, city_signatory)],
        link_lifetime=timedelta(days=rules.signing.request_link_days),
        links_end_at=_links_end_at(contract, rules),
        mode=SigningMode.PARTY if rules.signing.type is SigningType.PARTY else SigningMode.WITNESS,
    )


def send_for_signing(
    act: Act, contract: Contract, prepared: PreparedEnvelope, desk: PasswordDesk | None = None
) -> None:
    """Create the prepared envelope, ask its first people and write to them. (CITY-24)

    Where they sign with certificates of their own, `desk` issues their signing passwords. (PTY-66)
    """
    lock_case(act, contract.case_id)
    refuse_unless_drafting(contract)
    request = request_in_force(act, contract.case_id)
    check_ready_to_send(contract, request, act.rules(contract.city))
    assert request is not None
    _refuse_changed_meanwhile(act, contract, request, prepared)
    envelope = create_envelope(act.session, prepared, act.now)
    contract.send(envelope.id, act.now)
    for document, sent in zip(contract.documents, envelope.documents, strict=True):
        document.envelope_document_id = sent.id
    asked = send(act.session, envelope.id, act.now)
    act.audit(
        Tag.CONTRACT_SENT, city=contract.city, subject=("contract", contract.id), envelope=envelope.number
    )
    for step in asked:
        write_request(act, contract, step)
        if desk is not None:
            write_password(act, desk, contract, step.step)


def check_ready_to_send(
    contract: Contract, request: ElectronicContractRequest | None, rules: CityRules
) -> None:
    """Refuse to send without an accepted application or without documents. (CITY-02, CITY-03, FORM-C06)"""
    if request is None:
        raise RuleViolation(
            "no_application",
            "電子契約の利用申請が受理されていないため、署名依頼を送信できません。",
            rules.usage_application.mark.source,
            "事業者の申請を受理してから送信します。申請がなければ紙の契約になります。",
        )
    if awaits_address(request, rules):
        raise RuleViolation(
            ADDRESS_UNCONFIRMED,
            f"契約締結権限者のメールアドレス（{request.signatory_mail_address}）が未確認のため、"
            "署名依頼を送信できません。",
            rules.usage_application.mark.source,
            "確認のメールのリンクを事業者に開いてもらうか、理由を記録して、確認を待たずに進めます。",
        )
    if not contract.documents:
        raise RuleViolation(
            "no_documents",
            "送信する契約書類がありません。",
            remedy="契約書を作成するか、PDF を追加してから送信します。",
        )
    if all(document.date_field is None for document in contract.documents):
        raise RuleViolation(
            "no_date_field",
            "契約締結日の欄がある書類がありません。",
            rules.backdating.source,
            "契約書の PDF に、契約締結日を記入する位置を指定します。",
        )


def awaits_address(request: ElectronicContractRequest, rules: CityRules) -> bool:
    """Whether the city's rule holds sending until the signatory's address is confirmed. (FORM-C06)"""
    rule = rules.usage_application.confirm_address
    return rule is AddressConfirmation.REQUIRED and not request.is_address_settled


def _refuse_unauthorised(contract: Contract, account: Account) -> None:
    """Only the city's own signatory signs for it."""
    if account.city != contract.city or Role.SIGNATORY not in account.role_set or account.disabled_at:
        raise RuleViolation(
            "not_a_signatory",
            "選ばれた方は、この市の契約に署名する権限を持つ利用者ではありません。",
            remedy="市の署名者を選び直して送信します。",
        )


def _refuse_changed_meanwhile(
    act: Act, contract: Contract, request: ElectronicContractRequest, prepared: PreparedEnvelope
) -> None:
    """What was prepared outside of the transaction must still be what the contract says: files and addresses."""
    parties = _contractor_parties(contract, request, act.rules(contract.city))
    draft = prepared.draft
    same_contract = (draft.owner, draft.reference) == (contract.city, contract.id)
    same_files = list(draft.documents) == _documents(act.store, contract)
    asked = [replace(party, appearance=None) for party in draft.parties[:-1]]  # where a seal is seen is free
    if not same_contract or not same_files or asked != parties:
        raise RuleViolation(
            "changed_while_preparing",
            "送信の準備をしている間に、契約書類か署名する方の登録が変わりました。まだ送信していません。",
            remedy="画面を開き直し、書類と宛先を確かめてから送信します。",
        )


def _documents(store: DocumentStore, contract: Contract) -> list[DocumentDraft]:
    return [_document(store, document) for document in contract.documents]


def _document(store: DocumentStore, document: ContractDocument) -> DocumentDraft:
    field = document.date_field
    box = DateBox(field["page"], *field["rect"]) if field else None
    return DocumentDraft(document.name, store.path(document.draft_sha256), box)


def _contractor_parties(
    contract: Contract, request: ElectronicContractRequest, rules: CityRules
) -> list[PartyDraft]:
    """The contractor's people in their order: clerks 1, 2, 3 confirm, the signatory signs last. (AMB-08)

    Where the city's rule asks in parallel, all of them are asked together; the city is last either way.
    """
    turn = 1 if rules.signing.parallel else None
    organisation = contract.company.name
    signatory = request.signatory
    clerks = [
        PartyDraft(
            Side.RECEIVER, clerk.name, organisation, clerk.mail_address, role=StepRole.REVIEWER, turn=turn
        )
        for clerk in request.contract_clerks
    ]
    return [
        *clerks,
        PartyDraft(
            Side.RECEIVER, signatory.name, organisation, signatory.mail_address, signatory.title, turn=turn
        ),
    ]


def _city_party(rules: CityRules, account: Account) -> PartyDraft:
    return PartyDraft(Side.SENDER, account.name, rules.name, account.mail_address, account.title)


def _links_end_at(contract: Contract, rules: CityRules) -> datetime | None:
    """The conclusion deadline, where the city lets no link outlive it, be it sent later or again. (SIGN-22, AMB-28)"""
    if contract.is_amendment or not rules.signing.request_link_ends_at_deadline:
        return None
    deadline = open_deadline(contract.case, DeadlineKind.CONTRACT_CONCLUSION)
    return deadline.due_at if deadline else None
