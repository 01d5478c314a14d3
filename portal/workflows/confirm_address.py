"""Confirm an address (アドレスの確認): a one-time link proves that the signatory's address takes mail. (FORM-C06)"""

from datetime import datetime

from sqlalchemy import select

from forms.meanings import Meaning
from forms.model import FormDefinition, meanings_of
from portal.accounts.tokens import new_token, token_hash
from portal.audit import Tag
from portal.workflows.act import Act
from procurement.electronic_contract_requests import ElectronicContractRequest
from procurement.errors import RuleViolation
from procurement.filings import FilingVersion


def ask_to_confirm_address(act: Act, version: FilingVersion, form: FormDefinition) -> None:
    """Mail the one-time link to the signatory's address; an address confirmed before stays confirmed."""
    address = signatory_address(version, form)
    if not address:
        return
    version.address_confirmed_at = _confirmed_before(version, form, address)
    if version.address_confirmed_at is not None:
        return
    mail_confirmation(act, version, address)


def mail_confirmation(act: Act, version: FilingVersion, address: str, number: int = 1) -> None:
    """Mail a new link, the `number`-th of this version; only the newest link opens."""
    token = new_token()
    version.address_token_hash = token_hash(token)
    act.mail(
        "address_confirmation",
        address,
        city=version.city,
        key=f"{confirmation_key(version)}{number}",
        case_id=version.filing.case_id,
        case=version.filing.case,
        company=version.filing.company,
        filing=version.filing,
        link=act.address_of(f"/confirm-address/{token}"),
    )


def confirmation_key(version: FilingVersion) -> str:
    """Begins the keys of all confirmation mails of a version."""
    return f"address-confirmation:{version.id}:"


def find_address_to_confirm(act: Act, token: str) -> FilingVersion:
    """The version whose address a link confirms; a dead link says what to do instead."""
    query = select(FilingVersion).where(FilingVersion.address_token_hash == token_hash(token))
    version = act.session.scalar(query)
    if version is None:
        raise RuleViolation(
            "address_link.unknown",
            "このリンクは使えません。",
            remedy="リンクが途中で切れていないか確かめ、メールのリンクをもう一度開きます。申請が出し直されたときや、確認のメールが送り直されたときは、いちばん新しいメールのリンクを使います。",
        )
    return version


def confirm_address(act: Act, token: str) -> FilingVersion:
    """The holder of the mailbox confirms; the first time counts, a second press changes nothing."""
    version = find_address_to_confirm(act, token)
    if version.address_confirmed_at is None:
        version.address_confirmed_at = act.now
        act.audit(
            Tag.FILING_ADDRESS_CONFIRMED,
            city=version.city,
            subject=("filing", version.filing_id),
            version=version.number,
        )
    _carry_over(act, version)
    return version


def signatory_address(version: FilingVersion, form: FormDefinition) -> str:
    """The signatory's address on a filed form; empty where the form asks for none."""
    return str(meanings_of(form, version.values).get(Meaning.SIGNATORY_EMAIL) or "")


def _confirmed_before(version: FilingVersion, form: FormDefinition, address: str) -> datetime | None:
    earlier = (v for v in reversed(version.filing.versions) if v.number < version.number)
    return next(
        (
            v.address_confirmed_at
            for v in earlier
            if v.address_confirmed_at and signatory_address(v, form) == address
        ),
        None,
    )


def _carry_over(act: Act, version: FilingVersion) -> None:
    """An application that was accepted meanwhile learns of the confirmation too."""
    query = select(ElectronicContractRequest).where(ElectronicContractRequest.filing_version_id == version.id)
    request = act.session.scalar(query)
    if request is not None:
        request.address_confirmed_at = request.address_confirmed_at or version.address_confirmed_at
