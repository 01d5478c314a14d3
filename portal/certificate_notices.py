"""Notices of ends (電子証明書の期限のお知らせ): the job that writes them, one transaction for each certificate or city."""

from datetime import datetime
from functools import partial

from portal.acting import house, looking
from portal.scheduled_acts import act_alone
from portal.scoping import Scope
from portal.service_certificates import service_certificates
from portal.workflows.act import SCHEDULER
from portal.workflows.notify_certificates import (
    ServiceCertificate,
    due_signers,
    notify_of_service,
    notify_of_signer,
)


def notice_all(_now: datetime) -> str:
    """Put every notice that is due into the outbox; says how many letters there were."""
    with looking(SCHEDULER, Scope()) as act:
        waiting = due_signers(act)
    written = sum(
        act_alone(partial(notify_of_signer, certificate_id=each), f"certificate {each}") for each in waiting
    )
    found = [ServiceCertificate.of(part, certificate) for part, certificate in service_certificates()]
    written += sum(
        act_alone(partial(notify_of_service, city=city, certificates=found), f"certificates told to {city}")
        for city in house().cities
    )
    return f"電子証明書の期限のお知らせ{written}通を確かめました。" if written else ""
