"""Review a filing (審査): accept, send back with a reason, reject; the thread with the contractor."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from forms.model import FormDefinition, meanings_of
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.advance_payments import refuse_election
from portal.workflows.file_application import refuse_missing_attachments
from portal.workflows.guarantees_of_filing import named, return_with
from portal.workflows.locks import lock_case
from portal.workflows.recipients import notify_contractor, notify_officers
from portal.workflows.request_advance_payment import take_up_payment
from portal.workflows.texts import fitting, fitting_line, required_reason
from portal.workflows.usage_forms import form_of_version
from procurement.contracts import Contract
from procurement.electronic_contract_requests import (
    ElectronicContractRequest,
    clerks_from,
    signatory_from,
)
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingConflict, FilingMessage, FilingVersion

LONGEST_REMARK = 500
LONGEST_MESSAGE = 2000
"""Of a contractor: the office may need more words."""
SAME_PRESS = timedelta(minutes=1)
"""The same words by the same person within this time are one message, whose button was pressed twice."""


def send_back_filing(
    act: Act,
    filing: Filing,
    *,
    version_number: int,
    reason: str,
    marked_fields: Sequence[str] = (),
    remarks: Mapping[str, str] | None = None,
    beside: Sequence[str] = (),
) -> None:
    """Send the paper back for correction (差戻し): a general word, and what is wrong with which fields. (FILE-22)

    Whoever writes a remark marks the field with it. Keys that the form does not know are left out. `beside` are
    lines of the mail about what goes back together with the paper.
    """
    reason = required_reason(reason, FilingVersion.decision_reason, "差戻しの内容")
    lock_case(act, filing.case_id)
    version = _version_seen(filing, version_number)
    labels = markable_labels(form_of_version(act, version))
    said = _remarks(labels, remarks or {})
    marked = [key for key in labels if key in marked_fields or key in said]
    version.send_back(now=act.now, by=act.actor.name, reason=reason)
    _write_message(act, filing, reason, marked, said)
    act.audit(Tag.FILING_SENT_BACK, city=filing.city, subject=("filing", filing.id), version=version.number)
    places = [f"・{labels[key]}{f'：{said[key]}' if key in said else ''}" for key in marked]
    letter = [reason, *(["", "直すところ", *places] if places else []), *(["", *beside] if beside else [])]
    _tell_contractor(act, filing, version, "filing_sent_back", "\n".join(letter))


def markable_labels(form: FormDefinition) -> dict[str, str]:
    """What an officer can mark, by key: every field, cells of tables too, and each kind of attachment."""
    files = {attachment_key(wanted.code): f"添付「{wanted.label}」" for wanted in form.attachments}
    return {field.key: field.label for field in form.fields()} | files


def attachment_key(code: str) -> str:
    """The key under which a kind of attachment is marked."""
    return f"attachment-{code}"


def _remarks(labels: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    said = {key: text.strip() for key, text in typed.items() if key in labels and text.strip()}
    for key, text in said.items():
        if len(text) > LONGEST_REMARK:
            raise RuleViolation(
                "remark_too_long",
                f"「{labels[key]}」に書いた内容が{LONGEST_REMARK}文字を超えています。",
                remedy="短くするか、差し戻す理由の欄に書きます。",
            )
    return said


def reject_filing(act: Act, filing: Filing, *, version_number: int, reason: str) -> None:
    """Reject the paper for good (却下), with the reason; guarantees that it brought go back, unless accepted."""
    reason = required_reason(reason, FilingVersion.decision_reason, "却下の内容")
    lock_case(act, filing.case_id)
    version = _version_seen(filing, version_number)
    version.reject(now=act.now, by=act.actor.name, reason=reason)
    returned = [f"・{named(lodged)}" for lodged in return_with(act, filing, reason)]
    _write_message(act, filing, reason)
    act.audit(Tag.FILING_REJECTED, city=filing.city, subject=("filing", filing.id), version=version.number)
    letter = [
        reason,
        *(["", "この書類で提出された次の保証も、差し戻しました。", *returned] if returned else []),
    ]
    _tell_contractor(act, filing, version, "filing_rejected", "\n".join(letter))


def accept_filing(
    act: Act, filing: Filing, form: FormDefinition, *, version_number: int, reason: str = ""
) -> None:
    """Accept the paper (受理); an accepted usage application makes the contract electronic."""
    reason = fitting(reason, FilingVersion.decision_reason, "受理の理由")
    lock_case(act, filing.case_id)
    version = _version_seen(filing, version_number)
    refuse_missing_attachments(act, form, version)
    refuse_election(act.session, filing.case_id, form, version)
    version.accept(now=act.now, by=act.actor.name, reason=reason)
    act.audit(
        Tag.FILING_ACCEPTED,
        city=filing.city,
        subject=("filing", filing.id),
        version=version.number,
        reason=reason,
    )
    if form.code == act.rules(filing.city).usage_application.form:
        _take_up_application(act, filing, version, form)
    take_up_payment(act, filing, version, form)
    _tell_contractor(act, filing, version, "filing_accepted", reason)


def answer_in_thread(act: Act, filing: Filing, text: str) -> None:
    """A message of either side in the thread of a filing (やり取り); a button pressed twice sends it once."""
    limit = None if act.actor.side == "office" else LONGEST_MESSAGE
    text = required_reason(text, FilingMessage.text, "メッセージの内容", limit=limit)
    lock_case(act, filing.case_id)
    if _is_pressed_twice(act, filing, text):
        return
    _write_message(act, filing, text)
    key = f"filing-message:{filing.id}:{len(filing.messages)}"
    if act.actor.side == "office":
        notify_contractor(act, filing.case, "filing_message", key=key, filing=filing, text=text)
    else:
        notify_officers(act, filing.case, "filing_message", key=key, filing=filing, text=text)


def _is_pressed_twice(act: Act, filing: Filing, text: str) -> bool:
    newest = filing.messages[-1] if filing.messages else None
    if newest is None or act.now - newest.written_at > SAME_PRESS:
        return False
    return (newest.author_side, newest.author_name, newest.text) == (act.actor.side, act.actor.name, text)


def request_in_force(act: Act, case_id: str) -> ElectronicContractRequest | None:
    """The usage application in force for a case, or none."""
    requests = act.session.scalars(
        select(ElectronicContractRequest).where(ElectronicContractRequest.case_id == case_id)
    )
    return next((request for request in requests if request.is_in_force), None)


def _take_up_application(act: Act, filing: Filing, version: FilingVersion, form: FormDefinition) -> None:
    meanings = {str(meaning): value for meaning, value in meanings_of(form, version.values).items()}
    signatory = signatory_from(
        meanings, filing.company.representative_title, filing.company.representative_name
    )
    clerks = clerks_from(meanings)
    earlier = request_in_force(act, filing.case_id)
    if earlier is not None:
        earlier.replaced_at = act.now
    act.session.add(
        ElectronicContractRequest(
            city=filing.city,
            case_id=filing.case_id,
            company_id=filing.company_id,
            filing_version_id=version.id,
            accepted_at=act.now,
            signatory_name=fitting_line(
                signatory.name, ElectronicContractRequest.signatory_name, "契約締結権限者の氏名"
            ),
            signatory_title=fitting_line(
                signatory.title, ElectronicContractRequest.signatory_title, "契約締結権限者の役職"
            ),
            signatory_mail_address=signatory.mail_address,
            is_delegate=signatory.is_delegate,
            clerks=[{"name": c.name, "mail_address": c.mail_address} for c in clerks],
            address_confirmed_at=version.address_confirmed_at,
        )
    )
    contract = _original_of(filing)
    if contract.route is None:
        contract.go_electronic(f"{filing.title}を受理しました（受付番号 {version.receipt_number}）。")


def _original_of(filing: Filing) -> Contract:
    return filing.case.contracts[0]


def _version_seen(filing: Filing, version_number: int) -> FilingVersion:
    """The version the officer was looking at; refused if the contractor has filed another one meanwhile."""
    if filing.current.number != version_number:
        raise FilingConflict(
            "filing_changed_meanwhile",
            "確認している間に、事業者が内容を直して新しい版を作りました。",
            remedy="画面を開き直して、新しい版をご確認ください。",
        )
    return filing.current


def _write_message(
    act: Act,
    filing: Filing,
    text: str,
    marked_fields: Sequence[str] = (),
    remarks: Mapping[str, str] | None = None,
) -> None:
    filing.messages.append(
        FilingMessage(
            city=filing.city,
            version_number=filing.current.number,
            written_at=act.now,
            author_side=act.actor.side,
            author_name=act.actor.name,
            text=text,
            marked_fields=list(marked_fields),
            remarks=dict(remarks or {}),
        )
    )
    act.session.flush()


def _tell_contractor(act: Act, filing: Filing, version: FilingVersion, template: str, reason: str) -> None:
    notify_contractor(
        act,
        filing.case,
        template,
        key=f"{template}:{filing.id}:{version.number}",
        filing=filing,
        version=version,
        reason=reason,
    )
