"""One-time signing password (署名用パスワード): mailed to a signer at most once a day, kept as a slow hash.

`check` opens its own short transactions: a wrong try stays counted although the act it was for is refused,
and the slow hash is computed while no transaction is open.
"""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from signing.certificate_rows import Transaction
from signing.errors import SigningRefused
from signing.key_custody import KeyVault
from signing.orm_certificates import SigningPassword

TOKYO = ZoneInfo("Asia/Tokyo")
DIGITS = 6
LIFETIME_DAYS = 14
"""A password ends with the last second of this day after its issue, Japanese time."""
TRIES = 5
REISSUES_A_DAY = 5
"""Each reissue allows five more tries at a million: a thief of a session must not ask for thousands."""


class WrongSigningPassword(SigningRefused):
    code = "wrong_signing_password"
    text = "署名用パスワードが正しくありません。"
    remedy = "「署名用パスワード 発行のお知らせ」のメールを確認して、もう一度入力してください。"


class NoSigningPassword(SigningRefused):
    """There is none that counts: never issued, ended, or voided by wrong tries."""

    code = "no_signing_password"
    text = "使える署名用パスワードがありません。有効期限が過ぎたか、まだ発行されていません。"
    remedy = "「署名用パスワード再発行」を押すと、新しいパスワードがメールで届きます。"


class TooManyReissues(SigningRefused):
    code = "too_many_reissues"
    text = f"署名用パスワードの再発行は、1日{REISSUES_A_DAY}回までです。"
    remedy = "最後に届いたメールのパスワードを使うか、明日もう一度再発行してください。"


@dataclass(frozen=True)
class IssuedPassword:
    """A password that was just issued; the password itself is handed out this once, for the mail."""

    row: SigningPassword
    password: str = field(repr=False)

    @property
    def expires_on(self) -> date:
        """The last day on which it signs, Japanese time."""
        return self.row.expires_at.astimezone(TOKYO).date()


def issue_if_needed(
    session: Session, vault: KeyVault, owner: str, email: str, now: datetime
) -> IssuedPassword | None:
    """Issues the day's password (PTY-08), or None when one was issued today: it serves for all of the day's.

    A password of an earlier day goes on signing until its own expiry. (PTY-09)
    """
    rows = session.scalars(_of(owner, email).with_for_update()).all()
    if any(row.issued_on == _day(now) for row in rows):
        return None
    return _issue(session, vault, owner, email, now)


def reissue(session: Session, vault: KeyVault, owner: str, email: str, now: datetime) -> IssuedPassword:
    """Issues another password; the ones before stop working at once. (PTY-10)"""
    rows = session.scalars(_of(owner, email).with_for_update()).all()
    if sum(row.issued_on == _day(now) for row in rows) > REISSUES_A_DAY:
        raise TooManyReissues
    for row in rows:
        row.voided_at = row.voided_at or now
    session.flush()
    return _issue(session, vault, owner, email, now)


def void(session: Session, owner: str, email: str, now: datetime) -> None:
    """Ends every password of a signer: its certificate was revoked, or it left."""
    living = update(SigningPassword).where(
        SigningPassword.owner == owner, SigningPassword.email == email, SigningPassword.voided_at.is_(None)
    )
    session.execute(living.values(voided_at=now))


def living_passwords(session: Session, owner: str, email: str, now: datetime) -> list[SigningPassword]:
    """The passwords that sign now, the newest first."""
    query = _of(owner, email).where(SigningPassword.voided_at.is_(None), SigningPassword.expires_at > now)
    return list(session.scalars(query.order_by(SigningPassword.issued_at.desc())))


def check(
    transaction: Transaction, vault: KeyVault, owner: str, email: str, password: str, now: datetime
) -> None:
    """Refuses unless this is a password of the signer's that holds now. Call it before the act's transaction.

    The try is counted and committed first, so that a thousand tries at one instant are a thousand counted
    ones; the fifth wrong one in a row voids what there is.
    """
    with transaction() as session:
        hashes, failures = _count_try(session, owner, email, now)
    if not hashes:
        vault.is_password(None, password)  # takes as long as with one
        raise NoSigningPassword
    # not any(): every one is tested, so that the time does not tell which it was
    is_right = failures <= TRIES and True in [vault.is_password(kept, password.strip()) for kept in hashes]
    with transaction() as session:
        if is_right:
            _forget_failures(session, owner, email, now)
        elif failures >= TRIES:
            void(session, owner, email, now)
    if not is_right:
        raise _refusal(failures)


def _count_try(session: Session, owner: str, email: str, now: datetime) -> tuple[list[str], int]:
    session.scalars(_of(owner, email).with_for_update()).all()
    rows = living_passwords(session, owner, email, now)
    if not rows:
        return [], 0
    rows[0].failures += 1  # the newest row counts for all of them
    session.flush()
    return [row.secret_hash for row in rows], rows[0].failures


def _forget_failures(session: Session, owner: str, email: str, now: datetime) -> None:
    for row in living_passwords(session, owner, email, now):
        row.failures = 0


def _refusal(failures: int) -> SigningRefused:
    if failures >= TRIES:
        return NoSigningPassword(
            f"署名用パスワードを{TRIES}回続けて間違えたため、このパスワードを無効にしました。"
        )
    return WrongSigningPassword(
        f"{WrongSigningPassword.text}あと{TRIES - failures}回間違えると、このパスワードは無効になります。"
    )


def _issue(session: Session, vault: KeyVault, owner: str, email: str, now: datetime) -> IssuedPassword:
    password = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    ends = datetime.combine(_day(now) + timedelta(days=LIFETIME_DAYS), time(23, 59, 59), TOKYO)
    row = SigningPassword(
        owner=owner,
        email=email,
        secret_hash=vault.hash_password(password),
        issued_on=_day(now),
        issued_at=now,
        expires_at=ends,
        failures=0,
    )
    session.add(row)
    session.flush()
    return IssuedPassword(row, password)


def _day(now: datetime) -> date:
    return now.astimezone(TOKYO).date()


def _of(owner: str, email: str) -> Select[SigningPassword]:
    return select(SigningPassword).where(SigningPassword.owner == owner, SigningPassword.email == email)
