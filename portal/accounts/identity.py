"""Identity (本人確認): ties Flask-Login's cookie to the sign-ins of the database."""

from datetime import timedelta
from typing import cast

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, current_user
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts import sign_ins
from portal.accounts.case_links import find_case_link
from portal.accounts.models import Account, CaseLink
from portal.accounts.principals import GUEST, Principal
from portal.audit import Tag, record
from portal.scoping import Scope
from portal.unit_of_work import reading, writing

TOKEN_KEY = "sign_in"  # noqa: S105 - a name, not a secret


def init_app(app: Flask) -> None:
    """Let Flask-Login ask the database who calls."""
    manager = LoginManager(
        app, add_context_processor=False
    )  # templates have `principal`, known without asking
    manager.session_protection = None
    manager.anonymous_user = lambda: GUEST
    manager.request_loader(lambda _request: _recognised(session.get(TOKEN_KEY, "")))


def current_principal() -> Principal:
    """The person of this request, as the gate recognised it; a guest before that."""
    principal: Principal = g.get("principal", GUEST)
    return principal


def recognise() -> Principal:
    """Find out who calls, and limit the sessions of this request to what that person may see."""
    g.principal = cast(Principal, current_user._get_current_object())
    g.scope = g.principal.scope
    return current_principal()


def client_address() -> str:
    """The network address that the request came from (through the proxy, if one is configured)."""
    return request.remote_addr or ""


def start_sign_in(unit: Session, holder: Account | CaseLink) -> str:
    """Open a sign-in in this unit of work; `remember` its token in the cookie once it is committed."""
    lifetime = timedelta(hours=current_app.config["SESSION_HOURS"])
    return sign_ins.open_sign_in(unit, holder, address=client_address(), now=clock.now(), lifetime=lifetime)


def remember(token: str) -> None:
    """Begin a new cookie that carries the token; what an earlier one carried is gone."""
    session.clear()
    session[TOKEN_KEY] = token


def sign_in_account(account_id: str) -> None:
    """Sign a person in who has proved who it is (or, in the demo, pressed the button of a demo person)."""
    with writing(Scope()) as unit:
        account = unit.get_one(Account, account_id)
        token = start_sign_in(unit, account)
        record(
            unit,
            at=clock.now(),
            city=account.city,
            actor=(account.door.value, account.id, account.name),
            address=client_address(),
            tag=Tag.ACCOUNT_LOGIN,
            details={"login_name": account.login_name},
        )
    remember(token)


def enter_by_case_link(token: str) -> CaseLink:
    """Let a contractor in by the link of a mail; a dead link is refused in words (RuleViolation)."""
    with writing(Scope()) as unit:
        link = find_case_link(unit, token, clock.now())
        cookie_token = start_sign_in(unit, link)
        record(
            unit,
            at=clock.now(),
            city=link.city,
            actor=("contractor", link.id, ""),
            address=client_address(),
            tag=Tag.CASE_LINK_ENTERED,
            subject=("case_link", link.id),
            details={"case_id": link.case_id},
        )
    remember(cookie_token)
    return link


def sign_out() -> None:
    """End the sign-in of this request, for every copy of its cookie."""
    principal = current_principal()
    with writing(Scope()) as unit:
        sign_ins.end_sign_in(unit, principal.session_id, clock.now())
        record(
            unit,
            at=clock.now(),
            city=principal.city,
            actor=(principal.side, principal.id, principal.name),
            address=client_address(),
            tag=Tag.ACCOUNT_LOGOUT,
        )
    session.clear()


def _recognised(token: str) -> Principal | None:
    if not token:
        return None
    now, idle = clock.now(), timedelta(minutes=current_app.config["SESSION_IDLE_MINUTES"])
    with reading(Scope()) as unit:
        found = sign_ins.principal_of(unit, token, now, idle)
    if found is None:
        return None
    principal, is_stale = found
    if is_stale:
        with writing(Scope()) as unit:
            sign_ins.mark_seen(unit, principal.session_id, now)
    return principal
