"""Procurement cases (案件): what a city buys, from its notice to its contracts."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.orm import Base, CityScoped, Id, words_of
from procurement.rules import ProcurementCategory, ProcurementMethod

if TYPE_CHECKING:
    from procurement.awards import Award
    from procurement.contracts import Contract
    from procurement.filings import Filing


class ProcurementCase(CityScoped, Base):
    """Procurement case (案件): one tender or negotiation of one city, under the city's own number (案件番号)."""

    __tablename__ = "procurement_cases"
    # An import run twice must find the case again, not make a second one.
    __table_args__ = (UniqueConstraint("city", "number"),)

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    place: Mapped[str] = mapped_column(String(300), default="")
    category: Mapped[ProcurementCategory] = mapped_column(words_of(ProcurementCategory))
    method: Mapped[ProcurementMethod] = mapped_column(words_of(ProcurementMethod))
    section: Mapped[str] = mapped_column(String(100), default="")
    noticed_on: Mapped[date | None]
    is_trial: Mapped[bool] = mapped_column(default=False)
    requires_council_approval: Mapped[bool] = mapped_column(default=False)
    requires_contract_guarantee: Mapped[bool] = mapped_column(default=False)
    allows_electronic_guarantee: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the city allowed it for this case, where its rule asks for that (電子保証の利用を認める). (CITY-31)"""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    registered_at: Mapped[datetime]

    award: Mapped["Award | None"] = relationship(back_populates="case", uselist=False)
    contracts: Mapped[list["Contract"]] = relationship(
        back_populates="case", order_by="Contract.amendment_number"
    )
    filings: Mapped[list["Filing"]] = relationship(back_populates="case")
    deadlines: Mapped[list["CaseDeadline"]] = relationship(
        back_populates="case", order_by="CaseDeadline.due_at"
    )


class CaseDeadline(CityScoped, Base):
    """Deadline of a case (期限), as it was computed and explained when its base event happened.

    It is stored with its words and its source and never recomputed silently: a later change of the
    rule does not move it. `settled_at` is when what was asked for was done (in time or late).
    """

    __tablename__ = "case_deadlines"
    __table_args__ = (UniqueConstraint("city", "case_id", "kind"),)

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(String(22), ForeignKey("procurement_cases.id"))
    kind: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime] = mapped_column(index=True)
    due_on: Mapped[date]
    counted_from: Mapped[date]
    closed_day: Mapped[bool] = mapped_column(default=False)
    last_business_day: Mapped[date | None]
    text: Mapped[str] = mapped_column(String(500))
    source: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_because: Mapped[str | None] = mapped_column(String(300))

    case: Mapped[ProcurementCase] = relationship(back_populates="deadlines")

    def settle(self, at: datetime) -> None:
        """What the deadline asked for was done; the first time counts."""
        self.settled_at = self.settled_at or at

    def reopen(self) -> None:
        """What was done was taken back: the deadline asks for it again."""
        self.settled_at = None

    def lift(self, at: datetime, because: str) -> None:
        """The deadline asks for nothing any more, for example because the case moved to paper."""
        if self.settled_at is None and self.lifted_at is None:
            self.lifted_at, self.lifted_because = at, because

    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.settled_at is None and self.lifted_at is None

    def is_missed(self, now: datetime) -> bool:
        """Whether the deadline passed before what it asks for was done (期限超過), to the second."""
        if self.lifted_at is not None:
            return False
        return (self.settled_at or now).replace(microsecond=0) > self.due_at
