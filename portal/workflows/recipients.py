"""Recipients (宛先): who at the city and at the contractor is written to."""

from typing import Any, NamedTuple

from sqlalchemy import select

from portal.accounts.case_links import issue_case_link
from portal.accounts.models import Account
from portal.permissions import Role
from portal.scoping import EVERYBODY
from portal.workflows.act import Act
from procurement.cases import ProcurementCase


class Addressee(NamedTuple):
    """Somebody at the city who is written to: an officer, or the mailbox of a section."""

    name: str
    mail_address: str


def people_of(act: Act, city: str, *roles: Role) -> list[Account]:
    """The people of a city who have one of these roles and may still sign in, by address."""
    query = select(Account).where(Account.city == city, Account.disabled_at.is_(None))
    accounts = act.session.scalars(query.order_by(Account.mail_address).execution_options(**EVERYBODY))
    return [account for account in accounts if account.role_set.intersection(roles)]


def officers_of(act: Act, case: ProcurementCase) -> list[Account]:
    """The officers of the section in charge of a case; of the whole contract office where none is named. (CITY-67)"""
    officers = people_of(act, case.city, Role.OFFICER)
    of_section = [officer for officer in officers if case.section and officer.section == case.section]
    return of_section or officers


def addressees_of(act: Act, case: ProcurementCase) -> list[Addressee]:
    """The officers in charge, and the mailbox of their section where the city's file names one. (FORM-C03, CITY-67)"""
    section = act.rules(case.city).section(case.section)
    found = [Addressee(officer.name, officer.mail_address) for officer in officers_of(act, case)]
    if section is not None and section.mail:
        found.append(Addressee(f"{section.name} 担当者", section.mail))
    return list({addressee.mail_address: addressee for addressee in reversed(found)}.values())


def city_signatories(act: Act, city: str) -> list[Account]:
    """The city's people who may sign its contracts (市の契約締結権者)."""
    return people_of(act, city, Role.SIGNATORY)


def notify_officers(act: Act, case: ProcurementCase, template: str, /, *, key: str, **values: Any) -> None:
    """Write to the officers in charge and their section, with a link to the case in the office."""
    for addressee in addressees_of(act, case):
        act.mail(
            template,
            addressee.mail_address,
            city=case.city,
            key=key,
            officer=addressee,
            case=case,
            case_id=case.id,
            link=act.address_of(f"/office/cases/{case.id}"),
            **values,
        )


def notify_contractor(
    act: Act, case: ProcurementCase, template: str, *, key: str, to: str = "", **values: Any
) -> None:
    """Write to the contractor of a case, at `to` or at the company's own address, with a link to its page."""
    assert case.award is not None
    company = case.award.company
    address = to or company.mail_address
    if not address:
        return
    token = issue_case_link(act.session, city=case.city, case_id=case.id, company_id=company.id, now=act.now)
    act.mail(
        template,
        address,
        city=case.city,
        key=key,
        case=case,
        case_id=case.id,
        company=company,
        link=act.address_of(f"/enter/{token}"),
        **values,
    )
