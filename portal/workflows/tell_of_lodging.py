"""Tell of lodged guarantees (保証の提出のお知らせ): the officers and the section in charge hear of each. (CITY-72)

A mail carries the number, never the key and never the notice.
"""

from guarantees.lodged import LodgedGuarantee
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.notice_fit import LodgingRefused
from portal.workflows.recipients import Addressee, addressees_of, notify_officers
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind


def tell_of_lodging(act: Act, lodged: LodgedGuarantee) -> None:
    """The officers in charge, and the section to which the city's rule sends the notice (送付先)."""
    key = f"guarantee-lodged:{lodged.id}"
    notify_officers(act, lodged.case, "guarantee_lodged", key=key, lodged=lodged)
    section = _mailbox(act, lodged)
    if section is not None:
        act.mail(
            "guarantee_lodged",
            section.mail_address,
            city=lodged.city,
            key=key,
            officer=section,
            case=lodged.case,
            case_id=lodged.case_id,
            link=act.address_of(f"/office/cases/{lodged.case_id}"),
            lodged=lodged,
        )


def _mailbox(act: Act, lodged: LodgedGuarantee) -> Addressee | None:
    """The mailbox of the section named by the rule, where the city's file has one and nobody else wrote to it."""
    section = act.rules(lodged.city).section(lodged.forwarded_to)
    if section is None or not section.mail:
        return None
    known = {addressee.mail_address for addressee in addressees_of(act, lodged.case)}
    return None if section.mail in known else Addressee(f"{section.name} 担当者", section.mail)


def tell_of_refusal(
    act: Act, case: ProcurementCase, obligation: GuaranteeKind, refusal: LodgingRefused
) -> None:
    """The officers hear in full what the contractor was told neutrally; in a transaction of its own."""
    act.audit(
        Tag.GUARANTEE_REFUSED,
        city=case.city,
        subject=("case", case.id),
        obligation=obligation.value,
        reason=refusal.for_office,
    )
    notify_officers(
        act,
        case,
        "guarantee_refused",
        key=f"guarantee-refused:{case.id}:{obligation.value}:{refusal.code}:{act.now:%Y-%m-%d}",
        obligation=obligation,
        reason=refusal.for_office,
        at=act.now,
    )
