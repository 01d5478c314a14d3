"""Passwords (パスワード): the rule for choosing one, and argon2id for keeping it. (ACCT-05)"""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from procurement.errors import RuleViolation

SYMBOLS = "!#$%&'-_"
SHORTEST = 8
LONGEST = 128
RULE = f"半角の英字・数字・記号をすべて含む{SHORTEST}文字以上。使える記号は {' '.join(SYMBOLS)} です。"

_ALLOWED = re.compile(rf"[A-Za-z0-9{re.escape(SYMBOLS)}]{{{SHORTEST},{LONGEST}}}")
_NEEDED = (re.compile("[A-Za-z]"), re.compile("[0-9]"), re.compile(f"[{re.escape(SYMBOLS)}]"))
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_slots = threading.BoundedSemaphore(os.cpu_count() or 1)
SLOT_WAIT_SECONDS = 5


class TooBusy(Exception):
    """More people sign in at this moment than passwords can be checked."""


def check_password_rule(password: str) -> None:
    """Refuse a password that breaks the rule of ACCT-05 (source: 001 p.3, symbols after AMB-22)."""
    if not _ALLOWED.fullmatch(password) or not all(part.search(password) for part in _NEEDED):
        raise RuleViolation(
            "account.password", f"パスワードは{RULE}", remedy="条件に合うパスワードを入力してください。"
        )


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    with _slot():
        return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; takes the same time when there is none, so that nobody learns which."""
    with _slot():
        try:
            return _hasher.verify(password_hash or _nobody(), password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(password_hash)


@contextmanager
def _slot() -> Iterator[None]:
    """As many checks at once as there are cores: a flood of logins must not starve the other pages."""
    if not _slots.acquire(timeout=SLOT_WAIT_SECONDS):
        raise TooBusy
    try:
        yield
    finally:
        _slots.release()


_nobodys_hash: str | None = None


def _nobody() -> str:
    global _nobodys_hash
    if _nobodys_hash is None:
        _nobodys_hash = _hasher.hash(os.urandom(16).hex())
    return _nobodys_hash
