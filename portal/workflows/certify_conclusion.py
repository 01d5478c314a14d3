"""Certify the conclusion (合意締結証明): a sealed paper of who agreed to which files, made once and kept. (SIGN-10)

Made by the completion job right after the conclusion; until then the contract is concluded and its
certificate is "being made".
"""

from datetime import datetime
from functools import partial

from sqlalchemy import and_

from forms.issued.conclusion_certificate import conclusion_certificate
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.complete_signing import Completion
from portal.workflows.describe_conclusion import certificate_facts
from portal.workflows.seal_papers import Drawing, PaperKind, seal_papers
from procurement.contracts import Contract
from procurement.rules import Route
from signing import Envelope


def certify_concluded(work: Completion) -> int:
    """Make every certificate that is missing; returns how many were made."""
    return seal_papers(CERTIFICATES, work)


def _draw(act: Act, contract: Contract, is_demo: bool) -> Drawing:
    envelope = act.session.get_one(Envelope, contract.envelope_id)
    facts = certificate_facts(act, contract, envelope, is_demo=is_demo)
    return Drawing(f"CERTIFICATE_{facts.document_id}", partial(conclusion_certificate, facts))


def _keep(act: Act, contract: Contract, sha256: str, made_at: datetime) -> bool:
    """The first certificate counts; one that another worker made meanwhile is the one that people get."""
    if not contract.certify(sha256, made_at):
        return False
    act.audit(Tag.CONTRACT_CERTIFIED, city=contract.city, subject=("contract", contract.id), sha256=sha256)
    return True


def _postpone(contract: Contract, now: datetime, problem: str) -> None:
    if contract.certificate_sha256 is None:
        contract.certificate_tried_at, contract.certificate_problem = now, problem


def _made(contract: Contract) -> tuple[str, datetime]:
    assert contract.certificate_sha256 is not None
    assert contract.certificate_made_at is not None
    return contract.certificate_sha256, contract.certificate_made_at


CERTIFICATES = PaperKind(
    name="合意締結証明書",
    reason="合意締結証明書の発行",
    row=Contract,
    wanted=and_(
        Contract.concluded_at.is_not(None),
        Contract.route == Route.ELECTRONIC,
        Contract.envelope_id.is_not(None),
    ),
    oldest_first=Contract.concluded_at,
    sha256=Contract.certificate_sha256,
    tried_at=Contract.certificate_tried_at,
    case_id=lambda contract: contract.case_id,
    draw=_draw,
    keep=_keep,
    postpone=_postpone,
    made=_made,
)
