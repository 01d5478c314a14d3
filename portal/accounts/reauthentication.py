"""Signing in again (本人の再確認): the login password asked once more before an act that only its owner may do."""

from portal import clock
from portal.accounts.identity import client_address, current_principal
from portal.accounts.models import Account
from portal.accounts.passwords import verify_password
from portal.accounts.tries import forget_tries, seconds_to_wait
from portal.scoping import Scope
from portal.unit_of_work import reading, writing
from procurement.errors import RuleViolation


def confirm_own_password(password: str) -> None:
    """Refuse unless this is the password of the person who is signed in; tries are counted as at the login."""
    now, address = clock.now(), client_address()
    with reading() as unit:
        account = unit.get_one(Account, current_principal().id)
    with writing(Scope()) as unit:
        wait = seconds_to_wait(unit, account.login_name, account.id, address, now)
    if wait:
        raise RuleViolation(
            "password_waiting",
            "ログインのパスワードを続けて間違えたため、受付を止めています。",
            remedy=f"{wait}秒後にもう一度お試しください。",
        )
    if not verify_password(account.password_hash, password):
        raise RuleViolation(
            "password_wrong",
            "ログインのパスワードが正しくありません。",
            remedy="ログインするときのパスワードを入力してください。PINではありません。",
        )
    with writing(Scope()) as unit:
        forget_tries(unit, account.login_name, account.id, address, now)
