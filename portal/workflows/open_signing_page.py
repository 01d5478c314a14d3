"""Open the signing page (署名画面を開く) from the office: for the person who was asked, and nobody else."""

from sqlalchemy import select

from portal.accounts.models import Account
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.locks import lock_case
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from signing import CirculationStep, Envelope, Side, StepStatus, open_for_holder

WAITING = (StepStatus.ASKED, StepStatus.OPENED)


def open_signing_page(act: Act, contract: Contract) -> str:
    """A signing link for the city's step that was asked of the actor's address; returns its token.

    It opens for this account alone, as long as it is signed in; the mailed link lives on beside it.
    """
    lock_case(act, contract.case_id)
    step = step_asked_of(act, contract, act.actor.id)
    if step is None:
        raise RuleViolation(
            "not_asked_to_sign",
            "この契約の署名は、ログインしている方には依頼されていません。",
            remedy="署名は、依頼のメールを受け取った市の署名者が行います。",
        )
    asked = open_for_holder(act.session, step.id, act.actor.id, act.now)
    act.audit(
        Tag.CONTRACT_SIGNING_OPENED, city=contract.city, subject=("contract", contract.id), step=step.id
    )
    return asked.token


def step_asked_of(act: Act, contract: Contract, account_id: str) -> CirculationStep | None:
    """The city's step that waits for the holder of this account, or none."""
    account = act.session.scalar(select(Account).where(Account.id == account_id))
    envelope = act.session.scalar(
        select(Envelope).where(Envelope.id == contract.envelope_id, Envelope.owner == contract.city)
    )
    if account is None or envelope is None or envelope.suspended_at:
        return None
    own = (step for step in envelope.active_steps if step.side is Side.SENDER and step.status in WAITING)
    return next((step for step in own if step.email.lower() == account.mail_address.lower()), None)
