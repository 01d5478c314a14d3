"""Sessions with a PKCS#11 token (HSM, SoftHSM2): opened when needed, opened again after the token was unplugged.

Every call to a library goes through one lock per library: opening it anew ends all its sessions in this
process, and many libraries are not safe for two threads anyway.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto import algos, x509

from signing.errors import SealingFailed, SetupRequired

Result = TypeVar("Result")
_locks: dict[Path, threading.RLock] = {}
_guard = threading.Lock()
_pins: dict[tuple[str, str], str] = {}


class TokenUnavailable(SealingFailed):
    """The token does not answer: unplugged, switched off, logged out (トークンが応答しない). Tried again later."""

    code = "token_unavailable"
    text = "署名鍵のトークン(HSM)が応答しません。同意は保存されています。接続が戻り次第、自動的に完了します。"
    remedy = "トークンの接続と電源を確認してください。"


@dataclass(frozen=True)
class TokenAddress:
    """Where a key lies: library, token, label of key and certificate."""

    library: Path
    token_label: str
    pin: str = field(repr=False)
    certificate_label: str
    key_label: str


class TokenSession:
    """A session that survives an unplugged token: the next act after a failure opens it anew."""

    def __init__(self, address: TokenAddress) -> None:
        self._address = address
        self._session: Any = None
        self._is_first = True

    def use(self, act: Callable[[Any], Result]) -> Result:
        """Hands the open session to `act`, twice if the first session turns out to be dead."""
        with _lock_of(self._address.library):
            for is_last in (False, True):
                try:
                    return act(self._opened())
                except Exception as error:  # each library has faults of its own
                    self._forget()
                    if is_last:
                        raise TokenUnavailable(reason=f"{type(error).__name__} {error}".strip()) from error
        raise AssertionError("unreachable")

    def first(self) -> Any:
        """Opens it at the start, where a failure is a matter of the settings."""
        with _lock_of(self._address.library):
            try:
                return self._opened()
            except Exception as error:
                self._forget()
                raise SetupRequired(
                    f"PKCS#11トークン「{self._address.token_label}」を開けません。",
                    reason=type(error).__name__,
                ) from error

    def _opened(self) -> Any:
        if self._session is None:
            self._session = open_session(self._address, afresh=not self._is_first)
            self._is_first = False
        return self._session

    def _forget(self) -> None:
        session, self._session = self._session, None
        self._is_first = False
        try:
            if session is not None:
                session.close()
        except Exception:  # noqa: S110 - it is dead, that is why it is closed
            pass


def open_session(address: TokenAddress, *, afresh: bool = False, writable: bool = False) -> Any:
    """A session that is logged in. `afresh` has the library look for tokens again, as after a re-plugging."""
    import pkcs11
    from pkcs11.exceptions import PKCS11Error, UserAlreadyLoggedIn

    library = pkcs11.lib(str(address.library))
    if afresh:
        library.reinitialize()
    found = list(library.get_tokens(token_label=address.token_label))
    if not found:
        raise PKCS11Error(f"no token {address.token_label}")
    place = (str(address.library), address.token_label)
    try:
        session = found[0].open(user_pin=address.pin, rw=writable)
    except UserAlreadyLoggedIn:  # this process has another session with it: the log-in counts for both
        if _pins.get(place) != address.pin:
            raise
        return found[0].open(rw=writable)
    _pins[place] = address.pin
    return session


@contextmanager
def one_act(address: TokenAddress) -> Iterator[Any]:
    """A session for one act of whoever has typed the PIN; it is closed, and the PIN forgotten, at once.

    Raises whatever the library says of a wrong PIN or a missing token.
    """
    place = (str(address.library), address.token_label)
    with _lock_of(address.library):
        is_known = place in _pins
        session = open_session(address, afresh=not _has_token(address))
        try:
            yield session
        finally:
            session.close()
            if not is_known:
                _pins.pop(place, None)


@contextmanager
def administration(address: TokenAddress) -> Iterator[Any]:
    """A writing session for the administrator's commands."""
    with _lock_of(address.library):
        try:
            session = open_session(address, writable=True)
        except Exception as error:
            raise SetupRequired(
                f"PKCS#11トークン「{address.token_label}」を開けません。", reason=type(error).__name__
            ) from error
        with session:
            yield session


def _has_token(address: TokenAddress) -> bool:
    import pkcs11

    return bool(list(pkcs11.lib(str(address.library)).get_tokens(token_label=address.token_label)))


def certificates_on(session: Any, label: str) -> list[x509.Certificate]:
    """The certificates of that label."""
    from pkcs11 import Attribute, ObjectClass

    found = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: label})
    return [x509.Certificate.load(each[Attribute.VALUE]) for each in found]


def certificate_on(session: Any, label: str) -> x509.Certificate | None:
    """The certificate of that label, or None."""
    return next(iter(certificates_on(session, label)), None)


def sign_on(session: Any, label: str, digest: str, data: bytes) -> bytes:
    """The raw signature over data by the private key of that label, as CMS wants it."""
    from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
    from pkcs11.util.ec import encode_ecdsa_signature

    key = next(
        iter(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: label})), None
    )
    if key is None:
        raise LookupError(f"no private key {label}")
    if key.key_type is KeyType.EC:
        # not CKM_ECDSA_SHA256, which SoftHSM and many devices do not have
        raw = key.sign(_hashed(digest, data), mechanism=Mechanism.ECDSA)
        encoded: bytes = encode_ecdsa_signature(raw)
        return encoded
    signature: bytes = key.sign(_digest_info(digest, data), mechanism=Mechanism.RSA_PKCS)
    return signature


def _hashed(digest: str, data: bytes) -> bytes:
    return hashlib.new(digest, data).digest()


def _digest_info(digest: str, data: bytes) -> bytes:
    """DigestInfo of PKCS#1 v1.5: the token pads and signs it, and need not know the hash."""
    encoded: bytes = algos.DigestInfo(
        {"digest_algorithm": {"algorithm": digest}, "digest": _hashed(digest, data)}
    ).dump()
    return encoded


def _lock_of(library: Path) -> threading.RLock:
    with _guard:
        return _locks.setdefault(library, threading.RLock())
