"""Signing in (ログイン): counts the try, checks the password, and says the same thing whatever was wrong."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts import sign_ins
from portal.accounts.identity import client_address, current_principal, sign_in_account
from portal.accounts.models import Account
from portal.accounts.passwords import hash_password, is_outdated, verify_password
from portal.accounts.tries import forget_tries, seconds_to_wait
from portal.audit import Tag, record
from portal.scoping import Scope
from portal.unit_of_work import reading, writing


@dataclass(frozen=True)
class LoginResult:
    """What came of a sign-in: done, wrong, or to be tried again after some seconds."""

    is_done: bool
    wait_seconds: int = 0


def log_in(login_name: str, password: str) -> LoginResult:
    """Sign in with name and password; the try is counted before the password is looked at. (ACCT-06)"""
    now, address = clock.now(), client_address()
    with writing(Scope()) as unit:
        account = _account(unit, login_name)
        account_id = account.id if account else None
        wait = seconds_to_wait(unit, login_name, account_id, address, now)
    if wait:
        return LoginResult(False, wait)
    if not verify_password(account.password_hash if account else None, password) or account is None:
        _record_failure(account, "password" if account else "unknown")
        return LoginResult(False)
    if account.disabled_at is not None:
        _record_failure(account, "disabled")
        return LoginResult(False)
    _let_in(account, password)
    return LoginResult(True)


def change_password(current: str, new: str) -> bool:
    """Change the password of the person who is signed in; its other sign-ins end. False: wrong password."""
    principal, now = current_principal(), clock.now()
    with reading() as unit:
        account = unit.get_one(Account, principal.id)
    if not verify_password(account.password_hash, current):
        _record_failure(account, "password")
        return False
    new_hash = hash_password(new)
    with writing() as unit:
        unit.get_one(Account, principal.id).set_password_hash(new_hash, now)
        sign_ins.end_all_sign_ins(unit, principal.id, now, but=principal.session_id)
        _record(unit, account, Tag.ACCOUNT_PASSWORD_CHANGED)
    return True


def _let_in(account: Account, password: str) -> None:
    outdated = is_outdated(account.password_hash or "")
    new_hash = hash_password(password) if outdated else None
    with writing(Scope()) as unit:
        forget_tries(unit, account.login_name, account.id, client_address(), clock.now())
        if new_hash:
            unit.get_one(Account, account.id).password_hash = new_hash
    sign_in_account(account.id)


def _account(unit: Session, login_name: str) -> Account | None:
    return unit.scalar(select(Account).where(Account.login_name == login_name))


def _record_failure(account: Account | None, reason: str) -> None:
    with writing(Scope()) as unit:
        _record(unit, account, Tag.ACCOUNT_LOGIN_FAILED, reason=reason)


def _record(unit: Session, account: Account | None, tag: Tag, **details: str) -> None:
    actor = (account.door.value, account.id, account.name) if account else ("guest", "", "")
    record(
        unit,
        at=clock.now(),
        city=account.city if account else None,
        actor=actor,
        address=client_address(),
        tag=tag,
        subject=("account", account.id) if account else None,
        details=details,
    )
