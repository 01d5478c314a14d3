"""Notices of ends (電子証明書の期限のお知らせ): the job that writes them, one transaction for each certificate."""

import logging
from datetime import datetime

from portal.acting import acting, looking
from portal.scoping import Scope
from portal.service_certificates import service_certificates
from portal.workflows.act import SCHEDULER
from portal.workflows.notify_certificates import (
    ServiceCertificate,
    due_signers,
    notify_of_service,
    notify_of_signer,
)
from procurement.errors import RuleViolation

log = logging.getLogger(__name__)


def notice_all(_now: datetime) -> str:
    """Put every notice that is due into the outbox; says how many letters there were."""
    with looking(SCHEDULER, Scope()) as act:
        waiting = due_signers(act)
    written = sum(_notice(certificate_id) for certificate_id in waiting)
    found = [ServiceCertificate.of(part, certificate) for part, certificate in service_certificates()]
    with acting(SCHEDULER, Scope()) as act:
        written += notify_of_service(act, found)
    return f"電子証明書の期限のお知らせ{written}通を確かめました。" if written else ""


def _notice(certificate_id: str) -> int:
    try:
        with acting(SCHEDULER, Scope()) as act:
            return notify_of_signer(act, certificate_id)
    except RuleViolation as refusal:  # one address that takes no mail holds up no other notice
        log.error("certificate %s: no notice: %s", certificate_id, refusal.sentence())
        return 0
