"""Looking a certificate up (電子証書の閲覧): number and key in, the certificate or one neutral answer out.

Wrong number, wrong key, unknown and addressed to somebody else are one answer after the same work: the
counters, a certificate (where there is none of that number, the next one), a comparison of keyed hashes in
constant time, a row of the log. While a counter waits, nothing is compared. (GUAR-71, GUAR-76)
"""

from collections.abc import Callable
from datetime import datetime

from guarantees.certificates import Certificate
from guarantees.issuers import Issuer, issuers, issuers_of_number
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Answer, Found, Locked, NotFound
from guarantees.registry.key_hashing import KeyHasher
from guarantees.registry.looking import Look, Seen
from guarantees.registry.orm import LookOutcome
from guarantees.registry.paces import counters

Looking = Callable[[Look], Seen]
"""How a database carries a look out: `looking_postgresql.look` or `looking_sqlite.look` with a connection."""

LONGEST_NAME = 100
LONGEST_ADDRESS = 64


def look_up(
    looking: Looking,
    *,
    orderer: str,
    number: str,
    key: AuthenticationKey,
    asked_by: str,
    now: datetime,
    key_hasher: KeyHasher,
    address: str = "",
) -> Answer:
    """The certificate of a number for an orderer (its code), if the key opens it.

    Counts a failure and writes the log, in a transaction of its own or in the caller's, as `looking` does.
    `number` and `key` are normalised. `address` is the network address of whoever asks, empty within
    the portal's own process.
    """
    asked = _asked(orderer, number, key, asked_by, address, now, key_hasher)
    return _answer(looking(asked))


def _asked(
    orderer: str,
    number: str,
    key: AuthenticationKey,
    asked_by: str,
    address: str,
    now: datetime,
    key_hasher: KeyHasher,
) -> Look:
    number, orderer = _storable(number), _storable(orderer)
    shaped = issuers_of_number(number)
    return Look(
        orderer=orderer,
        number=number,
        hashes={issuer.code: key_hasher.hash(issuer.code, number, key) for issuer in _tried(shaped)},
        counters=counters(orderer, number, address),
        asked_by=_storable(asked_by)[:LONGEST_NAME],
        address=address[:LONGEST_ADDRESS],
        now=now,
        logged_number=number if shaped else None,
    )


def _tried(shaped: tuple[Issuer, ...]) -> tuple[Issuer, ...]:
    """The companies that the number may be of; a number of no company costs what one of the first costs."""
    return shaped or issuers()[:1]


def _storable(text: str) -> str:
    """The text without what no database takes: a NUL, or half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def _answer(seen: Seen) -> Answer:
    if seen.outcome is LookOutcome.LOCKED and seen.until is not None:
        return Locked(seen.until)
    if seen.outcome is not LookOutcome.FOUND:
        return NotFound()
    return Found(
        Certificate.from_json(
            {"guarantee_contract_number": seen.number, "issuer": seen.issuer, "history": seen.history}
        )
    )
