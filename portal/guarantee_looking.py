"""Looking guarantees up (保証の照会の実行): the registry is asked outside of transactions, by a page or by a job."""

import logging
from collections.abc import Iterator
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

AT_ONCE, GIVE_UP_AFTER = 50, 3
"""Looks of one run of the job, and after how many without an answer in a row it waits for the next run."""


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
    answers = list(_answers(port, waiting))
    silent = sum(isinstance(answer, Unavailable) for answer in answers)
    parts = [f"{len(answers)}件の保証を照会しました。"] if answers else []
    parts += [f"うち{silent}件は回答がありません。"] if silent else []
    return "".join(parts)


def _answers(port: RegistryPort, waiting: list[str]) -> Iterator[Answer]:
    """One answer for each guarantee that this worker asked for; a registry that is down is left alone for now."""
    silent = 0
    for lodged_id in waiting:
        answer = _look(port, lodged_id)
        if answer is None:
            continue
        yield answer
        silent = silent + 1 if isinstance(answer, Unavailable) else 0
        if silent >= GIVE_UP_AFTER:
            return


def _look(port: RegistryPort, lodged_id: str) -> Answer | None:
    with acting(SCHEDULER, Scope()) as act:
        if not claim_look(act, lodged_id):
            return None
    answer = _answer(port, lodged_id)
    with acting(SCHEDULER, Scope()) as act:
        record_answer(act, lodged_id, answer, port.name)
    return answer


def _answer(port: RegistryPort, lodged_id: str) -> Answer:
    """What there is nothing to ask with is no answer: the office reads why, and it is tried again later."""
    try:
        with looking(SCHEDULER, Scope()) as act:
            asking = asking_of(act, act.session.get_one(LodgedGuarantee, lodged_id), house().lodged_secrets)
    except RuleViolation as refusal:
        log.error("guarantee %s cannot be looked up: %s", lodged_id, refusal.sentence())
        return Unavailable(refusal.text)
    return ask(port, asking)


def _required_port() -> RegistryPort:
    port = registry_port()
    if port is None:
        raise RuleViolation(
            "registry_by_hand",
            "この市では、保証確認サービスを画面で開いて確認します。",
            remedy="外部の保証確認サービスを開き、表示された内容を確認欄に入力します。",
        )
    return port
