"""Search in the city's register of bidders (業者の検索), by register number or by a part of the name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from portal.office.access import own_city
from portal.office.listings import has_word
from portal.workflows.act import Act
from procurement.parties import Company, CompanyRegistration

MOST_FOUND = 20


@dataclass(frozen=True)
class CompanySearch:
    """What was looked for, and what the register has."""

    word: str
    found: Sequence[CompanyRegistration]


def search_companies(act: Act, word: str) -> CompanySearch:
    """Entries of the register whose number or name contains the word; the first 20 by number."""
    texts = (CompanyRegistration.registration_number, Company.name)
    query = (
        select(CompanyRegistration)
        .join(CompanyRegistration.company)
        .options(contains_eager(CompanyRegistration.company))
        .where(
            CompanyRegistration.city == own_city(),
            has_word(texts, word),
        )
        .order_by(CompanyRegistration.registration_number)
        .limit(MOST_FOUND)
    )
    return CompanySearch(word, act.session.scalars(query).all())


def find_registration(act: Act, number: str) -> CompanyRegistration | None:
    """The entry of this register number."""
    query = select(CompanyRegistration).where(
        CompanyRegistration.city == own_city(), CompanyRegistration.registration_number == number
    )
    return act.session.scalar(query) if number else None


def company_fields(registration: CompanyRegistration) -> dict[str, str]:
    """What the register says, by the names of the award form's fields."""
    company = registration.company
    return {
        "registration_number": registration.registration_number,
        "company_name": company.name,
        "company_address": company.address,
        "representative_title": registration.representative_title or company.representative_title,
        "representative_name": registration.representative_name or company.representative_name,
        "mail_address": registration.mail_address or company.mail_address,
        "phone": company.phone,
        "corporate_number": company.corporate_number or "",
    }
