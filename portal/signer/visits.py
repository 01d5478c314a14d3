"""Visits (訪問): somebody came by a mailed link; the link itself says who it is and what may be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from flask import request

from portal.accounts.identity import client_address, current_principal
from portal.acting import acting, looking
from portal.scoping import Scope
from portal.signer.dead_links import DeadLink, Ending, dead_link
from portal.workflows.act import Act, Actor
from portal.workflows.complete_signing import contract_of
from procurement.contracts import Contract
from procurement.rules import CityRules
from signing import (
    CirculationStep,
    Circumstances,
    Envelope,
    LinkProblem,
    LinkProblemKind,
    OpenedLink,
    Side,
    StepRole,
    open_download_link,
    open_link,
)

STRANGER = Actor(side="signer", id="", name="リンクの利用者")


@dataclass(frozen=True)
class Visit:
    """Somebody with a living signing link (署名を依頼された方), and the contract that it is about."""

    act: Act
    token: str
    step: CirculationStep
    contract: Contract
    rules: CityRules
    expires_at: datetime | None = None
    is_signed_in: bool = False
    """Whether the page was opened from an account that is signed in, rather than by the mailed link."""
    problem: LinkProblem | None = None
    """Why the link opens nothing any more; None while the person may still answer."""

    @property
    def envelope(self) -> Envelope:
        return self.step.envelope

    @property
    def is_city(self) -> bool:
        """Whether the person signs for the city."""
        return self.step.side is Side.SENDER

    @property
    def is_reviewer(self) -> bool:
        """Whether the person only confirms, without a seal (確認者)."""
        return self.step.role is StepRole.REVIEWER

    @property
    def is_suspended(self) -> bool:
        """Whether a reported problem holds the request up."""
        return self.envelope.suspended_at is not None

    def circumstances(self, pressed: str, *, how: str = "", **shown: str) -> Circumstances:
        """How an answer came about, for the evidence. (LAW-01) `how` names what released the signer's own key."""
        came = "account" if self.is_signed_in else "mail_link"
        return Circumstances(
            authentication=f"{came}+{how}" if how else came,
            ip_address=client_address(),
            user_agent=request.user_agent.string[:500],
            pressed=pressed,
            shown={"title": self.contract.title, "path": request.path.replace(self.token, "…"), **shown},
        )


@dataclass(frozen=True)
class Download:
    """Somebody with a living download link (ダウンロード用リンクの利用者)."""

    act: Act
    token: str
    recipient: str
    envelope: Envelope
    contract: Contract
    rules: CityRules
    expires_at: datetime


@contextmanager
def visiting(token: str, *, to_write: bool = False) -> Iterator[Visit]:
    """The visit behind a signing token that still asks for an answer; any other one is a DeadLink."""
    with visited(token, to_write=to_write) as visit:
        if visit.problem is not None:
            raise dead_link(token, visit.problem, visit.rules, visit.contract)
        yield visit


@contextmanager
def visited(token: str, *, to_write: bool = False) -> Iterator[Visit]:
    """The same, also for somebody who has answered already; an unknown token is a DeadLink."""
    with (acting if to_write else looking)(STRANGER, Scope()) as act:
        opened = open_link(act.session, token, act.now, current_principal().id or None)
        if isinstance(opened, LinkProblem) and opened.kind is LinkProblemKind.NOT_HOLDER:
            raise DeadLink(token, opened.kind, Ending.NOT_HOLDER)
        if opened.envelope is None or opened.step is None:
            raise DeadLink(token, LinkProblemKind.UNKNOWN)
        contract = contract_of(act.session, opened.envelope)
        yield Visit(
            act=_as_person(act, opened.step.id, opened.step.name),
            token=token,
            step=opened.step,
            contract=contract,
            rules=act.rules(contract.city),
            expires_at=opened.expires_at,
            is_signed_in=isinstance(opened, OpenedLink) and opened.holder is not None,
            problem=opened if isinstance(opened, LinkProblem) else None,
        )


@contextmanager
def downloading(token: str, *, to_write: bool = False) -> Iterator[Download]:
    """The download behind a token while its period lasts. (SIGN-48)"""
    with (acting if to_write else looking)(STRANGER, Scope()) as act:
        opened = open_download_link(act.session, token, act.now)
        if opened.envelope is None:
            raise DeadLink(token, LinkProblemKind.UNKNOWN, is_download=True)
        contract = contract_of(act.session, opened.envelope)
        rules = act.rules(contract.city)
        if isinstance(opened, LinkProblem):
            raise dead_link(token, opened, rules, contract, is_download=True)
        person = _as_person(act, opened.step.id if opened.step else "", opened.recipient)
        yield Download(person, token, opened.recipient, opened.envelope, contract, rules, opened.expires_at)


def _as_person(act: Act, step_id: str, name: str) -> Act:
    return replace(act, actor=Actor("signer", step_id, name, client_address()))
