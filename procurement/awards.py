"""Awards (落札): the decision that starts every clock of a case."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.cases import ProcurementCase
from procurement.orm import Base, CityScoped, Id, Ref, Yen
from procurement.parties import Company


class Award(CityScoped, Base):
    """Award (落札決定): who was awarded the case, when, and for how much.

    `eligibility` keeps what the city's rules said on that day about an electronic contract: a list of
    ``{"rule", "text", "source"}`` under "reasons" beside "eligible". It is never recomputed silently.
    """

    __tablename__ = "awards"
    __table_args__ = (CheckConstraint("contract_price >= 0", name="price_not_negative"),)

    id: Mapped[Id]
    # One award for one case: a second decision is a correction of the first, with its own audit row.
    case_id: Mapped[Ref] = mapped_column(ForeignKey("procurement_cases.id"), unique=True)
    company_id: Mapped[Ref] = mapped_column(ForeignKey("companies.id"), index=True)
    awarded_at: Mapped[datetime]
    awarded_on: Mapped[date]
    contract_price: Mapped[Yen]
    consumption_tax: Mapped[Yen]
    is_eligible: Mapped[bool]
    eligibility: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(String(500), default="")

    case: Mapped[ProcurementCase] = relationship(back_populates="award")
    company: Mapped[Company] = relationship()
