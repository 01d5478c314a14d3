"""Looks and tries (照会の記録) on a company's certificates, as the registry inside this portal saw them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from guarantees.desk.orm import DeskGuarantee
from guarantees.registry.orm import LookOutcome
from guarantees.registry.tries import LookRow, looks_of
from portal.workflows.act import Act

MOST = 200
OUTCOMES = {
    LookOutcome.FOUND: "閲覧",
    LookOutcome.REFUSED: "不一致（番号か認証キーの誤りなど）",
    LookOutcome.LOCKED: "一時停止中の照会",
}


@dataclass(frozen=True)
class Tried:
    """A look or a try (照会), and the guarantee of this desk that it was at; None for one of another system."""

    look: LookRow
    guarantee_id: str | None

    @property
    def outcome(self) -> str:
        """How it ended, in words."""
        return OUTCOMES[self.look.outcome]


def tries_on(act: Act, issuer: str, *, with_found: bool = False, most: int = MOST) -> list[Tried]:
    """What was tried on the certificates of a company, newest first; with what was found on request."""
    outcomes = [outcome for outcome in LookOutcome if with_found or outcome is not LookOutcome.FOUND]
    looks = looks_of(act.session, issuer, outcomes=outcomes, limit=most)
    ids = _guarantee_ids(act, issuer, {look.number for look in looks if look.number})
    return [Tried(look, ids.get(look.number or "")) for look in looks]


def looks_at(act: Act, guarantee: DeskGuarantee) -> list[LookRow]:
    """When the orderer looked at a certificate (発注者の閲覧), newest first: shown to the customer."""
    return looks_of(act.session, guarantee.issuer, guarantee.number, [LookOutcome.FOUND], MOST)


def _guarantee_ids(act: Act, issuer: str, numbers: Collection[str]) -> dict[str, str]:
    rows = select(DeskGuarantee.number, DeskGuarantee.id).where(
        DeskGuarantee.issuer == issuer, DeskGuarantee.number.in_(numbers)
    )
    return {row.number: row.id for row in act.session.execute(rows)}
