"""Who calls (操作者): a guest, the holder of an account, or a contractor who came by the link of a case."""

from dataclasses import dataclass
from functools import cached_property

from flask_login import UserMixin

from portal.accounts.models import Account, CaseLink, Door, LoginSession
from portal.permissions import Permission, Role, permissions_of
from portal.scoping import Scope

NOTHING = "-"
"""A company id that no row has."""


@dataclass(frozen=True)
class Principal(UserMixin):  # type: ignore[misc]
    """The person of a request. `side` is what the audit log calls it: guest, office, contractor,
    surety or registry."""

    side: str = "guest"
    id: str = ""
    name: str = ""
    roles: frozenset[Role] = frozenset({Role.GUEST})
    session_id: str = ""
    city: str | None = None
    company_id: str | None = None
    organisation: str | None = None
    desk_customer_id: str | None = None
    section: str = ""
    title: str = ""
    case_id: str | None = None
    """The only case that a case link opens."""
    must_change_password: bool = False

    @property
    def is_authenticated(self) -> bool:
        return self.side != "guest"

    @property
    def has_account(self) -> bool:
        return self.is_authenticated and self.case_id is None

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether the person holds a permission; for links and buttons, the routes check by themselves."""
        return permission in self.permissions

    @property
    def scope(self) -> Scope:
        """What its sessions see: its city, or its company's rows, never more than its door shows."""
        if self.side == "contractor":
            return Scope(city=self.city, company_id=self.company_id or NOTHING)
        return Scope(city=self.city, company_id=NOTHING if self.side in ("surety", "registry") else None)

    @property
    def home(self) -> str:
        """The page where the person begins."""
        if self.case_id is not None:
            return f"/contractor/cases/{self.case_id}"
        if self.desk_customer_id is not None:
            return "/surety/desk/"
        return "/" if self.side == "guest" else f"/{self.side}/"


GUEST = Principal()


def account_principal(account: Account, sign_in: LoginSession) -> Principal:
    """The person behind a sign-in with an account."""
    return Principal(
        side=account.door.value,
        id=account.id,
        name=account.name,
        roles=account.role_set,
        session_id=sign_in.id,
        city=account.city if account.door is Door.OFFICE else None,
        company_id=account.company_id,
        organisation=account.organisation,
        desk_customer_id=account.desk_customer_id,
        section=account.section,
        title=account.title,
        must_change_password=account.must_change_password,
    )


def case_link_principal(link: CaseLink, sign_in: LoginSession) -> Principal:
    """The person behind a case link: whoever reads the company's mail."""
    return Principal(
        side="contractor",
        id=link.id,
        roles=frozenset({Role.CASE_LINK}),
        session_id=sign_in.id,
        city=link.city,
        company_id=link.company_id,
        case_id=link.case_id,
    )
