"""Certify the conclusion (合意締結証明): a sealed paper of who agreed to which files, made once and kept. (SIGN-10)

Made by the completion job right after the conclusion. Nothing is locked while it is printed and sealed; two
workers may make one each, and the first that is stored counts, so every download gives the same bytes. While
no authority answers the contract is concluded and its certificate is "being made".
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from forms.issued.conclusion_certificate import CertificateFacts, conclusion_certificate
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.complete_signing import Completion
from portal.workflows.describe_conclusion import certificate_facts
from portal.workflows.locks import lock_case
from procurement.contracts import Contract
from procurement.rules import Route
from signing import Envelope, SigningRefused, seal_paper

log = logging.getLogger(__name__)

REASON = "合意締結証明書の発行"
TRY_AGAIN_AFTER = timedelta(minutes=1)
AT_ONCE = 20


def certify_concluded(work: Completion) -> int:
    """Make every certificate that is missing; returns how many were made."""
    with work.looks() as act:
        waiting = [contract.id for contract in _uncertified(act)]
    return sum(_certify(work, contract_id) for contract_id in waiting)


def _uncertified(act: Act) -> Iterator[Contract]:
    query = select(Contract).where(
        Contract.concluded_at.is_not(None),
        Contract.route == Route.ELECTRONIC,
        Contract.envelope_id.is_not(None),
        Contract.certificate_sha256.is_(None),
        or_(
            Contract.certificate_tried_at.is_(None),
            Contract.certificate_tried_at <= act.now - TRY_AGAIN_AFTER,
        ),
    )
    yield from act.session.scalars(query.order_by(Contract.concluded_at).limit(AT_ONCE))


def _certify(work: Completion, contract_id: str) -> bool:
    made_at = work.now()
    with work.looks() as act:
        contract = act.session.get_one(Contract, contract_id)
        envelope = act.session.get_one(Envelope, contract.envelope_id)
        facts = certificate_facts(act, contract, envelope, is_demo=work.services.is_demo)
    try:
        sha256 = work.services.store.put(_sealed(work, facts, made_at))
    except SigningRefused as refused:
        _postpone(work, contract_id, refused.text)
        return False
    except OSError as error:
        _postpone(work, contract_id, f"保管庫に書き込めません。（{error}）")
        return False
    return _keep(work, contract_id, sha256, made_at)


def _sealed(work: Completion, facts: CertificateFacts, made_at: datetime) -> bytes:
    printed = conclusion_certificate(facts, made_at)
    field_name = f"CERTIFICATE_{facts.document_id}"
    return seal_paper(work.services, printed, "合意締結証明書", field_name, REASON, work.now)


def _keep(work: Completion, contract_id: str, sha256: str, made_at: datetime) -> bool:
    """The first certificate counts; one that another worker made meanwhile is the one that people get."""
    with work.acts() as act:
        contract = act.session.get_one(Contract, contract_id)
        lock_case(act, contract.case_id)
        if not contract.certify(sha256, made_at):
            return False
        act.audit(
            Tag.CONTRACT_CERTIFIED, city=contract.city, subject=("contract", contract.id), sha256=sha256
        )
        return True


def _postpone(work: Completion, contract_id: str, problem: str) -> None:
    log.warning("the certificate of contract %s is not made yet: %s", contract_id, problem)
    with work.acts() as act:
        contract = act.session.get_one(Contract, contract_id)
        lock_case(act, contract.case_id)
        if contract.certificate_sha256 is None:
            contract.certificate_tried_at, contract.certificate_problem = act.now, problem
