"""Looking a certificate up (電子証書の閲覧): number and key in, the certificate or one neutral answer out.

Wrong number, wrong key, unknown and addressed to somebody else are one answer after the same work: the
counters, a certificate (where there is none of that number, the next one), a comparison of keyed hashes in
constant time, a row of the log. While a counter waits, nothing is compared. (GUAR-71, GUAR-76)
"""

from datetime import datetime

from sqlalchemy import Connection

from guarantees.certificates import Certificate
from guarantees.issuers import Issuer, issuers, issuers_of_number
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Answer, Found, Locked, NotFound
from guarantees.registry import looking_sqlite
from guarantees.registry.key_hashing import KeyHasher
from guarantees.registry.looking import Look, Seen
from guarantees.registry.orm import LookOutcome
from guarantees.registry.paces import counters

LONGEST_NAME = 100
LONGEST_ADDRESS = 64


def look_up(
    connection: Connection,
    *,
    orderer: str,
    number: str,
    key: AuthenticationKey,
    asked_by: str,
    now: datetime,
    key_hasher: KeyHasher,
    address: str = "",
) -> Answer:
    """The certificate of a number for an orderer (its code), if the key opens it. Writes the log.

    `number` and `key` are normalised. `address` is the network address of whoever asks, empty within
    the portal's own process.
    """
    asked = _asked(orderer, number, key, asked_by, address, now, key_hasher)
    return _answer(looking_sqlite.look(connection, asked))


def _asked(
    orderer: str,
    number: str,
    key: AuthenticationKey,
    asked_by: str,
    address: str,
    now: datetime,
    key_hasher: KeyHasher,
) -> Look:
    shaped = issuers_of_number(number)
    return Look(
        orderer=orderer,
        number=number,
        hashes={issuer.code: key_hasher.hash(issuer.code, number, key) for issuer in _tried(shaped)},
        counters=counters(orderer, number, address),
        asked_by=asked_by[:LONGEST_NAME],
        address=address[:LONGEST_ADDRESS],
        now=now,
        logged_number=number if shaped else None,
    )


def _tried(shaped: tuple[Issuer, ...]) -> tuple[Issuer, ...]:
    """The companies that the number may be of; a number of no company costs what one of the first costs."""
    return shaped or issuers()[:1]


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
