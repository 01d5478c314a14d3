"""What the portal knows before a form is filled in (案件の事実): handed to forms, never looked up by them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from forms.meanings import CaseFlag, Meaning
from procurement.cities.kinds import ProcurementCategory
from procurement.guarantee_limits import GuaranteeLimits

PERSONS = (
    Meaning.SITE_AGENT_NAME,
    Meaning.CHIEF_ENGINEER_NAME,
    Meaning.SUPERVISING_ENGINEER_NAME,
    Meaning.CHECKING_ENGINEER_NAME,
)
"""Whoever is named on a case for its time: the same person may stand on another case at the same time."""


@dataclass(frozen=True)
class Assignment:
    """A person who is named on another case (ほかの案件での選任): as what, where, from when to when."""

    name: str
    role: Meaning
    case_title: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class FormFacts:
    """Facts about case, company and city.

    `known` holds texts by meaning and fills fields in beforehand; `registered` is what the register of
    bidders (競争入札参加資格) says of the company; `assignments` are the people whom the company has named on
    its other cases; `limits` are the city's amounts of guarantees and advance payments; the domains are the
    city's lists of free and carrier mail.
    """

    today: date
    known: Mapping[Meaning, str] = field(default_factory=dict)
    registered: Mapping[Meaning, str] = field(default_factory=dict)
    category: ProcurementCategory | None = None
    flags: frozenset[CaseFlag] = frozenset()
    assignments: tuple[Assignment, ...] = ()
    free_mail_domains: frozenset[str] = frozenset()
    carrier_mail_domains: frozenset[str] = frozenset()
    limits: GuaranteeLimits | None = None
