"""Keyed hashes of keys (認証キーの鍵付きハッシュ): what the registry keeps instead of a key. (GUAR-71)"""

import hmac

from guarantees.keys import AuthenticationKey


class KeyHasher:
    """HMAC-SHA256 under a secret of the installation, made for this purpose alone and bound to one certificate.

    Without the secret a stolen database cannot be searched for keys, and the hash of one certificate
    says nothing about another that has the same key.
    """

    def __init__(self, secret: str) -> None:
        self._secret = hmac.digest(secret.encode(), b"warifu registry of guarantees: keys", "sha256")

    def hash(self, issuer: str, number: str, key: AuthenticationKey) -> str:
        """The hash as hexadecimal words; number and key are normalised."""
        bound = "\0".join((issuer, number, key.reveal())).encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, bound, "sha256").hex()

    def __repr__(self) -> str:
        return "KeyHasher(…)"
