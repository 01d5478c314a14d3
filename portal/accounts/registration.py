"""Registration of accounts (利用者登録): the id and a first password, which must be changed at the first login."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Door
from portal.accounts.passwords import SYMBOLS, check_password_rule, hash_password
from portal.accounts.sign_ins import end_all_sign_ins
from portal.audit import Tag, record
from portal.mail import checked_address
from portal.permissions import Role
from procurement.errors import RuleViolation

_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"


def create_account(
    session: Session,
    *,
    login_name: str,
    name: str,
    mail_address: str,
    door: Door,
    roles: list[Role],
    actor: tuple[str, str, str],
    now: datetime,
    password: str | None = None,
    city: str | None = None,
    company_id: str | None = None,
    organisation: str | None = None,
    desk_customer_id: str | None = None,
    section: str = "",
    title: str = "",
) -> tuple[Account, str]:
    """A new account and its first password; one given by the caller need not be changed. (ACCT-01, ACCT-04)"""
    if session.scalar(select(Account.id).where(Account.login_name == login_name)):
        raise RuleViolation("account.exists", f"利用者ID「{login_name}」はすでに使われています。")
    first_password = password or new_password()
    account = Account(
        login_name=login_name,
        name=name,
        title=title,
        mail_address=checked_address(mail_address),
        door=door,
        city=city,
        company_id=company_id,
        organisation=organisation,
        desk_customer_id=desk_customer_id,
        section=section,
        roles=[role.value for role in roles],
        created_at=now,
    )
    set_password(account, first_password, now, must_change=password is None)
    session.add(account)
    session.flush()
    details = {"login_name": login_name, "roles": account.roles}
    _record(session, account, Tag.ACCOUNT_CREATED, actor, now, details)
    return account, first_password


def set_password(account: Account, password: str, now: datetime, *, must_change: bool) -> None:
    """Give the account a password that obeys the rule."""
    check_password_rule(password)
    account.set_password_hash(hash_password(password), now, must_change=must_change)


def reissue_password(session: Session, account: Account, actor: tuple[str, str, str], now: datetime) -> str:
    """A new first password for somebody who forgot the old one; every sign-in of the account ends."""
    password = new_password()
    set_password(account, password, now, must_change=True)
    end_all_sign_ins(session, account.id, now)
    _record(session, account, Tag.ACCOUNT_PASSWORD_CHANGED, actor, now, {})
    return password


def disable_account(session: Session, account: Account, actor: tuple[str, str, str], now: datetime) -> None:
    """Close an account; its sign-ins end at once and its name stays in the history. (ACCT-10)"""
    account.disable(now)
    end_all_sign_ins(session, account.id, now)
    _record(session, account, Tag.ACCOUNT_DISABLED, actor, now, {"login_name": account.login_name})


def new_password() -> str:
    """A random password of 12 characters that obeys the rule, without characters that look alike."""
    kinds = (_LETTERS, _LETTERS, _DIGITS, _LETTERS, _LETTERS, SYMBOLS)
    return "".join(secrets.choice(kind) for kind in kinds * 2)


def _record(
    session: Session,
    account: Account,
    tag: Tag,
    actor: tuple[str, str, str],
    now: datetime,
    details: Mapping[str, object],
) -> None:
    record(
        session,
        at=now,
        city=account.city,
        actor=actor,
        tag=tag,
        subject=("account", account.id),
        details=details,
    )
