"""What the portal knows before a form is filled in (案件の事実): handed to forms, never looked up by them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from forms.meanings import CaseFlag, Meaning


@dataclass(frozen=True)
class FormFacts:
    """Facts about case, company and city.

    `known` holds texts by meaning and fills fields in beforehand; `registered` is what the register of
    bidders (競争入札参加資格) says of the company; the domains are the city's lists of free and carrier mail.
    """

    today: date
    known: Mapping[Meaning, str] = field(default_factory=dict)
    registered: Mapping[Meaning, str] = field(default_factory=dict)
    flags: frozenset[CaseFlag] = frozenset()
    free_mail_domains: frozenset[str] = frozenset()
    carrier_mail_domains: frozenset[str] = frozenset()
