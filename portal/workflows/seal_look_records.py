"""Seal the records of looks (照会記録の封印): what was asked and answered, as a sealed paper, made once and kept.

Made by a job after the look. Nothing is locked while it is printed and sealed; two workers may make one each,
and the first that is stored counts. While no authority answers, the look stands and its record is "being made".
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from forms.issued.look_records import LookFacts, look_record
from guarantees.certificates import Certificate
from guarantees.checks import CheckLine
from guarantees.keys import masked
from guarantees.lodged import ANSWERS, FOUND, GuaranteeLook
from portal.workflows.act import Act
from portal.workflows.complete_signing import Completion
from portal.workflows.describe_conclusion import SERVICE
from portal.workflows.locks import lock_case
from procurement.guarantee_limits import orderer_code, orderer_names
from signing import SigningRefused, seal_paper

log = logging.getLogger(__name__)

NAME, REASON = "照会記録", "照会記録の作成"
TRY_AGAIN_AFTER = timedelta(minutes=1)
AT_ONCE = 20
OUTCOMES = {True: "証書が登録されていました。", False: "該当する証書は示されませんでした。"}


def seal_records(work: Completion) -> int:
    """Make every record that is missing; returns how many were made."""
    with work.looks() as act:
        waiting = [look.id for look in _unsealed(act)]
    return sum(_seal(work, look_id) for look_id in waiting)


def look_facts(act: Act, look: GuaranteeLook, *, is_demo: bool) -> LookFacts:
    """What the record of a look says; every statement comes from what was kept, and never the key."""
    lodged, rules = look.lodged, act.rules(look.city)
    return LookFacts(
        record_id=look.id,
        city_name=rules.name,
        case_number=lodged.case.number,
        case_title=lodged.case.title,
        contractor=lodged.company.name,
        obligation=lodged.obligation.label,
        means=lodged.means.label,
        issuer_name=lodged.issuer_name,
        number=lodged.guarantee_contract_number or "",
        masked_key=masked(lodged.key_sealed) if lodged.key_sealed else "",
        orderer=f"{'、'.join(orderer_names(rules))}（{orderer_code(rules)}）",
        registry_name=look.registry_name,
        asked_by=look.looked_by,
        looked_at=look.looked_at,
        outcome=OUTCOMES[look.outcome == FOUND],
        problem=look.problem,
        certificate=Certificate.from_json(look.certificate) if look.certificate else None,
        certificate_sha256=look.certificate_sha256 or "",
        lines=[CheckLine.from_json(line) for line in look.lines or []],
        service_name=SERVICE,
        is_demo=is_demo,
    )


def _unsealed(act: Act) -> Sequence[GuaranteeLook]:
    query = select(GuaranteeLook).where(
        GuaranteeLook.outcome.in_(ANSWERS),
        GuaranteeLook.record_sha256.is_(None),
        GuaranteeLook.city.in_(act.cities),  # a city whose file is broken holds up no other
        or_(
            GuaranteeLook.record_tried_at.is_(None),
            GuaranteeLook.record_tried_at <= act.now - TRY_AGAIN_AFTER,
        ),
    )
    return act.session.scalars(query.order_by(GuaranteeLook.looked_at).limit(AT_ONCE)).all()


def _seal(work: Completion, look_id: str) -> bool:
    made_at = work.now()
    with work.looks() as act:
        facts = look_facts(act, act.session.get_one(GuaranteeLook, look_id), is_demo=work.services.is_demo)
    try:
        sha256 = work.services.store.put(_sealed(work, facts, made_at))
    except SigningRefused as refused:
        _postpone(work, look_id, refused.text)
        return False
    except OSError as error:
        _postpone(work, look_id, f"保管庫に書き込めません。（{error}）")
        return False
    return _keep(work, look_id, sha256, made_at)


def _sealed(work: Completion, facts: LookFacts, made_at: datetime) -> bytes:
    printed = look_record(facts, made_at)
    return seal_paper(work.services, printed, NAME, "LOOK_RECORD", REASON, work.now)


def _keep(work: Completion, look_id: str, sha256: str, made_at: datetime) -> bool:
    """The first record counts; one that another worker made meanwhile is the one that people get."""
    with work.acts() as act:
        look = act.session.get_one(GuaranteeLook, look_id)
        lock_case(act, look.lodged.case_id)
        if look.record_sha256 is not None:
            return False
        look.record_sha256, look.record_tried_at, look.record_problem = sha256, made_at, None
        return True


def _postpone(work: Completion, look_id: str, problem: str) -> None:
    log.warning("the record of look %s is not made yet: %s", look_id, problem)
    with work.acts() as act:
        look = act.session.get_one(GuaranteeLook, look_id)
        lock_case(act, look.lodged.case_id)
        if look.record_sha256 is None:
            look.record_tried_at, look.record_problem = act.now, problem
