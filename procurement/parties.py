"""Parties (契約当事者): the companies that contract with cities, and what each city's register says of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.orm import Base, CityScoped, Id, Ref


class Company(Base):
    """Company (事業者): a contractor, as it writes itself on its contracts.

    `name` carries the delegated branch (委任先の支店名等) where the company contracts through one, and
    `representative_*` the delegate (受任者), as the cities' registers ask. (FORM-T04, FORM-T05)
    """

    __tablename__ = "companies"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200), index=True)
    address: Mapped[str] = mapped_column(String(300), default="")
    representative_title: Mapped[str] = mapped_column(String(100), default="")
    representative_name: Mapped[str] = mapped_column(String(100), default="")
    mail_address: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    corporate_number: Mapped[str | None] = mapped_column(String(13), unique=True)
    registered_at: Mapped[datetime]

    registrations: Mapped[list["CompanyRegistration"]] = relationship(back_populates="company")

    @property
    def representative(self) -> str:
        """Title and name of the representative in one line (代表者職氏名)."""
        return f"{self.representative_title}　{self.representative_name}".strip("　")


class CompanyRegistration(CityScoped, Base):
    """Entry of a company in a city's register of bidders (競争入札参加資格の登録, 業者番号). (CITY-68)"""

    __tablename__ = "company_registrations"
    # A register number means one company inside one city; the same digits mean another one elsewhere.
    __table_args__ = (UniqueConstraint("city", "registration_number"),)

    id: Mapped[Id]
    registration_number: Mapped[str] = mapped_column(String(40))
    company_id: Mapped[Ref] = mapped_column(ForeignKey("companies.id"), index=True)
    representative_title: Mapped[str] = mapped_column(String(100), default="")
    representative_name: Mapped[str] = mapped_column(String(100), default="")
    mail_address: Mapped[str] = mapped_column(String(254), default="")

    company: Mapped[Company] = relationship(back_populates="registrations")
