"""A party's key on a token: released by the typed PIN, for one act, and forgotten."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import signing
from portal.database import Database
from signing.pades import token_sessions
from signing.party_tokens import PartyToken, TokenMissing, WrongTokenPin, token_key, tokens_of
from signing.testing import CITY, CONTRACTOR
from tests.signing import flows, parties
from tests.signing.conftest import transactions
from tests.signing.soft_tokens import LIBRARY, PIN, Token, run


@pytest.fixture
def transaction(sqlite_only):
    database = Database(sqlite_only, pool_size=4)
    yield transactions(database)
    database.dispose()


@pytest.fixture
def town(services, tmp_path):
    return parties.town(services, tmp_path)


@pytest.fixture
def mayor_token(plugged: Token, town, tmp_path) -> PartyToken:
    """The mayor's key beside the witness key, under a label of its own."""
    person, token = town.people[CITY.email], plugged.settings
    label = tmp_path.name[:30]
    for kind, content in (
        ("privkey", person.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        ("cert", person.certificate.public_bytes(Encoding.DER)),
    ):
        file = tmp_path / f"{kind}.der"
        file.write_bytes(content)
        login = ["--module", str(LIBRARY), "--token-label", token.token_label, "--login", "--pin", PIN]
        run(
            "pkcs11-tool", *login, "--write-object", str(file), "--type", kind, "--id", "07", "--label", label
        )
        file.unlink()
    return PartyToken(Path(LIBRARY), token.token_label, label, "mihon", CITY.email)


def test_the_citys_official_signs_with_the_key_on_the_token(transaction, town, clock, mayor_token):
    envelope_id = parties.start(transaction, town, clock())
    [first] = parties.waiting(transaction, envelope_id, clock())
    parties.sign(transaction, town, first, clock())
    flows.seal(transaction, town.services, clock)
    [city] = parties.waiting(transaction, envelope_id, clock())
    chain = town.people[CITY.email].identity.chain
    remembered = dict(token_sessions._pins)
    parties.sign(transaction, town, city, clock(), token_key(mayor_token, PIN, chain))
    assert token_sessions._pins == remembered
    flows.seal(transaction, town.services, clock)
    [head] = flows.heads(transaction, envelope_id)
    verdict = signing.verify_pdf(town.services.store.path(head), town.services.trust, clock())
    assert verdict.is_valid
    organisations = [s.organisation for s in verdict.signatures if s.kind == "signature"]
    assert organisations == [CONTRACTOR.organisation, CITY.organisation]


def test_a_wrong_pin_and_a_missing_token_are_told_apart(mayor_token):
    with pytest.raises(WrongTokenPin):
        token_key(mayor_token, "9999")
    missing = PartyToken(mayor_token.library, "nowhere", mayor_token.key_label, "mihon", CITY.email)
    with pytest.raises(TokenMissing):
        token_key(missing, PIN)


def test_a_key_is_offered_to_its_signer_alone(mayor_token):
    assert tokens_of([mayor_token], "mihon", CITY.email.upper()) == [mayor_token]
    assert tokens_of([mayor_token], "other", CITY.email) == []
    assert tokens_of([mayor_token], "mihon", CONTRACTOR.email) == []
