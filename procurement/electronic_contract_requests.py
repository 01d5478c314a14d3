"""Usage applications (電子契約利用申出書・利用申請書・利用承諾書) as the city holds them once accepted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.errors import RuleViolation
from procurement.filings import FilingVersion
from procurement.orm import Base, CityScoped, Id, Ref


@dataclass(frozen=True)
class AuthorizedSignatory:
    """Authorised signatory (契約締結権限者): the person who may conclude the contract, and its address."""

    name: str
    title: str
    mail_address: str
    is_delegate: bool = False


@dataclass(frozen=True)
class ContractClerk:
    """Contract clerk (契約担当者): confirms before the signatory; gives no signature."""

    name: str
    mail_address: str


class ElectronicContractRequest(CityScoped, Base):
    """Usage application in force (電子契約利用申出): who signs for the contractor, at which addresses.

    Made when the city accepts the filing. The addresses hold for amendments as well (CITY-26, CITY-66);
    a changed address needs a new application (CITY-27), which replaces this one.
    """

    __tablename__ = "electronic_contract_requests"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("procurement_cases.id"), index=True)
    company_id: Mapped[Ref] = mapped_column(ForeignKey("companies.id"), index=True)
    filing_version_id: Mapped[Ref] = mapped_column(ForeignKey("filing_versions.id"), unique=True)
    accepted_at: Mapped[datetime]
    signatory_name: Mapped[str] = mapped_column(String(100))
    signatory_title: Mapped[str] = mapped_column(String(100), default="")
    signatory_mail_address: Mapped[str] = mapped_column(String(254))
    is_delegate: Mapped[bool] = mapped_column(default=False)
    clerks: Mapped[list[Any]] = mapped_column(default=list)
    address_confirmed_at: Mapped[datetime | None]
    address_waived_at: Mapped[datetime | None]
    address_waived_because: Mapped[str | None] = mapped_column(String(300))
    replaced_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    voided_because: Mapped[str | None] = mapped_column(String(300))

    filing_version: Mapped[FilingVersion] = relationship()

    @property
    def signatory(self) -> AuthorizedSignatory:
        """The person with the power to conclude. (CITY-05)"""
        return AuthorizedSignatory(
            self.signatory_name, self.signatory_title, self.signatory_mail_address, self.is_delegate
        )

    @property
    def contract_clerks(self) -> tuple[ContractClerk, ...]:
        """The clerks in the order of the form. (FORM-A18)"""
        return tuple(ContractClerk(c["name"], c["mail_address"]) for c in self.clerks)

    @property
    def is_address_settled(self) -> bool:
        """Whether the signatory's address was confirmed, or an officer went on without. (FORM-C06)"""
        return self.address_confirmed_at is not None or self.address_waived_at is not None

    @property
    def is_in_force(self) -> bool:
        """Whether the addresses may be used."""
        return self.replaced_at is None and self.voided_at is None


def signatory_from(values: dict[str, Any], fallback_title: str, fallback_name: str) -> AuthorizedSignatory:
    """The signatory that an application declares; `values` is keyed by meaning (``signatory.email`` ...).

    A form that has no field for the name (only an address) means the representative of the company.
    """
    mail_address = str(values.get("signatory.email") or "").strip()
    if not mail_address:
        raise RuleViolation(
            "signatory_missing",
            "契約を締結する権限のある方のメールアドレスがありません。",
            remedy="メールアドレスを入力して、もう一度提出します。",
        )
    return AuthorizedSignatory(
        name=str(values.get("signatory.name") or fallback_name).strip(),
        title=str(values.get("signatory.title") or fallback_title).strip(),
        mail_address=mail_address,
        is_delegate=bool(values.get("delegator.name")),
    )


def clerks_from(values: dict[str, Any]) -> tuple[ContractClerk, ...]:
    """The clerks 1 to 3 that an application names, in order, without the empty ones. (FORM-A11 to A13)"""
    named = (
        (str(values.get(f"clerk{n}.name") or "").strip(), str(values.get(f"clerk{n}.email") or "").strip())
        for n in (1, 2, 3)
    )
    return tuple(ContractClerk(name, mail_address) for name, mail_address in named if mail_address)
