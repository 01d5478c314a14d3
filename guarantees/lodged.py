"""Lodged guarantees (提出された保証): what a city was told of a guarantee, and what it found when it looked.

These tables stand in the procurement context: they belong to a city and to a case.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantees.check_facts import Result, worst
from guarantees.labelled import LabelledWord
from procurement.cases import ProcurementCase
from procurement.cities.kinds import Channel, GuaranteeKind
from procurement.orm import Base, CityScoped, Id, Ref, Sha256, Yen, words_of
from procurement.parties import Company


class Means(StrEnum):
    """By what something is secured (保証の方法). (CITY-30, FORM-I11 to FORM-I16)"""

    label: str
    has_original: bool
    """Whether an original on paper has to reach the city."""

    def __new__(cls, value: str, label: str = "", has_original: bool = False) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.has_original = has_original
        return member

    ELECTRONIC_SURETY = "electronic_surety", "保証事業会社の保証（電子）", False
    PAPER_SURETY = "paper_surety", "保証事業会社の保証（証書）", True
    BANK = "bank", "銀行等金融機関の保証", True
    INSURANCE = "insurance", "履行保証保険", True
    PERFORMANCE_BOND = "performance_bond", "公共工事履行保証証券（履行ボンド）", True
    VIEWING_URL = "viewing_url", "損害保険会社の電子証券（閲覧用URL）", False
    CASH = "cash", "現金の納付", False
    GOVERNMENT_BONDS = "government_bonds", "国債等の提供", True
    EXEMPTION = "exemption", "免除", False


class LodgedStatus(LabelledWord):
    """Where a lodged guarantee stands (確認の状況), derived from its facts."""

    AWAITING_ORIGINAL = "awaiting_original", "原本の到着待ち"
    NOT_CHECKED = "not_checked", "未確認"
    TO_DECIDE = "to_decide", "要確認"
    MISMATCH = "mismatch", "不一致"
    MATCHED = "matched", "一致"
    ACCEPTED = "accepted", "受理"
    ALARMED = "alarmed", "受理後に変化"
    RETURNED = "returned", "差戻し"
    WITHDRAWN = "withdrawn", "取下げ"
    REPLACED = "replaced", "差替え済み"
    RELEASED = "released", "返還・解除"


FOUND, NOT_FOUND, LOCKED, UNAVAILABLE = "found", "not_found", "locked", "unavailable"
"""How a look ended (照会の結果)."""
ANSWERS = frozenset((FOUND, NOT_FOUND))
STATUS_OF = {
    Result.MATCH: LodgedStatus.MATCHED,
    Result.LOOK: LodgedStatus.TO_DECIDE,
    Result.MISMATCH: LodgedStatus.MISMATCH,
}


def finding(line: Mapping[str, Any]) -> str:
    """What a line of a look says, in full: a decision holds while a later look says the same."""
    return f"{line['words']}（証書：{line['found'] or '記載なし'}、契約：{line['needed'] or '定めなし'}）"


class LodgedGuarantee(CityScoped, Base):
    """Lodged guarantee (提出された保証): one means that secures one obligation of one contract.

    The key lies encrypted (bound to this row) because the daily look needs it; pages show it masked.
    """

    __tablename__ = "lodged_guarantees"
    __table_args__ = (
        Index("ix_lodged_guarantees_city_case_id", "city", "case_id"),
        Index("ix_lodged_guarantees_city_number", "city", "guarantee_contract_number"),
    )

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("procurement_cases.id"))
    company_id: Mapped[Ref] = mapped_column(ForeignKey("companies.id"), index=True)
    obligation: Mapped[GuaranteeKind] = mapped_column(words_of(GuaranteeKind))
    means: Mapped[Means] = mapped_column(words_of(Means))
    channel: Mapped[Channel] = mapped_column(words_of(Channel))
    lodged_at: Mapped[datetime]
    """When the city was told (寄託とみなされる時)."""
    lodged_by: Mapped[str] = mapped_column(String(100))
    issuer_name: Mapped[str] = mapped_column(String(200), default="")
    guarantee_contract_number: Mapped[str | None] = mapped_column(String(40))
    key_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    viewing_url: Mapped[str | None] = mapped_column(String(500))
    password_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # What the contractor or the officer says of a means that no registry knows.
    amount: Mapped[Yen | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    ground: Mapped[str] = mapped_column(Text, default="")
    """Ground of an exemption (免除の根拠), or a remark."""
    notice_sha256: Mapped[Sha256 | None]
    """The key notice as it came (認証キーのお知らせ), in the document store."""
    notice_name: Mapped[str | None] = mapped_column(String(255))
    notice_says: Mapped[dict[str, Any] | None]
    """What the notice was read as, without its key."""
    filing_version_id: Mapped[Ref | None]
    """The filing that brought it, when one did."""
    forwarded_to: Mapped[str] = mapped_column(String(100), default="")
    """The section in charge by the city's rule (契約検査課, 各担当課). (CITY-72)"""
    # The original on paper: how and when it reached the city. (CITY-30)
    original_channel: Mapped[Channel | None] = mapped_column(words_of(Channel))
    original_received_on: Mapped[date | None]
    original_recorded_by: Mapped[str | None] = mapped_column(String(100))
    next_look_at: Mapped[datetime | None]
    """When the job asks the registry again; None: never by itself."""
    unanswered: Mapped[int] = mapped_column(default=0)
    """How many looks in a row had no answer; the waits grow with it."""
    last_answer_at: Mapped[datetime | None]
    """When the registry answered last, also when it answered the same as before."""
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None] = mapped_column(String(100))
    accepted_because: Mapped[str] = mapped_column(Text, default="")
    """A remark of the officer, or the reason where the means alone does not show that it is enough."""
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[str | None] = mapped_column(String(100))
    returned_because: Mapped[str | None] = mapped_column(Text)
    replaced_at: Mapped[datetime | None]
    """When another one took its place (差し替え)."""
    withdrawn_at: Mapped[datetime | None]
    """When the contractor took back the filing that had brought it, before anybody accepted it (取下げ)."""
    withdrawn_by: Mapped[str | None] = mapped_column(String(100))
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(String(100))
    released_because: Mapped[str] = mapped_column(Text, default="")
    alarmed_at: Mapped[datetime | None]
    """When a later look found that it no longer covers what it should; cleared by a decision."""
    alarm: Mapped[str | None] = mapped_column(Text)

    case: Mapped[ProcurementCase] = relationship()
    company: Mapped[Company] = relationship()
    looks: Mapped[list["GuaranteeLook"]] = relationship(
        back_populates="lodged", order_by="GuaranteeLook.looked_at"
    )
    decisions: Mapped[list["LineDecision"]] = relationship(
        back_populates="lodged", order_by="LineDecision.decided_at"
    )

    @property
    def status(self) -> LodgedStatus:
        """Where it stands (確認の状況), derived from its facts: what ended it counts before what began it."""
        facts = (
            (self.returned_at, LodgedStatus.RETURNED),
            (self.withdrawn_at, LodgedStatus.WITHDRAWN),
            (self.released_at, LodgedStatus.RELEASED),
            (self.replaced_at, LodgedStatus.REPLACED),
            (self.alarmed_at, LodgedStatus.ALARMED),
            (self.accepted_at, LodgedStatus.ACCEPTED),
        )
        return next((status for fact, status in facts if fact), self._checked())

    def _checked(self) -> LodgedStatus:
        if self.means.has_original and self.original_received_on is None:
            return LodgedStatus.AWAITING_ORIGINAL
        if not self.is_looked_up:
            return LodgedStatus.TO_DECIDE
        look = self.last_answer
        if look is None:
            return LodgedStatus.NOT_CHECKED
        return STATUS_OF[self.result_of(look)]

    @property
    def is_looked_up(self) -> bool:
        """Whether a certificate stands in a system that the city asks or opens (照会できる保証)."""
        return self.means in (Means.ELECTRONIC_SURETY, Means.VIEWING_URL)

    @property
    def last_answer(self) -> "GuaranteeLook | None":
        """The newest look that had an answer; an unanswered one says nothing about the guarantee."""
        return next((look for look in reversed(self.looks) if look.is_answer), None)

    def decision_on(self, line: Mapping[str, Any]) -> "LineDecision | None":
        """The newest decision about a line, while the line still says what it said then."""
        made = [d for d in self.decisions if d.line == line["code"] and d.found == finding(line)]
        return made[-1] if made else None

    def result_of(self, look: "GuaranteeLook") -> Result:
        """What a look and the officers' decisions come to; a mismatch stays one, whatever was decided."""
        if look.outcome != FOUND or not look.lines:
            return Result.MISMATCH
        return worst(self.result_of_line(line) for line in look.lines)

    def result_of_line(self, line: Mapping[str, Any]) -> Result:
        """What one line and the decision about it come to."""
        decision = self.decision_on(line) if line["result"] == Result.LOOK.value else None
        if decision is None:
            return Result(line["result"])
        return Result.MATCH if decision.is_fine else Result.MISMATCH

    @property
    def is_live(self) -> bool:
        """Whether it still counts: neither sent back, nor withdrawn, nor replaced, nor released."""
        return not any((self.returned_at, self.withdrawn_at, self.replaced_at, self.released_at))

    @property
    def is_in_force(self) -> bool:
        """Whether it secures its obligation now: accepted, still counting, and nothing found against it since."""
        return self.accepted_at is not None and self.is_live and self.alarmed_at is None


class GuaranteeLook(CityScoped, Base):
    """A look of the city (照会): what the registry answered, when, and how it compared. Never changed."""

    __tablename__ = "guarantee_looks"

    id: Mapped[Id]
    lodged_id: Mapped[Ref] = mapped_column(ForeignKey("lodged_guarantees.id"), index=True)
    looked_at: Mapped[datetime]
    looked_by: Mapped[str] = mapped_column(String(100))
    registry_name: Mapped[str] = mapped_column(String(100))
    """Name of the registry; a word of its own where an officer typed what it showed."""
    outcome: Mapped[str] = mapped_column(String(20))
    """found, not_found, locked or unavailable."""
    problem: Mapped[str] = mapped_column(Text, default="")
    certificate: Mapped[dict[str, Any] | None]
    certificate_sha256: Mapped[Sha256 | None]
    lines: Mapped[list[Any] | None]
    """The comparison as it was: code, label, result, told, found, needed, words."""
    record_sha256: Mapped[Sha256 | None]
    """The sealed record (照会記録) in the document store, once the job has made it."""
    record_tried_at: Mapped[datetime | None]
    """When making it was tried last, and when it was made once there is one."""
    record_problem: Mapped[str | None] = mapped_column(Text)

    lodged: Mapped[LodgedGuarantee] = relationship(back_populates="looks")

    @property
    def is_answer(self) -> bool:
        """Whether the registry said something about the guarantee (照会の回答があったか)."""
        return self.outcome in ANSWERS


class LineDecision(CityScoped, Base):
    """Decision of an officer (要確認の判断) about one line, with a reason; it holds for what was found then."""

    __tablename__ = "guarantee_line_decisions"
    __table_args__ = (UniqueConstraint("lodged_id", "line", "decided_at"),)

    id: Mapped[Id]
    lodged_id: Mapped[Ref] = mapped_column(ForeignKey("lodged_guarantees.id"), index=True)
    line: Mapped[str] = mapped_column(String(40))
    found: Mapped[str] = mapped_column(Text)
    """The words that stood in the line; another finding asks again."""
    is_fine: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(100))

    lodged: Mapped[LodgedGuarantee] = relationship(back_populates="decisions")


class GuaranteeNotice(CityScoped, Base):
    """Notice about guarantees (保証のお知らせ) that a job wrote: the key says what of, and the database lets one through."""

    __tablename__ = "guarantee_notices"
    __table_args__ = (UniqueConstraint("city", "key"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(120))
    case_id: Mapped[Ref] = mapped_column(ForeignKey("procurement_cases.id"))
    made_at: Mapped[datetime]
