"""Secrets at rest (秘密の保管): keys and viewing passwords, encrypted and bound to the row that holds them."""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class SealBroken(Exception):
    """The words cannot be opened: another KEY_SECRET, another row, or damage."""


class SealedWords:
    """Seals words with AES-256-GCM under a key of this installation (from its KEY_SECRET) and of one purpose."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = hmac.digest(secret.encode(), f"warifu {purpose}".encode(), "sha256")

    def seal(self, words: str, bound_to: str) -> bytes:
        """The words as they may lie in a database; `bound_to` is the id of the row."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._key).encrypt(nonce, words.encode(), bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> str:
        """The words again; SealBroken when they cannot be opened."""
        try:
            return AESGCM(self._key).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error

    def __repr__(self) -> str:
        return "SealedWords(…)"
