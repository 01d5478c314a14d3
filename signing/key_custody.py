"""Custody of signers' keys (署名鍵の保管): encrypted under a PIN and this installation's secret together.

Neither opens a key alone: a copied database is useless without the secret, and whoever runs the portal
cannot use a signer's key without the PIN, which is kept nowhere.
"""

import hashlib
import hmac
import os
import secrets
import struct
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from signing.errors import SetupRequired, SigningRefused
from signing.pades.algorithms import PrivateKey

PIN_LENGTH = 10
SHORTEST_PIN = 8
LONGEST_PIN = 64
PIN_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without 0, O, 1, l, I and o, which are mistaken for each other: 58 bits in ten letters."""
SHORTEST_SECRET = 32

_VERSION = 1
_HEAD = struct.Struct(">BBBB4s16s12s")
_PASSWORD_HEAD = "scrypt1"  # noqa: S105 - names the format


class WrongPin(SigningRefused):
    code = "wrong_pin"
    text = "PINが正しくありません。"
    remedy = "「PIN のお知らせ」のメールを確認して、もう一度入力してください。貼り付けても入力できます。"


class BadPin(SigningRefused):
    code = "bad_pin"
    text = f"PINは、半角の英字・数字・記号で{SHORTEST_PIN}文字以上{LONGEST_PIN}文字以下にしてください。"
    remedy = "条件に合うPINを入力してください。"


@dataclass(frozen=True)
class KeyVault:
    """Vault (鍵の保管庫): the installation's secret, and how hard one guess of a PIN shall be.

    `cost` is the exponent of scrypt: 2**cost × 1 KiB of memory for each guess (15: 32 MiB, about 80 ms).
    """

    secret: bytes = field(repr=False)
    cost: int = 15

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_SECRET:
            raise SetupRequired(
                f"鍵の保管に使う設定値(KEY_SECRET)が短すぎます。{SHORTEST_SECRET}文字以上にしてください。"
            )
        if not 14 <= self.cost <= 20:
            raise SetupRequired("鍵の保管の計算量(KEY_SCRYPT_COST)は14から20までです。")

    def seal(self, key: PrivateKey, pin: str, bound_to: str) -> bytes:
        """Private key → what may be stored. `bound_to` is the row that it belongs to, and must be named again."""
        check_pin(pin)
        salt, nonce = os.urandom(16), os.urandom(12)
        head = _HEAD.pack(_VERSION, self.cost, 8, 1, self._mark(), salt, nonce)
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return head + AESGCM(self._key(pin, salt, self.cost)).encrypt(nonce, plain, head + bound_to.encode())

    def open(self, sealed: bytes, pin: str, bound_to: str) -> PrivateKey:
        """What was stored → the private key; WrongPin when the PIN does not open it."""
        head = sealed[: _HEAD.size]
        version, cost, _, _, mark, salt, nonce = _HEAD.unpack(head)
        if version != _VERSION or not 14 <= cost <= 20:
            raise SetupRequired(
                "保管している署名鍵が壊れています。", remedy="バックアップと照合してください。"
            )
        if not hmac.compare_digest(mark, self._mark()):
            raise SetupRequired(
                "署名鍵の保管に使った設定値(KEY_SECRET)が、今の設定値と違います。",
                remedy="鍵を保管したときの設定値に戻してください。失われた場合は、電子証明書を再発行します。",
            )
        try:
            plain = AESGCM(self._key(pin, salt, cost)).decrypt(
                nonce, sealed[_HEAD.size :], head + bound_to.encode()
            )
        except InvalidTag:
            raise WrongPin from None
        key = load_der_private_key(plain, None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)  # `seal` takes no other
        return key

    def hash_password(self, password: str) -> str:
        """The slow hash of a short password; useless without the installation's secret."""
        salt = os.urandom(16)
        digest = self._key(password, salt, self.cost)
        return f"{_PASSWORD_HEAD}${self.cost}${salt.hex()}${digest.hex()}"

    def is_password(self, kept: str | None, password: str) -> bool:
        """Whether the hash is of this password; takes the same time when there is none."""
        _, cost, salt, digest = (kept or self._nobodys()).split("$")
        found = self._key(password, bytes.fromhex(salt), int(cost))
        return hmac.compare_digest(found, bytes.fromhex(digest)) and kept is not None

    def password_for(self, purpose: str) -> bytes:
        """A password for a file of this installation (the keys of its own CA), drawn from the secret."""
        return hmac.digest(self.secret, f"warifu file {purpose}".encode(), "sha256").hex().encode()

    def _key(self, pin: str, salt: bytes, cost: int) -> bytes:
        slow = hashlib.scrypt(
            pin.encode(), salt=salt, n=1 << cost, r=8, p=1, maxmem=2 << (cost + 10), dklen=32
        )
        return hmac.digest(self.secret, b"warifu pin" + slow, "sha256")

    def _mark(self) -> bytes:
        return hmac.digest(self.secret, b"warifu mark", "sha256")[:4]

    def _nobodys(self) -> str:
        return f"{_PASSWORD_HEAD}${self.cost}${'00' * 16}${'00' * 32}"


def new_pin() -> str:
    """A PIN that we make (PIN): mailed once, kept nowhere."""
    return "".join(secrets.choice(PIN_LETTERS) for _ in range(PIN_LENGTH))


def check_pin(pin: str) -> None:
    """Refuse a PIN that is too short or cannot be typed."""
    if not (SHORTEST_PIN <= len(pin) <= LONGEST_PIN and pin.isascii() and pin.isprintable()):
        raise BadPin
    if len(set(pin)) < 4 or pin.isspace():
        raise BadPin("PINに同じ文字ばかりが並んでいます。", remedy="推測されにくいPINを入力してください。")


def cleaned_pin(typed: str) -> str:
    """What was typed or pasted, without the blanks that come along with a copy."""
    return typed.strip()
