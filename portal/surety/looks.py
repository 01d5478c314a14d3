"""Looks and tries (照会の記録) on a company's certificates, as the registry inside this portal saw them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from guarantees.desk.orm import DeskGuarantee
from guarantees.registry.orm import LookOutcome, Orderer, RegistryLook
from portal.workflows.act import Act

MOST = 200
OUTCOMES = {
    LookOutcome.FOUND: "閲覧",
    LookOutcome.REFUSED: "不一致（番号か認証キーの誤りなど）",
    LookOutcome.LOCKED: "一時停止中の照会",
}


def tries_on(act: Act, issuer: str, *, with_found: bool = False) -> list[dict[str, object]]:
    """What was tried on the certificates of a company, newest first; with what was found on request."""
    rows = select(RegistryLook).where(RegistryLook.issuer == issuer)
    if not with_found:
        rows = rows.where(RegistryLook.outcome != LookOutcome.FOUND)
    looks = act.session.scalars(rows.order_by(RegistryLook.at.desc()).limit(MOST)).all()
    ids = _guarantee_ids(act, issuer, {look.number for look in looks if look.number})
    return [_row(look, _names(act), ids) for look in looks]


def looks_at(act: Act, guarantee: DeskGuarantee) -> list[dict[str, object]]:
    """When the orderer looked at a certificate (発注者の閲覧), newest first: shown to the customer."""
    rows = select(RegistryLook).where(
        RegistryLook.issuer == guarantee.issuer,
        RegistryLook.number == guarantee.number,
        RegistryLook.outcome == LookOutcome.FOUND,
    )
    looks: Sequence[RegistryLook] = act.session.scalars(
        rows.order_by(RegistryLook.at.desc()).limit(MOST)
    ).all()
    names = _names(act)
    return [_row(look, names, {}) for look in looks]


def _row(look: RegistryLook, names: dict[str, str], ids: dict[str, str]) -> dict[str, object]:
    return {
        "at": look.at,
        "orderer": names.get(look.orderer, look.orderer),
        "number": look.number,
        "guarantee_id": ids.get(look.number or ""),
        "outcome": OUTCOMES[look.outcome],
        "is_found": look.outcome is LookOutcome.FOUND,
    }


def _names(act: Act) -> dict[str, str]:
    return {orderer.code: orderer.name for orderer in act.session.scalars(select(Orderer))}


def _guarantee_ids(act: Act, issuer: str, numbers: Collection[str]) -> dict[str, str]:
    rows = select(DeskGuarantee.number, DeskGuarantee.id).where(
        DeskGuarantee.issuer == issuer, DeskGuarantee.number.in_(numbers)
    )
    return {row.number: row.id for row in act.session.execute(rows)}
