"""What would be sent (送信の下書き): the envelope for the chosen signatory with the chosen seals, nothing kept yet."""

from dataclasses import dataclass

from flask import request

from portal.accounts.models import Account
from portal.office.seal_choices import choices, with_seals
from portal.workflows.act import Act
from portal.workflows.recipients import city_signatories
from portal.workflows.send_for_signing import draft_envelope
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from signing import EnvelopeDraft

NO_SIGNATORY = RuleViolation(
    "no_city_signatory",
    "市の署名者が選ばれていません。",
    remedy="署名者の役割を持つ利用者を登録し、選んでから送信します。",
)


@dataclass(frozen=True)
class SendDraft:
    """The envelope as it would be sent, the city's signatory, and what was chosen for whose seal."""

    draft: EnvelopeDraft
    signatory: Account
    chosen: dict[int, str]


def send_draft(act: Act, contract: Contract) -> SendDraft:
    """Reads the choices of this request. Raises RuleViolation where nothing can be sent."""
    account = chosen_signatory(city_signatories(act, contract.city))
    if account is None:
        raise NO_SIGNATORY
    draft = draft_envelope(act, contract, account)
    chosen = choices(request.values, draft)
    return SendDraft(with_seals(draft, chosen), account, chosen)


def chosen_signatory(accounts: list[Account]) -> Account | None:
    """The one that was chosen; the only one where there is no choice."""
    chosen = request.values.get("signatory", accounts[0].id if accounts else "")
    return next((account for account in accounts if account.id == chosen), None)
