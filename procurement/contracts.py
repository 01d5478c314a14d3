"""Contracts (契約) and their amendments (変更契約), from the award to the conclusion."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.cases import ProcurementCase
from procurement.errors import RuleViolation
from procurement.orm import Base, CityScoped, Id, Ref, Sha256, Yen, words_of
from procurement.parties import Company
from procurement.rules import Route

LARGEST_AMOUNT = 10**15
"""A thousand trillion yen: more is a slip of the keyboard, and soon too large for the database."""


def check_amounts(contract_price: int, consumption_tax: int) -> None:
    """Refuse a price (契約金額) that cannot be: below zero, beyond reason, or smaller than its own tax."""
    if not 0 <= contract_price <= LARGEST_AMOUNT:
        raise RuleViolation(
            "price_out_of_range",
            f"契約金額は0円以上{LARGEST_AMOUNT:,}円以下で入力します。",
            remedy="金額と単位（円・千円）をご確認ください。",
        )
    if not 0 <= consumption_tax <= contract_price:
        raise RuleViolation(
            "tax_out_of_range",
            "うち消費税の額が、契約金額の範囲にありません。",
            remedy="契約金額は税込みの金額、消費税はそのうちの額を入力します。",
        )


class ContractStage(enum.StrEnum):
    """Stage of a contract (進み具合), derived from facts of the contract and of its case."""

    APPLICATION = "application"
    DRAFTING = "drafting"
    CONTRACTOR_SIGNING = "contractor_signing"
    CITY_SIGNING = "city_signing"
    COMPLETING = "completing"
    SUSPENDED = "suspended"
    DECLINED = "declined"
    PAPER = "paper"
    CONCLUDED = "concluded"


class Contract(CityScoped, Base):
    """Contract (契約): what a city and a contractor conclude about an awarded case.

    An amendment is a row of the same table (`ContractAmendment`): it goes the same way, signed by the
    same two sides, and has a number of its own.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        UniqueConstraint("city", "number"),
        # Amendment numbers of one case run 0 (the original), 1, 2 ... without doubles.
        UniqueConstraint("city", "case_id", "amendment_number"),
        # The contract date is the day of the last signature and is never before it. (CITY-08)
        CheckConstraint(
            "concluded_on IS NULL OR concluded_at IS NOT NULL", name="concluded_on_needs_instant"
        ),
        # A certificate tells of a conclusion, and is kept with the instant at which it was made. (SIGN-10)
        CheckConstraint(
            "certificate_sha256 IS NULL OR (certificate_made_at IS NOT NULL AND concluded_at IS NOT NULL)",
            name="certificate_after_conclusion",
        ),
    )
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "original"}  # noqa: RUF012

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20))
    case_id: Mapped[Ref] = mapped_column(ForeignKey("procurement_cases.id"))
    company_id: Mapped[Ref] = mapped_column(ForeignKey("companies.id"), index=True)
    amendment_number: Mapped[int] = mapped_column(default=0)
    number: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    route: Mapped[Route | None] = mapped_column(words_of(Route))
    route_reason: Mapped[str | None] = mapped_column(String(500))
    contract_price: Mapped[Yen]
    consumption_tax: Mapped[Yen]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    special_terms: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    envelope_id: Mapped[str | None] = mapped_column(String(40), index=True)
    sent_at: Mapped[datetime | None]
    contractor_agreed_at: Mapped[datetime | None]
    city_agreed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    declined_because: Mapped[str | None] = mapped_column(Text)
    late_conclusion_reason: Mapped[str | None] = mapped_column(String(500))
    completion_problem: Mapped[str | None] = mapped_column(Text)
    completion_checked_at: Mapped[datetime | None]
    concluded_at: Mapped[datetime | None]
    concluded_on: Mapped[date | None]
    certificate_sha256: Mapped[Sha256 | None] = mapped_column(index=True)
    certificate_made_at: Mapped[datetime | None]
    certificate_tried_at: Mapped[datetime | None]
    certificate_problem: Mapped[str | None] = mapped_column(Text)

    case: Mapped[ProcurementCase] = relationship(back_populates="contracts")
    company: Mapped[Company] = relationship()
    documents: Mapped[list["ContractDocument"]] = relationship(
        back_populates="contract", order_by="ContractDocument.position", cascade="all, delete-orphan"
    )

    @property
    def stage(self) -> ContractStage:
        """Where the contract stands; never stored, so it cannot contradict the facts."""
        if self.route is Route.PAPER:
            return ContractStage.PAPER
        facts = (
            (self.concluded_at, ContractStage.CONCLUDED),
            (self.declined_at, ContractStage.DECLINED),
            (self.suspended_at, ContractStage.SUSPENDED),
            (self.city_agreed_at, ContractStage.COMPLETING),
            (self.contractor_agreed_at, ContractStage.CITY_SIGNING),
            (self.sent_at, ContractStage.CONTRACTOR_SIGNING),
            (self.route, ContractStage.DRAFTING),
        )
        return next((stage for fact, stage in facts if fact), ContractStage.APPLICATION)

    @property
    def is_concluded(self) -> bool:
        """Whether both sides are bound, electronically or on paper."""
        return self.concluded_at is not None

    @property
    def is_amendment(self) -> bool:
        """Whether this is an amendment (変更契約) of another contract."""
        return self.amendment_number > 0

    def go_electronic(self, because: str) -> None:
        """The usage application was accepted: the contract will be electronic. (CITY-02)"""
        self._refuse_if_settled("route_settled")
        self.route, self.route_reason = Route.ELECTRONIC, because

    def move_to_paper(self, because: str) -> None:
        """The contract goes the paper way (従来通り紙), with the reason. (CITY-02, CITY-13)"""
        self._refuse_if_settled("route_settled")
        if self.sent_at and not self.declined_at:
            raise RuleViolation(
                "sent_contract_on_paper",
                "この契約は署名依頼を送信済みのため、このままでは紙に切り替えられません。",
                remedy="先に署名依頼を取り消してから、紙の契約に切り替えます。",
            )
        self.route, self.route_reason = Route.PAPER, because

    def send(self, envelope_id: str, now: datetime) -> None:
        """Sent to the contractor's signatory (署名依頼の送信)."""
        if self.stage is not ContractStage.DRAFTING:
            raise RuleViolation(
                "contract_not_draft",
                "この契約は送信できる状態ではありません。すでに送信されたか、取り消されています。",
                remedy="画面を開き直して、いまの状態をご確認ください。",
            )
        self.envelope_id, self.sent_at = envelope_id, now

    def take_back(self) -> None:
        """The signing request was cancelled or declined: the contract can be drafted and sent again."""
        self._refuse_if_settled("concluded_contract_taken_back")
        self.envelope_id = self.sent_at = self.contractor_agreed_at = self.city_agreed_at = None
        self.suspended_at = self.declined_at = self.declined_because = None

    def decline(self, now: datetime, because: str) -> None:
        """The contractor did not agree (同意せず却下). (SIGN-26)"""
        self._refuse_if_settled("concluded_contract_declined")
        self.declined_at, self.declined_because = now, because

    def conclude(self, *, at: datetime, on: date) -> None:
        """Both sides have signed and the finished document was verified (契約締結).

        `at` is the real instant of the last signature, `on` its date in Asia/Tokyo. (CITY-08, CITY-45)
        """
        self._refuse_if_settled("contract_concluded_already")
        self.concluded_at, self.concluded_on = at, on

    def certify(self, sha256: str, made_at: datetime) -> bool:
        """Keep the sealed conclusion certificate (合意締結証明書); the first one counts, another is not kept. (SIGN-10)

        Returns whether this one is kept.
        """
        if not self.is_concluded or self.envelope_id is None:
            raise RuleViolation(
                "not_concluded",
                "電子署名による契約がまだ締結されていないため、合意締結証明書はありません。",
                remedy="双方の署名が完了すると、ダウンロードできます。",
            )
        if self.certificate_sha256 is not None:
            return False
        self.certificate_sha256, self.certificate_made_at = sha256, made_at
        self.certificate_problem = None
        return True

    def conclude_on_paper(self, *, on: date, recorded_at: datetime) -> None:
        """Record that the contract was signed and sealed on paper on that day. (CITY-69)"""
        self._refuse_if_settled("contract_concluded_already")
        if self.route is not Route.PAPER:
            raise RuleViolation(
                "paper_date_of_electronic_contract",
                "電子契約の契約締結日は、最後の署名が完了した日になります。日付を入力して決めることはできません。",
                remedy="紙で締結したときは、先に紙の契約へ切り替えます。",
            )
        self.concluded_at, self.concluded_on = recorded_at, on

    def _refuse_if_settled(self, code: str) -> None:
        if self.is_concluded:
            raise RuleViolation(
                code,
                f"この契約は{self.concluded_on}に締結済みです。",
                remedy="内容を変えるときは、変更契約を作成します。",
            )


class ContractAmendment(Contract):
    """Amendment (変更契約): electronic only if the original was, by the city's rule. (CITY-09, CITY-65)"""

    __mapper_args__ = {"polymorphic_identity": "amendment"}  # noqa: RUF012

    original_id: Mapped[str | None] = mapped_column(String(22), ForeignKey("contracts.id"))
    amendment_reason: Mapped[str | None] = mapped_column(Text)

    original: Mapped[Contract] = relationship(remote_side="Contract.id", foreign_keys=[original_id])


class ContractDocument(CityScoped, Base):
    """Document of a contract (契約書類): the contract itself or a paper that goes with it in the envelope.

    `draft_sha256` is what the city sent, `final_sha256` the finished original; both lie in the store.
    `date_field` is the empty contract date field: ``{"page": int, "rect": [x0, y0, x1, y1]}`` in points.
    """

    __tablename__ = "contract_documents"
    __table_args__ = (UniqueConstraint("contract_id", "position"),)

    id: Mapped[Id]
    contract_id: Mapped[Ref] = mapped_column(ForeignKey("contracts.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(255))
    origin: Mapped[str] = mapped_column(String(20))
    draft_sha256: Mapped[Sha256]
    size: Mapped[int] = mapped_column(BigInteger)
    page_count: Mapped[int]
    date_field: Mapped[dict[str, Any] | None]
    envelope_document_id: Mapped[str | None] = mapped_column(String(40))
    final_sha256: Mapped[Sha256 | None] = mapped_column(index=True)
    final_size: Mapped[int | None] = mapped_column(BigInteger)

    contract: Mapped[Contract] = relationship(back_populates="documents")
