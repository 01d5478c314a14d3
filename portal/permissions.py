"""Permissions (権限): every route names one; who holds which stands in one table."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """What a route asks of the person who calls it."""

    PUBLIC = "public"
    """Anyone, without a word about who it is."""
    DEMO = "demo"
    """Anyone, but only while the portal runs as a demo or a test."""
    SIGNED_IN = "signed_in"
    """Whoever has an account, for its own account."""
    SIGN_BY_LINK = "sign_by_link"
    """Whoever holds the link; the signer's door checks the link itself."""
    CONTRACTOR_CASES = "contractor_cases"
    OFFICE_READ = "office_read"
    OFFICE_REGISTER_AWARD = "office_register_award"
    OFFICE_REVIEW_FILING = "office_review_filing"
    OFFICE_DRAFT_CONTRACT = "office_draft_contract"
    OFFICE_SEND_CONTRACT = "office_send_contract"
    OFFICE_SIGN = "office_sign"
    OFFICE_ADMIN = "office_admin"
    OFFICE_CHECK_GUARANTEE = "office_check_guarantee"
    """Look a guarantee up, decide what it means, record originals, release."""
    OFFICE_APPROVE_PAYMENT = "office_approve_payment"
    SURETY_DESK = "surety_desk"
    """The surety company's own officer at its desk."""
    DESK_CUSTOMER = "desk_customer"
    """A customer at the desk of its surety company."""
    REGISTRY_LOOK = "registry_look"
    """An orderer's person at the registry's own door."""
    REGISTRY_PUBLISH = "registry_publish"
    """A surety's person at the registry's own door."""
    REGISTRY_CLIENT = "registry_client"
    """A program with a token or client certificate; the registry's API checks it itself."""


class Role(StrEnum):
    """A kind of person; one account may hold several (ACCT-02, ACCT-11)."""

    GUEST = "guest"
    CONTRACTOR = "contractor"
    CASE_LINK = "case_link"
    """A contractor who came by the link of one case, without an account (ACCT-13)."""
    OFFICER = "officer"
    """A clerk of the contract office (契約事務担当者)."""
    SIGNATORY = "signatory"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SURETY = "surety"
    """An officer of a surety company."""
    DESK_CUSTOMER = "desk_customer"
    """A contractor as the customer of a surety company."""
    REGISTRY_ORDERER = "registry_orderer"
    REGISTRY_SURETY = "registry_surety"


_EVERYONE = frozenset({Permission.PUBLIC, Permission.SIGN_BY_LINK, Permission.REGISTRY_CLIENT})
_ACCOUNT = _EVERYONE | {Permission.SIGNED_IN}
_READER = _ACCOUNT | {Permission.OFFICE_READ}
_OFFICER = _READER | {
    Permission.OFFICE_REGISTER_AWARD,
    Permission.OFFICE_REVIEW_FILING,
    Permission.OFFICE_DRAFT_CONTRACT,
    Permission.OFFICE_SEND_CONTRACT,
    Permission.OFFICE_CHECK_GUARANTEE,
    Permission.OFFICE_APPROVE_PAYMENT,
}

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.GUEST: _EVERYONE,
    Role.CONTRACTOR: _ACCOUNT | {Permission.CONTRACTOR_CASES},
    Role.CASE_LINK: _EVERYONE | {Permission.CONTRACTOR_CASES},
    Role.OFFICER: _OFFICER,
    Role.SIGNATORY: _READER | {Permission.OFFICE_SIGN},
    Role.ADMIN: _OFFICER | {Permission.OFFICE_ADMIN},
    Role.AUDITOR: _READER,
    Role.SURETY: _ACCOUNT | {Permission.SURETY_DESK},
    Role.DESK_CUSTOMER: _ACCOUNT | {Permission.DESK_CUSTOMER},
    Role.REGISTRY_ORDERER: _ACCOUNT | {Permission.REGISTRY_LOOK},
    Role.REGISTRY_SURETY: _ACCOUNT | {Permission.REGISTRY_PUBLISH},
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that a person of these roles may do."""
    return frozenset().union(*(GRANTS[role] for role in roles))


def requires(permission: Permission) -> Callable[[View], View]:
    """Name the permission of a view; the check itself runs before every request (`portal.security`)."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(view: Callable[..., Any]) -> Permission | None:
    """The permission that a view names, or None when it was forgotten."""
    return getattr(view, "permission", None)
