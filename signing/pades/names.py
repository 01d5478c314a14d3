"""Names in certificates (識別名): whether two are the same, decided once for each pair of encodings.

asn1crypto prepares every string of both names anew at each comparison (RFC 5280, 7.1), a sixth of a
verification. The answer depends on nothing but the two encodings, so it is kept.
"""

from functools import lru_cache

from asn1crypto import x509

stock_equality = x509.Name.__eq__


def same_name(this: x509.Name, other: object) -> bool:
    """Whether two names are equal, as asn1crypto judges it."""
    if not isinstance(other, x509.Name):
        return False
    return _same(this.chosen.dump(), other.chosen.dump())  # without the tag that a name has inside others


@lru_cache(maxsize=4096)
def _same(this: bytes, other: bytes) -> bool:
    return this == other or bool(x509.RDNSequence.load(this) == x509.RDNSequence.load(other))


def install() -> None:
    """Makes asn1crypto use it."""
    x509.Name.__eq__ = same_name


def uninstall() -> None:
    """Gives asn1crypto its own comparison back; for measuring it as it comes."""
    x509.Name.__eq__ = stock_equality
