"""What a contract document says (契約書の記載事項), as plain facts."""

from dataclasses import dataclass
from datetime import date

from procurement.rules import ProcurementCategory


@dataclass(frozen=True)
class AmendmentFacts:
    """What a change of contract (変更契約) changes: the state before it, its number and its reason."""

    number: int
    original_concluded_on: date
    original_price: int
    original_consumption_tax: int
    original_starts_on: date | None
    original_ends_on: date
    reason: str


@dataclass(frozen=True)
class ContractFacts:
    """The particulars (契約要項) of one contract; with `amendment` they are those after the change."""

    category: ProcurementCategory
    contract_number: str
    title: str
    place: str
    starts_on: date | None
    ends_on: date
    contract_price: int
    consumption_tax: int
    city_name: str
    mayor_title: str
    mayor_name: str
    contractor_name: str
    contractor_representative: str
    contractor_address: str
    city_address: str = ""
    guarantee_text: str = "免除"
    advance_payment_text: str = "なし"
    no_work_text: str = "土曜日、日曜日、国民の祝日に関する法律に規定する休日及び12月29日から1月3日まで"
    special_terms: tuple[str, ...] = ()
    amendment: AmendmentFacts | None = None
