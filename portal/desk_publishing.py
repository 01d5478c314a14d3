"""Publishing of the desks (電子証書の登録): what is issued goes to the registry, outside of transactions, and again until it arrives."""

import logging
from datetime import datetime

from guarantees.lookup import Publication, PublishAnswer, Unavailable
from portal import clock
from portal.acting import acting, house, looking
from portal.registries import registry_publisher
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER
from portal.workflows.publish_guarantee import (
    guarantees_with_waiting,
    next_waiting,
    record_publication,
)

log = logging.getLogger("portal")
BROKEN = "保証確認サービスへの登録の途中で、予期しない誤りがありました。"


def publish_waiting(now: datetime) -> str:
    """The job: everything that has not arrived yet; one guarantee that fails keeps no other one back."""
    with looking(SCHEDULER, Scope()) as act:
        waiting = guarantees_with_waiting(act)
    arrived = sum(map(_has_arrived, waiting))
    return f"{len(waiting)}件のうち{arrived}件を登録" if waiting else ""


def _has_arrived(guarantee_id: str) -> bool:
    try:
        return publish_guarantee(guarantee_id)
    except Exception as error:  # for example a key that cannot be opened any more
        log.error("publishing of %s failed: %s", guarantee_id, type(error).__name__)
        return False


def publish_guarantee(guarantee_id: str) -> bool:
    """Send a guarantee's waiting certificates in their order; whether nothing is waiting any more."""
    while True:
        with looking(SCHEDULER, Scope()) as act:
            waiting = next_waiting(act, guarantee_id, house().desk_secrets)
        if waiting is None:
            return True
        answer = _answer(waiting.publication)
        with acting(SCHEDULER, Scope()) as act:
            if not record_publication(act, waiting, answer):
                return False


def _answer(publication: Publication) -> PublishAnswer:
    """The registry's answer; whatever goes wrong, even against its promise, is no answer."""
    try:
        return registry_publisher().publish(publication, now=clock.now())
    except Exception as error:
        # the kind of error alone: its text could hold what was sent
        log.error("publishing failed: %s", type(error).__name__)
        return Unavailable(BROKEN)
