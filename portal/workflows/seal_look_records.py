"""Seal the records of looks (照会記録の封印): what was asked and answered, as a sealed paper, made once and kept.

Made by a job after the look; until then the look stands and its record is "being made".
"""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from forms.issued.look_records import LookFacts, look_record
from guarantees.certificates import Certificate
from guarantees.checks import CheckLine
from guarantees.keys import MASKED
from guarantees.lodged import ANSWERS, FOUND, GuaranteeLook
from portal.workflows.act import Act
from portal.workflows.complete_signing import Completion
from portal.workflows.describe_conclusion import SERVICE
from portal.workflows.seal_papers import Drawing, PaperKind, seal_papers
from procurement.guarantee_limits import orderer_code, orderer_names
from signing.kept_papers import kept_paper

OUTCOMES = {True: "証書が登録されていました。", False: "該当する証書は示されませんでした。"}


def seal_records(work: Completion) -> int:
    """Make every record that is missing; returns how many were made."""
    return seal_papers(RECORDS, work)


def newest_record(session: Session, look: GuaranteeLook) -> str | None:
    """SHA-256 of the record as it is to be handed out: renewed where that was done; None until it is made."""
    if look.record_sha256 is None:
        return None
    paper = kept_paper(session, look.city, look.record_sha256)
    return paper.versions[-1].sha256 if paper else look.record_sha256


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
        masked_key=MASKED if lodged.key_sealed else "",
        orderer=f"{'、'.join(orderer_names(rules))}（発注者コード：{orderer_code(rules)}）",
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


def _draw(act: Act, look: GuaranteeLook, is_demo: bool) -> Drawing:
    return Drawing("LOOK_RECORD", partial(look_record, look_facts(act, look, is_demo=is_demo)))


def _keep(_act: Act, look: GuaranteeLook, sha256: str, made_at: datetime) -> bool:
    """The first record counts; one that another worker made meanwhile is the one that people get."""
    if look.record_sha256 is not None:
        return False
    look.record_sha256, look.record_tried_at, look.record_problem = sha256, made_at, None
    return True


def _postpone(look: GuaranteeLook, now: datetime, problem: str) -> None:
    if look.record_sha256 is None:
        look.record_tried_at, look.record_problem = now, problem


def _made(look: GuaranteeLook) -> tuple[str, datetime]:
    assert look.record_sha256 is not None
    return look.record_sha256, look.record_tried_at or look.looked_at


RECORDS = PaperKind(
    name="照会記録",
    reason="照会記録の作成",
    row=GuaranteeLook,
    wanted=GuaranteeLook.outcome.in_(ANSWERS),
    oldest_first=GuaranteeLook.looked_at,
    sha256=GuaranteeLook.record_sha256,
    tried_at=GuaranteeLook.record_tried_at,
    case_id=lambda look: look.lodged.case_id,
    draw=_draw,
    keep=_keep,
    postpone=_postpone,
    made=_made,
)
