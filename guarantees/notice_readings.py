"""Readings of filed notices (提出されたお知らせの読み取り): what a file of a filing was read as, and what became of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantees.labelled import LabelledWord
from guarantees.lodged import LodgedGuarantee
from procurement.orm import Base, CityScoped, Id, Ref, Sha256, words_of


class ReadingOutcome(LabelledWord):
    """What became of a file (読み取りの結果)."""

    LODGED = "lodged", "受付"
    REFUSED = "refused", "受け付けられません"
    UNREADABLE = "unreadable", "読み取れません"


class NoticeReading(CityScoped, Base):
    """Reading of one notice of one file (お知らせの読み取り). Never changed; the key is not in it.

    `text` is what the contractor reads, `office_text` what the office reads where that is more. (GUAR-67)
    """

    __tablename__ = "notice_readings"
    # The job may be killed and run twice: a notice of a file is taken once.
    __table_args__ = (UniqueConstraint("filing_version_id", "sha256", "position"),)

    id: Mapped[Id]
    filing_version_id: Mapped[Ref] = mapped_column(ForeignKey("filing_versions.id"))
    sha256: Mapped[Sha256]
    """The file, in the document store."""
    position: Mapped[int]
    """Which notice of the file, from 1."""
    name: Mapped[str] = mapped_column(String(255))
    read_at: Mapped[datetime]
    outcome: Mapped[ReadingOutcome] = mapped_column(words_of(ReadingOutcome))
    lodged_id: Mapped[Ref | None] = mapped_column(ForeignKey("lodged_guarantees.id"))
    text: Mapped[str] = mapped_column(Text)
    office_text: Mapped[str] = mapped_column(Text, default="")

    lodged: Mapped[LodgedGuarantee | None] = relationship()

    @property
    def words_for_office(self) -> str:
        """What the office reads."""
        return self.office_text or self.text
