"""Papers to the surety company (資料送付): files that a customer sends, and what the company took note of. (GUAR-51)"""

from dataclasses import dataclass

from guarantees.desk.orm import DeskCustomer, DeskPaper, PaperKind
from guarantees.errors import GuaranteeRefused
from portal.audit import Tag
from portal.workflows.act import Act

LONGEST_NOTE = 1000


@dataclass(frozen=True)
class SentFile:
    """A file that was looked into and kept in the store."""

    name: str
    sha256: str
    size: int
    media_type: str


def send_paper(
    act: Act, customer: DeskCustomer, kind: PaperKind, file: SentFile, note: str = "",
    guarantee_id: str | None = None,
) -> DeskPaper:  # fmt: skip
    """Send one file to the company; a statement of use or a payout request belongs to a guarantee."""
    if len(note) > LONGEST_NOTE:
        raise GuaranteeRefused(
            "note.too_long", f"連絡事項が長すぎます。{LONGEST_NOTE}文字までで入力してください。"
        )
    if kind is not PaperKind.MATERIAL and guarantee_id is None:
        raise GuaranteeRefused(
            "paper.without_guarantee",
            f"{kind.label}がどの保証契約のものか、選ばれていません。",
            remedy="保証契約を選びます。",
        )
    paper = DeskPaper(
        issuer=customer.issuer,
        customer=customer,
        guarantee_id=guarantee_id,
        kind=kind,
        name=file.name[:200],
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
        note=note.strip(),
        sent_at=act.now,
    )
    act.session.add(paper)
    act.session.flush()
    subject = ("desk_paper", paper.id)
    act.audit(Tag.DESK_PAPER_SENT, city="", subject=subject, kind=kind.value, sha256=file.sha256)
    return paper


def take_note(act: Act, paper: DeskPaper) -> None:
    """The company's officer has read it (受領)."""
    paper.received_at = paper.received_at or act.now
