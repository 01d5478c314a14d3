"""Lodge a guarantee (保証の提出): the city is told by what an obligation is secured. (CITY-28 to CITY-31, CITY-71 to CITY-73)"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.notices import Notice
from guarantees.sealed_words import SealedWords
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.locks import lock_case
from procurement.cases import ProcurementCase
from procurement.cities.kinds import Channel, GuaranteeKind
from procurement.errors import RuleViolation


@dataclass(frozen=True)
class Lodging:
    """What is lodged (提出の内容). `number` and `key` as typed or as the notice says; secrets never print.

    `received_at` is when it reached the city by mail, post or at the counter (None: now). `confirmed_because`
    is an officer's word where the city's rule asks for a confirmation. Amounts in yen.
    """

    obligation: GuaranteeKind
    means: Means
    channel: Channel = Channel.WEB
    number: str = ""
    key: AuthenticationKey | None = None
    issuer_name: str = ""
    viewing_url: str = ""
    viewing_password: AuthenticationKey | None = None
    amount: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ground: str = ""
    notice: Notice | None = None
    notice_sha256: str | None = None
    notice_name: str | None = None
    filing_version_id: str | None = None
    received_at: datetime | None = None
    confirmed_because: str = ""


def lodge(act: Act, case: ProcurementCase, lodging: Lodging, secrets: SealedWords) -> LodgedGuarantee:
    """Take the guarantee in; the one it replaces is marked. Raises RuleViolation in words."""
    lock_case(act, case.id)
    if case.award is None:
        raise RuleViolation("guarantee.before_award", "落札者が決まるまで、保証は提出できません。")
    lodged = LodgedGuarantee(
        city=case.city,
        case_id=case.id,
        company_id=case.award.company_id,
        obligation=lodging.obligation,
        means=lodging.means,
        channel=lodging.channel,
        lodged_at=lodging.received_at or act.now,
        lodged_by=act.actor.name,
        issuer_name=lodging.issuer_name,
        guarantee_contract_number=lodging.number or None,
        viewing_url=lodging.viewing_url or None,
        amount=lodging.amount,
        starts_on=lodging.starts_on,
        ends_on=lodging.ends_on,
        ground=lodging.ground,
        notice_sha256=lodging.notice_sha256,
        notice_name=lodging.notice_name,
        notice_says=lodging.notice.says() if lodging.notice else None,
        filing_version_id=lodging.filing_version_id,
    )
    act.session.add(lodged)
    act.session.flush()
    if lodging.key:
        lodged.key_sealed = secrets.seal(lodging.key.reveal(), lodged.id)
        lodged.next_look_at = act.now
    if lodging.viewing_password:
        lodged.password_sealed = secrets.seal(lodging.viewing_password.reveal(), lodged.id)
    _replace_others(act, lodged)
    act.audit(
        Tag.GUARANTEE_LODGED,
        city=case.city,
        subject=("guarantee", lodged.id),
        obligation=lodging.obligation.value,
        means=lodging.means.value,
        number=lodging.number,
    )
    return lodged


def _replace_others(act: Act, lodged: LodgedGuarantee) -> None:
    others = act.session.scalars(
        select(LodgedGuarantee).where(
            LodgedGuarantee.case_id == lodged.case_id,
            LodgedGuarantee.obligation == lodged.obligation,
            LodgedGuarantee.id != lodged.id,
            LodgedGuarantee.guarantee_contract_number == lodged.guarantee_contract_number,
        )
    )
    for other in others:
        if other.is_live:
            other.replaced_at, other.next_look_at = act.now, None
