"""Sign-ins (ログイン状態): opened, recognised and ended in the database, so that a copied cookie ends with them."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, CaseLink, LoginSession
from portal.accounts.principals import Principal, account_principal, case_link_principal
from portal.accounts.tokens import new_token, token_hash

SEEN_EVERY = timedelta(minutes=1)
"""How exactly `last_seen_at` is kept: one write a minute, not one per page."""


def open_sign_in(
    session: Session, holder: Account | CaseLink, *, address: str, now: datetime, lifetime: timedelta
) -> str:
    """Open a sign-in and return its token, which the cookie carries and the database does not."""
    token = new_token()
    session.add(
        LoginSession(
            token_hash=token_hash(token),
            account_id=holder.id if isinstance(holder, Account) else None,
            case_link_id=holder.id if isinstance(holder, CaseLink) else None,
            address=address,
            created_at=now,
            last_seen_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


def principal_of(
    session: Session, token: str, now: datetime, idle: timedelta
) -> tuple[Principal, bool] | None:
    """The person of a token, and whether `last_seen_at` wants writing; None when the sign-in has ended."""
    sign_in = session.scalar(select(LoginSession).where(LoginSession.token_hash == token_hash(token)))
    if sign_in is None or not sign_in.is_alive(now, idle):
        return None
    principal = _holder(session, sign_in, now)
    return (principal, now - sign_in.last_seen_at >= SEEN_EVERY) if principal else None


def mark_seen(session: Session, session_id: str, now: datetime) -> None:
    """Write down that the person was here."""
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(last_seen_at=now))


def end_sign_in(session: Session, session_id: str, now: datetime) -> None:
    """Log out: from now on the token is worth nothing."""
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(revoked_at=now))


def end_all_sign_ins(session: Session, account_id: str, now: datetime, *, but: str = "") -> None:
    """End every sign-in of an account (password changed, account closed), except the one at work."""
    ended = update(LoginSession).where(
        LoginSession.account_id == account_id, LoginSession.revoked_at.is_(None)
    )
    session.execute(ended.where(LoginSession.id != but).values(revoked_at=now))


def _holder(session: Session, sign_in: LoginSession, now: datetime) -> Principal | None:
    if sign_in.account_id is not None:
        account = session.get(Account, sign_in.account_id)
        alive = account is not None and account.disabled_at is None
        return account_principal(account, sign_in) if account is not None and alive else None
    link = session.get(CaseLink, sign_in.case_link_id)
    if link is None or link.voided_at is not None or now >= link.expires_at:
        return None
    return case_link_principal(link, sign_in)
