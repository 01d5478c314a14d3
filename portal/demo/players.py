"""Players of the demo (デモの行為者): which case an act is about, and who acts in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.accounts.models import Account
from portal.workflows.act import Act, Actor
from procurement.cases import ProcurementCase
from procurement.contracts import Contract


@dataclass(frozen=True)
class Players:
    """Who and what an act is about."""

    city: str
    data: Mapping[str, Any]
    company: Mapping[str, Any]
    company_id: str
    officer: Account
    signatory: Account
    case_id: str

    @property
    def as_officer(self) -> Actor:
        """The city's officer (市の契約担当者)."""
        return Actor("office", self.officer.id, self.officer.name)

    @property
    def as_contractor(self) -> Actor:
        """The company that won (受注者)."""
        return Actor("contractor", self.company_id, self.company["representative_name"])

    @property
    def as_customer(self) -> Actor:
        """The same company at a surety's desk (お客様)."""
        return Actor("surety", self.company_id, "お客様")

    def case(self, act: Act) -> ProcurementCase:
        """The case, in the session of this act."""
        return act.session.get_one(ProcurementCase, self.case_id)

    def contract(self, act: Act) -> Contract:
        """The newest contract of the case: the original, or its amendment once there is one."""
        return self.case(act).contracts[-1]
