"""Letters of the signing (署名のお知らせ): request, completion, refusal, in each city's own words."""

import hashlib
from collections.abc import Sequence

from portal.mail import Attachment
from portal.workflows.act import Act
from procurement.contracts import Contract, ContractDocument
from procurement.rules import CityRules
from signing import AskedStep, CirculationStep, Envelope, Side, create_download_link


def write_request(act: Act, contract: Contract, asked: AskedStep, *, again: bool = False) -> None:
    """Ask somebody to look at the documents and sign (署名依頼). (SIGN-20, SIGN-40, SIGN-41)"""
    rules = act.rules(contract.city)
    step = asked.step
    subject = request_subject(act, contract)
    act.mail(
        "signing_request",
        step.email,
        city=contract.city,
        key=f"signing-request:{step.id}:{hashlib.sha256(asked.token.encode()).hexdigest()[:32]}",
        subject=f"{rules.mails.resend_prefix}{subject}" if again else subject,
        from_name=rules.mails.sender_name,
        case_id=contract.case_id,
        contract=contract,
        step=step,
        is_city=step.side is Side.SENDER,
        link=act.address_of(f"/sign/{asked.token}"),
        expires_at=asked.expires_at,
    )


def request_subject(act: Act, contract: Contract) -> str:
    """The subject of the request (署名依頼の件名), in the city's own words. (MAIL-12..16)"""
    rules = act.rules(contract.city)
    return rules.mails.subject_of_request(**_placeholders(rules, contract))


def write_completion(act: Act, contract: Contract, envelope: Envelope) -> None:
    """Tell both sides that the contract is concluded, with the files or a link by the city's size rules. (SIGN-45)"""
    for step in _distinct(envelope.steps):
        _write_completion_to(act, contract, envelope, step)


def _write_completion_to(act: Act, contract: Contract, envelope: Envelope, step: CirculationStep) -> None:
    rules = act.rules(contract.city)
    expires_at = rules.completion.download_link_ends_at(act.now)
    token = create_download_link(act.session, envelope.id, step.email, expires_at, act.now, step.id)
    attachments = completion_attachments(rules, contract.documents, step.email)
    act.mail(
        "signing_completed",
        step.email,
        city=contract.city,
        key=f"signing-completed:{contract.id}",
        subject=rules.mails.subject_of_completion(**_placeholders(rules, contract)),
        from_name=rules.mails.sender_name,
        case_id=contract.case_id,
        attachments=attachments,
        attached=bool(attachments),
        link_only=not rules.completion.attach,
        contract=contract,
        envelope=envelope,
        step=step,
        link=act.address_of(f"/download/{token}"),
        expires_at=expires_at,
    )


def completion_attachments(
    rules: CityRules, documents: Sequence[ContractDocument], address: str
) -> tuple[Attachment, ...]:
    """All finished files where the city attaches them and none is over its limit; else none. (SIGN-28, SIGN-46)"""
    sizes = [document.final_size or 0 for document in documents]
    if not all(rules.completion.attaches(size, address) for size in sizes):
        return ()
    return tuple(
        Attachment(f"{document.name}.pdf", document.final_sha256)
        for document in documents
        if document.final_sha256
    )


def _placeholders(rules: CityRules, contract: Contract) -> dict[str, str]:
    return {
        "title": contract.title,
        "number": contract.case.number,
        "city": rules.name,
        "mayor": rules.mayor,
        "company": contract.company.name,
    }


def _distinct(steps: Sequence[CirculationStep]) -> list[CirculationStep]:
    """One letter to each address, also to somebody who forwarded the request."""
    return list({step.email: step for step in steps}.values())
