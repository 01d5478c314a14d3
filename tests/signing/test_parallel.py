"""Parallel turns: whoever is first signs, the others wait a moment, every signature stays whole."""

import threading

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import signing
from signing import errors, external_signing
from signing.modes import Side
from signing.orm import Envelope
from signing.party_preparations import prepare_party
from signing.party_signing import keep_party, party_turn
from signing.testing import CITY, PartyDraft
from tests import judges
from tests.signing import flows, parties


def member(number: int, turn: int) -> PartyDraft:
    return PartyDraft(
        Side.RECEIVER, f"構成員 {number}", f"第{number}建設株式会社", f"m{number}@example.co.jp", turn=turn
    )


TOGETHER = (
    member(1, 1),
    member(2, 1),
    member(3, 1),
    PartyDraft(CITY.side, CITY.name, CITY.organisation, CITY.email, CITY.title, turn=2),
)


@pytest.fixture
def town(services, tmp_path):
    return parties.town(services, tmp_path, *TOGETHER)


@pytest.fixture
def envelope_id(transaction, town, clock):
    return parties.start(transaction, town, clock(), TOGETHER)


def test_earlier_signatures_stay_whole_after_each_one(transaction, town, clock, envelope_id, tmp_path):
    root = tmp_path / "root.pem"
    root.write_bytes(town.revocations.pki.certificates["root"].public_bytes(Encoding.PEM))
    asked = parties.waiting(transaction, envelope_id, clock())
    assert len(asked) == 3
    for count, step in enumerate(reversed(asked), start=1):
        clock.move(minutes=2)
        parties.sign(transaction, town, step, clock())
        flows.seal(transaction, town.services, clock)
        [head] = flows.heads(transaction, envelope_id)
        found = judges.pyhanko(town.services.store.path(head), root)
        assert len(found) == count
        assert all(f.is_good for f in found)
    with transaction() as session:
        assert session.get_one(Envelope, envelope_id).contract_on is None
    parties.conclude(transaction, town, clock, envelope_id)
    [head] = flows.heads(transaction, envelope_id)
    verdict = signing.verify_pdf(town.services.store.path(head), town.services.trust, clock())
    assert verdict.is_valid
    assert {s.organisation for s in verdict.signatures if s.kind == "signature"} == {
        p.organisation for p in TOGETHER
    }
    with transaction() as session:
        assert session.get_one(Envelope, envelope_id).contract_on is not None


def test_two_who_press_at_once_leave_one_signature_and_one_plain_sentence(
    transaction, town, clock, envelope_id
):
    first, second, _ = parties.waiting(transaction, envelope_id, clock())
    prepared = [parties.signed(transaction, town, step, clock()) for step in (first, second)]
    said = []
    gate = threading.Barrier(2)

    def press(done):
        gate.wait()
        try:
            with transaction() as session:
                keep_party(session, done, parties.BY_PIN, clock())
            said.append(None)
        except errors.SigningRefused as refusal:
            said.append(refusal)

    threads = [threading.Thread(target=press, args=(done,)) for done in prepared]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    [refused] = [refusal for refusal in said if refusal is not None]
    assert isinstance(refused, errors.SignatureInProgress)
    assert "もう一度" in refused.remedy
    flows.seal(transaction, town.services, clock)
    parties.conclude(transaction, town, clock, envelope_id)


def test_whoever_prepared_before_the_other_was_sealed_prepares_again(transaction, town, clock, envelope_id):
    first, second, _ = parties.waiting(transaction, envelope_id, clock())
    late = parties.signed(transaction, town, second, clock())
    parties.sign(transaction, town, first, clock())
    flows.seal(transaction, town.services, clock)
    with transaction() as session, pytest.raises(errors.DocumentMoved):
        keep_party(session, late, parties.BY_PIN, clock())
    parties.conclude(transaction, town, clock, envelope_id)


def test_an_open_hand_out_lets_the_others_wait_until_it_ends(transaction, town, clock, envelope_id):
    first, second, _ = parties.waiting(transaction, envelope_id, clock())
    with transaction() as session:
        turn = party_turn(session, first.id, clock())
    identity = town.person(first).identity
    preparation = prepare_party(town.services, turn, identity, clock(), flows.date_text)
    with transaction() as session:
        external_signing.hand_out(session, preparation, clock())
    with transaction() as session, pytest.raises(errors.SignatureInProgress) as refused:
        party_turn(session, second.id, clock())
    assert refused.value.facts["until"] > clock()
    clock.move(minutes=15)
    parties.sign(transaction, town, second, clock())
    with transaction() as session, pytest.raises(errors.SignatureInProgress):
        party_turn(session, first.id, clock())
    flows.seal(transaction, town.services, clock)
    parties.conclude(transaction, town, clock, envelope_id)


def test_a_single_party_concludes_alone(transaction, services, clock, tmp_path):
    town = parties.town(services, tmp_path, CITY)
    envelope_id = parties.start(transaction, town, clock(), (CITY,))
    parties.conclude(transaction, town, clock, envelope_id)
    [head] = flows.heads(transaction, envelope_id)
    verdict = signing.verify_pdf(town.services.store.path(head), town.services.trust, clock())
    assert verdict.is_valid
    assert [s.kind for s in verdict.signatures] == ["signature", "document_timestamp"]
