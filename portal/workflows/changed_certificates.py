"""Ask for changed certificates (変更後の証書の求め): an amendment changes price or period, guarantees are looked at again."""

from dataclasses import dataclass

from sqlalchemy import select

from guarantees.changed_certificates import ChangeNeeded, Covered, Terms, change_needed
from guarantees.issuers import Issuer, issuer_of, issuers, issuers_of_number
from guarantees.lodged import LodgedGuarantee, Means
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import (
    amount_needed,
    amount_of,
    certificate_in,
    covers_whole,
    lodged_of,
    time_of,
)
from portal.workflows.recipients import notify_contractor
from procurement.contracts import Contract

FOLLOWS_PERIOD = "west"
"""Layout of the surety whose guarantees follow the work period by themselves. (GUAR-61)"""


@dataclass(frozen=True)
class ChangeAsked:
    """One guarantee of which a change asks something (変更が要る保証)."""

    lodged: LodgedGuarantee
    needed: ChangeNeeded


def changed_certificate_needed(
    act: Act, contract: Contract, lodged: LodgedGuarantee, amendment: Contract
) -> ChangeNeeded | None:
    """What an amendment of `contract` asks of a guarantee, in words with the source; None where nothing. (GUAR-60, GUAR-61)"""
    if not lodged.is_in_force or covers_whole(lodged):
        return None
    case = contract.case
    alike = [each for each in lodged_of(act, case, lodged.obligation) if each.is_in_force]
    _, ends_on = time_of(lodged)
    covered = Covered(
        lodged.obligation, sum(amount_of(each) or 0 for each in alike), ends_on, _follows_period(lodged)
    )
    limit = amount_needed(act, case, lodged.obligation, amendment)
    return change_needed(covered, _terms(contract), _terms(amendment), limit)


def asked_changes(act: Act, amendment: Contract) -> list[ChangeAsked]:
    """Every guarantee in force of which the amendment asks something; empty for an original contract."""
    before = _before(amendment)
    if before is None:
        return []
    query = select(LodgedGuarantee).where(LodgedGuarantee.case_id == amendment.case_id)
    found = []
    for lodged in act.session.scalars(query.order_by(LodgedGuarantee.lodged_at, LodgedGuarantee.id)):
        needed = changed_certificate_needed(act, before, lodged, amendment)
        if needed is not None:
            found.append(ChangeAsked(lodged, needed))
    return found


def ask_for_changed_certificates(act: Act, amendment: Contract) -> list[ChangeAsked]:
    """Tell the contractor what the amendment asks of its guarantees, once; all of them are looked at again."""
    look_again(act, amendment.case_id)
    asked = asked_changes(act, amendment)
    if asked:
        notify_contractor(
            act,
            amendment.case,
            "guarantee_change_asked",
            key=f"guarantee-change:{amendment.id}",
            amendment=amendment,
            asked=asked,
        )
    return asked


def look_again(act: Act, case_id: str) -> None:
    """The registry is asked again for what counts in a case: price or period are no longer what they were."""
    query = select(LodgedGuarantee).where(LodgedGuarantee.case_id == case_id)
    for lodged in act.session.scalars(query):
        if lodged.is_live and lodged.key_sealed is not None:
            lodged.next_look_at = act.now


def _before(amendment: Contract) -> Contract | None:
    """The newest contract concluded before an amendment: what it changes."""
    earlier = [
        contract
        for contract in amendment.case.contracts
        if contract.amendment_number < amendment.amendment_number and contract.is_concluded
    ]
    return earlier[-1] if amendment.is_amendment and earlier else None


def _terms(contract: Contract) -> Terms:
    return Terms(contract.contract_price, contract.ends_on or contract.case.ends_on)


def _follows_period(lodged: LodgedGuarantee) -> bool:
    issuer = _issuer(lodged)
    surety = lodged.means in (Means.ELECTRONIC_SURETY, Means.PAPER_SURETY)
    return surety and issuer is not None and issuer.layout == FOLLOWS_PERIOD


def _issuer(lodged: LodgedGuarantee) -> Issuer | None:
    """The surety company: as its certificate says, else by the name that was told, else by the shape of the number."""
    kept = next((look.certificate for look in reversed(lodged.looks) if look.certificate), None)
    if kept is not None:
        return issuer_of(certificate_in(kept).issuer)
    named = next((issuer for issuer in issuers() if issuer.name == lodged.issuer_name.strip()), None)
    by_number = issuers_of_number(lodged.guarantee_contract_number or "")
    return named or (by_number[0] if len(by_number) == 1 else None)
