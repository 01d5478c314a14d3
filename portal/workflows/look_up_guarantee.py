"""Look a guarantee up (保証の照会): what the registry is asked, which looks are due, and who makes them. (GUAR-71)

The registry is asked outside of any transaction: `asking_of` reads what to ask, `record_guarantee_look` keeps
the answer in a transaction of its own. A job claims a look by moving its next one on, so that of two workers
one asks; one that is killed leaves a look that is due again after `LEASE`.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.sealed_words import SealBroken, SealedWords
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import LIVE
from procurement.errors import RuleViolation
from procurement.guarantee_limits import orderer_code

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
"""How long a job waits after the first look without an answer, and at most; each wait is double the one before."""
DAY, LEASE = timedelta(days=1), timedelta(minutes=10)
ASKED_BY = 100


@dataclass(frozen=True)
class Asking:
    """What the registry is asked (照会の内容); the key never prints."""

    lodged_id: str
    orderer: str
    number: str
    key: AuthenticationKey
    asked_by: str


def asking_of(act: Act, lodged: LodgedGuarantee, secrets: SealedWords) -> Asking:
    """What to ask about a lodged guarantee. Raises RuleViolation where there is nothing to ask with."""
    if lodged.means is not Means.ELECTRONIC_SURETY:
        raise RuleViolation(
            "guarantee_not_electronic",
            f"{lodged.means.label}は、保証確認サービスで照会できません。",
            remedy="原本または閲覧用の画面で内容を確かめます。",
        )
    if not lodged.is_live:
        raise RuleViolation(
            "guarantee_ended",
            f"この保証は「{lodged.status.label}」のため、照会できません。",
            remedy="いま有効な提出を選びます。",
        )
    if lodged.guarantee_contract_number is None or lodged.key_sealed is None:
        raise RuleViolation(
            "guarantee_without_key",
            "保証契約番号または認証キーが登録されていません。",
            remedy="受注者に「認証キーのお知らせ」の提出を求めます。",
        )
    return Asking(
        lodged_id=lodged.id,
        orderer=orderer_code(act.rules(lodged.city)),
        number=lodged.guarantee_contract_number,
        key=_key_of(lodged, lodged.key_sealed, secrets),
        asked_by=f"{act.rules(lodged.city).name} {act.actor.name}"[:ASKED_BY],
    )


def _key_of(lodged: LodgedGuarantee, sealed: bytes, secrets: SealedWords) -> AuthenticationKey:
    try:
        return AuthenticationKey(secrets.open(sealed, lodged.id))
    except SealBroken as broken:
        raise RuleViolation(
            "guarantee_key_unreadable",
            "保管している認証キーを読み出せません。（このシステムの設定が変わったおそれがあります。）",
            remedy="システムの管理者に知らせ、受注者に認証キーの再提出を求めます。",
        ) from broken


def due_looks(act: Act, at_most: int) -> list[str]:
    """Ids of the guarantees that a job has to look up now, the longest waiting first."""
    query = (
        select(LodgedGuarantee.id)
        .where(
            LodgedGuarantee.next_look_at <= act.now,
            LodgedGuarantee.means == Means.ELECTRONIC_SURETY,
            *LIVE,
        )
        .order_by(LodgedGuarantee.next_look_at)
        .limit(at_most)
    )
    return list(act.session.scalars(query))


def claim_look(act: Act, lodged_id: str) -> bool:
    """Take a due look for this worker; False when another one has it or it is no longer due."""
    claimed = act.session.execute(
        update(LodgedGuarantee)
        .where(LodgedGuarantee.id == lodged_id, LodgedGuarantee.next_look_at <= act.now)
        .values(next_look_at=act.now + LEASE)
        .execution_options(synchronize_session=False)
        .returning(LodgedGuarantee.id)
    )
    return claimed.first() is not None


def wait_after(unanswered: int) -> timedelta:
    """How long to wait after so many looks in a row without an answer: 1, 2, 4 ... minutes, at most an hour."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(unanswered - 1, 0), 10)
    return min(doubled, LONGEST_WAIT)


def next_daily_look(lodged_id: str, now: datetime) -> datetime:
    """The next look of every day: each guarantee has its own time of the day, at least half a day from now."""
    share = int.from_bytes(hashlib.sha256(lodged_id.encode()).digest()[:4], "big") / 2**32
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    own = midnight + DAY * share
    while own < now + DAY / 2:
        own += DAY
    return own
