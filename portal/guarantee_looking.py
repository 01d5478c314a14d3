"""Looking guarantees up (保証の照会の実行): the registry is asked outside of transactions, by a page or by a job."""

import logging
from datetime import datetime

from guarantees.lodged import GuaranteeLook, LodgedGuarantee
from guarantees.lookup import Answer, RegistryPort, Unavailable
from portal import clock
from portal.acting import acting, house, looking
from portal.registries import registry_port
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER, Actor
from portal.workflows.look_up_guarantee import Asking, asking_of, claim_look, due_looks
from portal.workflows.record_guarantee_look import record_answer
from procurement.errors import RuleViolation

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Looks of one run of the job: a registry that is slow must not hold up everything else."""


def look_now(lodged_id: str, actor: Actor | None = None, scope: Scope | None = None) -> GuaranteeLook:
    """Look a guarantee up at once, for the person who asks for it; the look as it was recorded.

    Raises RuleViolation where there is nothing to ask, also where this portal is tied to no registry.
    """
    port = _required_port()
    with looking(actor, scope) as act:
        asking = asking_of(act, act.session.get_one(LodgedGuarantee, lodged_id), house().lodged_secrets)
    answer = ask(port, asking)
    with acting(actor, scope) as act:
        look = record_answer(act, lodged_id, answer, port.name)
        assert look is not None  # a person's look is always kept
        return look


def ask(port: RegistryPort, asking: Asking) -> Answer:
    """The registry's answer; whatever it raises, against its promise, is no answer."""
    try:
        return port.look_up(
            asking.orderer, asking.number, asking.key, asked_by=asking.asked_by, now=clock.now()
        )
    except Exception as error:
        log.error("registry %s broke while %s was looked up: %s", port.name, asking.lodged_id, type(error))
        return Unavailable(f"保証確認サービスとのやり取りが途中で壊れました。（{type(error).__name__}）")


def look_due(_now: datetime) -> str:
    """Look up what is due: guarantees not answered for yet, and each live one once a day; says how many."""
    port = registry_port()
    if port is None:
        return ""
    with looking(SCHEDULER, Scope()) as act:
        waiting = due_looks(act, AT_ONCE)
    looked = sum(_look(port, lodged_id) for lodged_id in waiting)
    return f"{looked}件の保証を照会しました。" if looked else ""


def _look(port: RegistryPort, lodged_id: str) -> bool:
    with acting(SCHEDULER, Scope()) as act:
        if not claim_look(act, lodged_id):
            return False
    try:
        with looking(SCHEDULER, Scope()) as act:
            asking = asking_of(act, act.session.get_one(LodgedGuarantee, lodged_id), house().lodged_secrets)
    except RuleViolation as refusal:
        log.error("guarantee %s cannot be looked up: %s", lodged_id, refusal.sentence())
        return False
    answer = ask(port, asking)
    with acting(SCHEDULER, Scope()) as act:
        record_answer(act, lodged_id, answer, port.name)
    return True


def _required_port() -> RegistryPort:
    port = registry_port()
    if port is None:
        raise RuleViolation(
            "registry_by_hand",
            "この市では、保証確認サービスを画面で開いて確認します。",
            remedy="外部の保証確認サービスを開き、表示された内容を確認欄に入力します。",
        )
    return port
