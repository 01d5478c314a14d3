"""Advance payments (前払金) and interim advance payments (中間前払金): request, recognition, claim, approval, payment."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.orm import Base, CityScoped, Id, Ref, Yen, words_of
from procurement.parties import Company


class PaymentStatus(StrEnum):
    """Where an advance payment stands (前払金の状況), derived from its facts."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    REQUESTED = "requested", "申請"
    RECOGNISED = "recognised", "認定"
    CLAIMED = "claimed", "請求"
    APPROVED = "approved", "承認"
    PAID = "paid", "支払済"
    RETURNED = "returned", "差戻し"


class AdvancePayment(CityScoped, Base):
    """Advance payment (前払金) of a contract, or its interim one (中間前払金). Amounts in yen."""

    __tablename__ = "advance_payments"
    __table_args__ = (
        Index("ix_advance_payments_city_case_id", "city", "case_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("procurement_cases.id"))
    company_id: Mapped[Ref] = mapped_column(ForeignKey("companies.id"), index=True)
    kind: Mapped[GuaranteeKind] = mapped_column(words_of(GuaranteeKind))
    """ADVANCE_PAYMENT or INTERIM_ADVANCE_PAYMENT."""
    amount: Mapped[Yen]
    requested_at: Mapped[datetime]
    requested_by: Mapped[str] = mapped_column(String(100))
    filing_version_id: Mapped[Ref | None]
    conditions: Mapped[list[Any]]
    """The conditions as they were judged at the request: code, label, result, words, source."""
    progress_percent: Mapped[int | None]
    """Work done by the contractor's statement (出来高), per cent; interim only."""
    recognised_at: Mapped[datetime | None]
    recognised_by: Mapped[str | None] = mapped_column(String(100))
    recognition_reason: Mapped[str] = mapped_column(Text, default="")
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    bank_account: Mapped[dict[str, Any] | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(100))
    approval_reason: Mapped[str] = mapped_column(Text, default="")
    paid_on: Mapped[date | None]
    paid_recorded_by: Mapped[str | None] = mapped_column(String(100))
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[str | None] = mapped_column(String(100))
    returned_because: Mapped[str | None] = mapped_column(Text)

    case: Mapped[ProcurementCase] = relationship()
    company: Mapped[Company] = relationship()

    @property
    def status(self) -> PaymentStatus:
        """Derived from the facts: the furthest step counts, a return ends it."""
        facts = (
            (self.returned_at, PaymentStatus.RETURNED),
            (self.paid_on, PaymentStatus.PAID),
            (self.approved_at, PaymentStatus.APPROVED),
            (self.claimed_at, PaymentStatus.CLAIMED),
            (self.recognised_at, PaymentStatus.RECOGNISED),
        )
        return next((status for fact, status in facts if fact), PaymentStatus.REQUESTED)
