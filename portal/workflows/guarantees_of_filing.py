"""Guarantees of a filing (書類で提出された保証): a key notice and the paper that it came with share their fate. (FORM-C04, FILE-22)

A guarantee that was accepted secures the contract, whatever becomes of the paper; one that was not goes with it.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from guarantees.lodged import LodgedGuarantee
from guarantees.notice_readings import NoticeReading
from portal.audit import Tag
from portal.workflows.act import Act
from procurement.filings import Filing, FilingStatus, FilingVersion


@dataclass(frozen=True)
class FilingOfGuarantee:
    """The paper that a guarantee came with: `version` brought it, `current` is the newest that holds its notice.

    `is_open`: the city is still reviewing it, so that it goes back together with the guarantee.
    """

    version: FilingVersion
    is_open: bool
    attachment_code: str
    """The kind of attachment to mark when it goes back; empty where the file is not in the newest version."""

    @property
    def filing(self) -> Filing:
        return self.version.filing

    @property
    def current(self) -> FilingVersion:
        return self.version.filing.current


def brought_by(session: Session, filing: Filing) -> list[LodgedGuarantee]:
    """Every guarantee that some version of a filing brought, or named once more, oldest first."""
    versions = [version.id for version in filing.versions]
    named = select(NoticeReading.lodged_id).where(NoticeReading.filing_version_id.in_(versions))
    query = select(LodgedGuarantee).where(
        or_(LodgedGuarantee.filing_version_id.in_(versions), LodgedGuarantee.id.in_(named))
    )
    return list(session.scalars(query.order_by(LodgedGuarantee.lodged_at, LodgedGuarantee.id)))


def live_by(session: Session, filing: Filing) -> tuple[list[LodgedGuarantee], list[LodgedGuarantee]]:
    """What of it still counts: what waits for acceptance and goes with the paper, and what was accepted and stays."""
    live = [lodged for lodged in brought_by(session, filing) if lodged.is_live]
    open_ones = [lodged for lodged in live if lodged.accepted_at is None]
    return open_ones, [lodged for lodged in live if lodged.accepted_at is not None]


def filing_of(session: Session, lodged: LodgedGuarantee) -> FilingOfGuarantee | None:
    """The paper that a guarantee came with; None where it came by another way."""
    version = session.get(FilingVersion, lodged.filing_version_id) if lodged.filing_version_id else None
    if version is None:
        return None
    filing = version.filing
    codes = [file.code for file in filing.current.attachments if file.sha256 == lodged.notice_sha256]
    is_open = filing.status is FilingStatus.SUBMITTED and bool(codes)
    return FilingOfGuarantee(version, is_open, next(iter(codes), ""))


def withdraw_with(act: Act, filing: Filing) -> tuple[list[LodgedGuarantee], list[LodgedGuarantee]]:
    """Withdraw (取下げ) what waits for acceptance, with its paper; gives what was withdrawn and what stays."""
    taken_back, kept = live_by(act.session, filing)
    for lodged in taken_back:
        lodged.withdrawn_at, lodged.withdrawn_by = act.now, act.actor.name
        lodged.next_look_at = None
        subject = ("guarantee", lodged.id)
        act.audit(Tag.GUARANTEE_WITHDRAWN, city=lodged.city, subject=subject, filing=filing.id)
    return taken_back, kept


def return_with(act: Act, filing: Filing, reason: str) -> list[LodgedGuarantee]:
    """Send back what waits for acceptance when its paper is turned down for good; the paper's mail speaks of it."""
    returned, _ = live_by(act.session, filing)
    for lodged in returned:
        mark_returned(act, lodged, reason)
    return returned


def mark_returned(act: Act, lodged: LodgedGuarantee, reason: str) -> None:
    """The facts of a return (差戻し), without a word to the contractor."""
    lodged.returned_at, lodged.returned_by, lodged.returned_because = act.now, act.actor.name, reason
    lodged.next_look_at = None
    act.audit(Tag.GUARANTEE_RETURNED, city=lodged.city, subject=("guarantee", lodged.id), reason=reason)


def named(lodged: LodgedGuarantee) -> str:
    """A guarantee in a mail or a remark: what it secures, and its number."""
    number = lodged.guarantee_contract_number
    return f"{lodged.obligation.label}（保証契約番号 {number}）" if number else lodged.obligation.label
