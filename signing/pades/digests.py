"""Digests of what others signed (ハッシュ値): also those whose length is not fixed by their name."""

import hashlib
from typing import Protocol

_LENGTHS = {"shake128": 32, "shake128_len": 32, "shake256": 64, "shake256_len": 64}
"""Octets of SHAKE in signatures: RFC 8419 and RFC 8702."""


class Hasher(Protocol):
    """What takes bytes in pieces and gives their digest."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class _Shake:
    def __init__(self, name: str) -> None:
        self._hasher = hashlib.shake_256() if "256" in name else hashlib.shake_128()
        self._length = _LENGTHS[name]

    def update(self, data: bytes, /) -> None:
        self._hasher.update(data)

    def digest(self) -> bytes:
        return self._hasher.digest(self._length)


def hasher(name: str) -> Hasher:
    """A new hasher by the name that ASN.1 gives the digest; raises ValueError for an unknown one."""
    return _Shake(name) if name in _LENGTHS else hashlib.new(name, usedforsecurity=False)


def digest_of(name: str, content: bytes) -> bytes:
    """The digest of some bytes; raises ValueError for an unknown name."""
    made = hasher(name)
    made.update(content)
    return made.digest()
