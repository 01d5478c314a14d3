"""Dead links (使えないリンク): what happened to a link, as plain values for its page. (SIGN-12, SIGN-49)"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from procurement.contracts import Contract
from procurement.rules import CityRules
from signing import LinkProblem, LinkProblemKind


class Ending(StrEnum):
    """Why a link opens nothing: each has its own words on the page."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REPLACED = "replaced"
    FORWARDED = "forwarded"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    ANSWERED = "answered"
    NOT_HOLDER = "not_holder"


@dataclass(frozen=True)
class Requester:
    """Who asked (署名依頼元), and about what; nothing more than the mail of the link said."""

    city: str
    title: str
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    reason: str = ""


class DeadLink(Exception):
    """A link that opens nothing; `requester` is None when the token is unknown."""

    def __init__(
        self,
        token: str,
        kind: LinkProblemKind,
        ending: Ending = Ending.UNKNOWN,
        requester: Requester | None = None,
        is_download: bool = False,
    ) -> None:
        super().__init__(ending.value)
        self.token = token
        self.kind = kind
        self.ending = ending
        self.requester = requester
        self.is_download = is_download


def dead_link(
    token: str, problem: LinkProblem, rules: CityRules, contract: Contract, is_download: bool = False
) -> DeadLink:
    """The exception for a link that is over, with what its page needs."""
    ending, ended_at, reason = _ending(problem, is_download)
    requester = Requester(rules.name, contract.title, ended_at, problem.expires_at, reason)
    return DeadLink(token, problem.kind, ending, requester, is_download)


def _ending(problem: LinkProblem, is_download: bool) -> tuple[Ending, datetime | None, str]:
    envelope, step = problem.envelope, problem.step
    if envelope is not None and envelope.cancelled_at:
        return Ending.CANCELLED, envelope.cancelled_at, envelope.cancel_reason or ""
    if step is not None and not is_download:
        if step.forwarded_at:
            return Ending.FORWARDED, step.forwarded_at, ""
        if step.declined_at:
            return Ending.ANSWERED, step.declined_at, ""
    if envelope is not None and envelope.declined_at:
        return Ending.DECLINED, envelope.declined_at, ""
    if step is not None and step.consented_at and not is_download:
        return Ending.ANSWERED, step.consented_at, ""
    if problem.kind is LinkProblemKind.EXPIRED:
        return Ending.EXPIRED, problem.expires_at, ""
    return Ending.REPLACED, None, ""
