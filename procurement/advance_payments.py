"""Advance payments (前払金) and interim advance payments (中間前払金): request, recognition, claim, approval, payment."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.bank_accounts import BankAccount
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation
from procurement.orm import Base, CityScoped, Id, Ref, Yen, words_of
from procurement.parties import Company
from procurement.payment_conditions import PAYMENT_WORDS, Condition, refusal_of_approval
from procurement.wareki import format_wareki, jst_date
from procurement.words import Worded


class PaymentStatus(Worded):
    """Where an advance payment stands (前払金の状況), derived from its facts."""

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
    approval_conditions: Mapped[list[Any] | None]
    """The same as they were judged when it was approved."""
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

    @property
    def is_live(self) -> bool:
        """Whether it still counts: not sent back."""
        return self.returned_at is None

    @property
    def is_interim(self) -> bool:
        """Whether it is an interim advance payment (中間前払金)."""
        return self.kind is GuaranteeKind.INTERIM_ADVANCE_PAYMENT

    @property
    def name(self) -> str:
        """前払金 or 中間前払金, as people call it."""
        return PAYMENT_WORDS[self.kind]

    @property
    def account(self) -> BankAccount | None:
        """The bank account that was named with the claim (振込先)."""
        return BankAccount.from_json(self.bank_account) if self.bank_account else None

    def correct(self, *, amount: int, filing_version_id: str) -> None:
        """A later version of its filing counts instead: it begins anew; refused once it is approved."""
        if self.status not in (PaymentStatus.REQUESTED, PaymentStatus.RECOGNISED, PaymentStatus.CLAIMED):
            raise RuleViolation(
                "payment_settled",
                f"前の版による{self.name}が「{self.status.label}」の段階のため、新しい版は受理できません。",
                remedy="新しい版を差し戻すか、承認した前払金を差し戻してから受理します。",
            )
        self.amount, self.filing_version_id = amount, filing_version_id
        self.recognised_at = self.recognised_by = None
        self.recognition_reason = ""
        self.claimed_at = self.claimed_by = self.bank_account = None

    def recognise(self, *, now: datetime, by: str, reason: str) -> None:
        """An officer recognised that the work goes as scheduled (認定); interim payments alone."""
        self._refuse_unless(PaymentStatus.REQUESTED, "認定")
        if not self.is_interim:
            raise RuleViolation(
                "payment_without_recognition", "前払金に認定の手続きはありません。", remedy="請求を待ちます。"
            )
        self.recognised_at, self.recognised_by, self.recognition_reason = now, by, reason

    def claim(self, *, now: datetime, by: str, account: BankAccount) -> None:
        """The contractor claims it (請求), with the account that it is to be paid to."""
        before = PaymentStatus.RECOGNISED if self.is_interim else PaymentStatus.REQUESTED
        self._refuse_unless(before, "請求")
        self.claimed_at, self.claimed_by, self.bank_account = now, by, account.to_json()

    def approve(self, *, now: datetime, by: str, reason: str, conditions: tuple[Condition, ...]) -> None:
        """An officer approves the payment (支払の承認); refused while a condition does not hold."""
        self._refuse_unless(PaymentStatus.CLAIMED, "承認")
        if refusal := refusal_of_approval(conditions, reason):
            raise refusal
        self.approved_at, self.approved_by, self.approval_reason = now, by, reason
        self.approval_conditions = [condition.to_json() for condition in conditions]

    def record_paid(self, *, on: date, today: date, by: str) -> None:
        """The day on which the city paid (支払日): not before the approval, not in the future."""
        self._refuse_unless(PaymentStatus.APPROVED, "支払日の記録")
        assert self.approved_at is not None
        if not jst_date(self.approved_at) <= on <= today:
            raise RuleViolation(
                "payment_date_out_of_range",
                f"支払日は、承認した{format_wareki(jst_date(self.approved_at))}から"
                f"今日（{format_wareki(today)}）までの日です。",
                remedy="支払った日を確認して入力します。",
            )
        self.paid_on, self.paid_recorded_by = on, by

    def send_back(self, *, now: datetime, by: str, because: str) -> None:
        """Back to the contractor (差戻し), with the reason; a payment that was made stays."""
        if self.status in (PaymentStatus.PAID, PaymentStatus.RETURNED):
            self._refuse("差戻し")
        self.returned_at, self.returned_by, self.returned_because = now, by, because

    def _refuse_unless(self, status: PaymentStatus, step: str) -> None:
        if self.status is not status:
            self._refuse(step)

    def _refuse(self, step: str) -> None:
        raise RuleViolation(
            "payment_not_in_step",
            f"この{self.name}は「{self.status.label}」の段階のため、{step}はできません。",
            remedy="画面を開き直して、いまの状態をご確認ください。",
        )
