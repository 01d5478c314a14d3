"""Facts of a case (案件の事実) for its forms: what is known before anything is typed, and what it is compared with."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.elections import PaymentElection, payment_elected
from forms.facts import PERSONS, Assignment, FormFacts
from forms.meanings import CaseFlag, Meaning
from forms.model import FormDefinition, meanings_of
from forms.values import restored, text_of
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import limits_of
from portal.workflows.usage_forms import accepted_form, form_of_version
from procurement.awards import Award
from procurement.cases import ProcurementCase
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingStatus, FilingVersion
from procurement.parties import CompanyRegistration
from procurement.wareki import jst_date

# What one paper of a case says goes into the next one; who signs and who guarantees is said on one paper only.
CARRIED = (
    Meaning.CONTACT_DEPARTMENT,
    Meaning.CONTACT_TITLE,
    Meaning.CONTACT_NAME,
    Meaning.CONTACT_PHONE,
    Meaning.CONTACT_EMAIL,
    Meaning.WORK_KIND,
    Meaning.FULL_TIME,
    Meaning.INTERIM_OR_PARTIAL,
    Meaning.ADVANCE_AMOUNT,
    Meaning.GUARANTEE_NUMBER,
    Meaning.BANK_NAME,
    Meaning.BANK_BRANCH,
    Meaning.BANK_ACCOUNT_KIND,
    Meaning.BANK_ACCOUNT_NUMBER,
    Meaning.BANK_ACCOUNT_HOLDER,
    *PERSONS,
)
ENDED = (FilingStatus.REJECTED, FilingStatus.WITHDRAWN, FilingStatus.VOID)


def facts_for(act: Act, case: ProcurementCase) -> FormFacts:
    """What the portal knows of a case: it prefills the form, and the register is compared with it. (CITY-68)"""
    assert case.award is not None
    company = case.award.company
    registration = act.session.scalar(
        select(CompanyRegistration).where(
            CompanyRegistration.city == case.city, CompanyRegistration.company_id == company.id
        )
    )
    application = act.rules(case.city).usage_application
    known = {
        **_written_before(act, case),
        Meaning.CASE_NUMBER: case.number,
        Meaning.CASE_TITLE: case.title,
        Meaning.CASE_PLACE: case.place,
        Meaning.COMPANY_NAME: company.name,
        Meaning.COMPANY_ADDRESS: company.address,
        Meaning.COMPANY_REPRESENTATIVE: company.representative,
        Meaning.SIGNATORY_COMPANY: company.name,
        Meaning.SIGNATORY_TITLE: company.representative_title,
        Meaning.SIGNATORY_NAME: company.representative_name,
        **_of_contract(case.contracts[-1] if case.contracts else None),
    }
    return FormFacts(
        today=jst_date(act.now),
        known={meaning: text for meaning, text in known.items() if text},
        registered=_registered(registration) if application.match_register and registration else {},
        category=case.category,
        flags=_flags(case, registration),
        assignments=tuple(_assignments(act, case)),
        free_mail_domains=frozenset(application.free_mail_domains if application.warn_free_mail else ()),
        carrier_mail_domains=frozenset(application.carrier_domains if application.warn_carrier_mail else ()),
        limits=limits_of(act, case),
    )


@dataclass(frozen=True)
class ElectedPayment:
    """The election (中間前払金と部分払の選択) as an office reads it, also before it is accepted. (FILE-04)

    `choice` is the stored answer, `text` its words, `title` the paper that says so.
    """

    choice: str
    text: str
    title: str
    is_accepted: bool


def payment_election(session: Session, case_id: str) -> PaymentElection | None:
    """What was elected in the newest accepted version (受理された選択); None before one is accepted. (FILE-04, GUAR-04)

    `session` is the session of an `Act`, which knows the forms of the cities.
    """
    query = (
        select(FilingVersion)
        .join(FilingVersion.filing)
        .where(Filing.case_id == case_id, Filing.voided_at.is_(None), FilingVersion.accepted_at.is_not(None))
        .order_by(FilingVersion.accepted_at.desc(), FilingVersion.number.desc())
    )
    for version in session.scalars(query):
        form = accepted_form(session, version)
        field = form.field_that_means(Meaning.INTERIM_OR_PARTIAL) if form else None
        value = version.values.get(field.key) if field else None
        if field is not None and value:
            return payment_elected(text_of(field, value))
    return None


def elected_payment(act: Act, case: ProcurementCase) -> ElectedPayment | None:
    """The choice as it was handed in: an accepted version counts before one that is still looked at; None before."""
    found: list[ElectedPayment] = []
    for filing in case.filings:
        if not filing.handed_in or filing.status is FilingStatus.VOID:
            continue
        version = filing.accepted or filing.handed_in[-1]
        if version.status in (FilingStatus.ACCEPTED, FilingStatus.SUBMITTED):
            found += _elected(act, filing, version)
    return max(found, key=lambda election: election.is_accepted, default=None)


def _elected(act: Act, filing: Filing, version: FilingVersion) -> Iterator[ElectedPayment]:
    form = form_of_version(act, version)
    field = form.field_that_means(Meaning.INTERIM_OR_PARTIAL)
    value = version.values.get(field.key) if field else None
    if field is not None and value:
        accepted = version.accepted_at is not None
        yield ElectedPayment(str(value), text_of(field, value), filing.title, accepted)


def _registered(registration: CompanyRegistration) -> dict[Meaning, str]:
    title, name = registration.representative_title, registration.representative_name
    register = {
        Meaning.COMPANY_NAME: registration.company.name,
        Meaning.COMPANY_ADDRESS: registration.company.address,
        Meaning.COMPANY_REPRESENTATIVE: f"{title}　{name}".strip("　"),
        Meaning.SIGNATORY_TITLE: title,
        Meaning.SIGNATORY_NAME: name,
        Meaning.SIGNATORY_EMAIL: registration.mail_address,
    }
    return {meaning: text for meaning, text in register.items() if text}


def _flags(case: ProcurementCase, registration: CompanyRegistration | None) -> frozenset[CaseFlag]:
    flags = set()
    if case.requires_contract_guarantee:
        flags.add(CaseFlag.CONTRACT_GUARANTEE_REQUIRED)
    if registration is not None:
        flags.add(CaseFlag.REGISTERED_BIDDER)
    return frozenset(flags)


def _of_contract(contract: Contract | None) -> dict[Meaning, str]:
    """Amount and time of the contract as it stands, amendments included."""
    if contract is None:
        return {}
    days = {
        Meaning.CONTRACT_ON: contract.concluded_on,
        Meaning.PERIOD_STARTS_ON: contract.starts_on,
        Meaning.PERIOD_ENDS_ON: contract.ends_on,
    }
    return {
        Meaning.CONTRACT_NUMBER: contract.number,
        Meaning.CONTRACT_PRICE: str(contract.contract_price),
        Meaning.CONTRACT_TAX: str(contract.consumption_tax),
        **{meaning: day.isoformat() for meaning, day in days.items() if day is not None},
    }


def _written_before(act: Act, case: ProcurementCase) -> dict[Meaning, str]:
    """What the other papers of the case already say, in the words of the newest."""
    written: dict[Meaning, str] = {}
    for filing in sorted(case.filings, key=lambda filing: filing.opened_at):
        if filing.versions and filing.status not in ENDED:
            written |= {m: text for m, text in _words_of(act, filing.current).items() if m in CARRIED}
    return written


def _words_of(act: Act, version: FilingVersion) -> dict[Meaning, str]:
    try:
        form = form_of_version(act, version)
    except RuleViolation:
        return {}  # the city has taken the form away since
    values: dict[str, object] = dict(restored(form, version.values))
    return {meaning: _as_typed(form, meaning, value) for meaning, value in meanings_of(form, values).items()}


def _as_typed(form: FormDefinition, meaning: Meaning, value: object) -> str:
    field = form.field_that_means(meaning)
    return str(value) if field is None or isinstance(value, int) else text_of(field, value)


def _assignments(act: Act, case: ProcurementCase) -> Iterator[Assignment]:
    """People whom the company has named on its other cases, of every city that the caller may see."""
    assert case.award is not None
    query = (
        select(Filing)
        .join(Award, Award.case_id == Filing.case_id)
        .where(
            Award.company_id == case.award.company_id, Filing.case_id != case.id, Filing.voided_at.is_(None)
        )
    )
    for filing in act.session.scalars(query):
        if not filing.versions or filing.status in (*ENDED, FilingStatus.DRAFT):
            continue
        other = filing.case
        words = _words_of(act, filing.current)
        for role in PERSONS:
            if role in words:
                yield Assignment(words[role], role, other.title, other.starts_on, other.ends_on)
