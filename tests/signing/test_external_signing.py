"""External signing: handed out for a while, checked when it comes back, raw or as a whole CMS."""

import base64
import hashlib
import json
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import func, select

import signing
from portal.database import Database
from signing import errors, external_signing
from signing.orm import SealJob
from signing.pades import cms
from signing.pades.algorithms import algorithm_for
from signing.pades.identities import read_identity
from signing.party_preparations import prepare_party
from signing.party_signing import party_turn
from signing.testing import BY_MAIL_LINK, CONTRACTOR
from tests.signing import flows, parties
from tests.signing.conftest import transactions

BY_DEVICE = replace(BY_MAIL_LINK, authentication="mail_link+external", pressed="署名値を戻す")


@pytest.fixture
def transaction(sqlite_only):
    """What is checked here happens before the database; `test_parallel` keeps hand-outs on both kinds."""
    database = Database(sqlite_only, pool_size=4)
    yield transactions(database)
    database.dispose()


@pytest.fixture
def town(services, tmp_path):
    return parties.town(services, tmp_path)


@pytest.fixture
def handed(transaction, town, clock):
    """An envelope whose first signer holds a hand-out: (envelope id, step, person, hand-out)."""
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    person = town.person(step)
    return envelope_id, step, person, hand_out(transaction, town, step, person, clock())


def hand_out(transaction, town, step, person, now):
    with transaction() as session:
        turn = party_turn(session, step.id, now)
    preparation = prepare_party(town.services, turn, person.identity, now, flows.date_text)
    with transaction() as session:
        return external_signing.hand_out(session, preparation, now)


def bring_back(transaction, step, answer, now):
    """One document's answer, through checking and keeping."""
    with transaction() as session:
        handed = external_signing.required_hand_out(session, step.id, now)
    [document] = handed.preparation.documents
    signed = external_signing.take_back(handed, {document.document.document_id: answer})
    with transaction() as session:
        return external_signing.keep_taken_back(session, signed, BY_DEVICE, now)


def raw(person, handed) -> bytes:
    [document] = handed.preparation.documents
    return person.private_key.sign(document.attributes, ec.ECDSA(hashes.SHA256()))


def as_p1363(person, handed) -> bytes:
    r, s = decode_dss_signature(raw(person, handed))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def as_base64(person, handed) -> bytes:
    return base64.encodebytes(raw(person, handed))


def as_cms(person, handed) -> bytes:
    [document] = handed.preparation.documents
    certificate, chain = person.identity.certificate, person.identity.chain
    attributes = cms.signed_attributes(document.prepared.digest, certificate)
    signature = person.private_key.sign(attributes, ec.ECDSA(hashes.SHA256()))
    return cms.assemble(attributes, signature, certificate, chain, algorithm_for(certificate), None)


def as_pem(person, handed) -> bytes:
    body = base64.encodebytes(as_cms(person, handed)).decode()
    return f"-----BEGIN PKCS7-----\n{body}-----END PKCS7-----\n".encode()


@pytest.mark.parametrize("answer", [raw, as_base64, as_p1363, as_cms, as_pem])
def test_what_comes_back_in_time_is_sealed(transaction, town, clock, handed, answer):
    envelope_id, step, person, given = handed
    clock.move(minutes=14)
    assert (
        bring_back(transaction, step, answer(person, given), clock()).authentication == "mail_link+external"
    )
    parties.conclude(transaction, town, clock, envelope_id)
    [head] = flows.heads(transaction, envelope_id)
    verdict = signing.verify_pdf(town.services.store.path(head), town.services.trust, clock())
    assert verdict.is_valid
    assert verdict.signatures[0].organisation == CONTRACTOR.organisation


def test_a_damaged_answer_is_refused_in_words(handed):
    _, _, person, given = handed
    whole, chance = as_cms(person, given), random.Random(20260501)
    [document] = given.preparation.documents
    answers = [b"-----BEGIN", b"-----BEGIN PKCS7-----", b"\x30\x80", whole[:-1]]
    for _ in range(150):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        answers.append(bytes(damaged))
    refusals = []
    for answer in answers:
        try:
            signed = external_signing.take_back(given, {document.document.document_id: answer})
        except errors.BadAnswer as error:
            refusals.append(error.text)
        else:  # damaged where nothing of it is kept
            [kept] = signed.preparation.documents
            cms.check_signature(person.identity.certificate, kept.attributes, *signed.signatures)
    assert len(refusals) >= 10
    assert all(document.document.name in text for text in refusals)


def test_the_file_says_what_to_sign_and_until_when(handed, clock):
    _, _, person, given = handed
    file = json.loads(json.dumps(external_signing.hand_out_file(given, "5000000001")))
    [document] = file["documents"]
    attributes = base64.b64decode(document["signed_attributes"])
    assert base64.b64decode(document["signed_attributes_sha256"]) == hashlib.sha256(attributes).digest()
    assert file["certificate_sha256"] == person.certificate.fingerprint(hashes.SHA256()).hex()
    assert file["expires_at"] == (clock() + timedelta(minutes=15)).isoformat()


def test_too_late_is_refused_and_a_new_hand_out_works(transaction, town, clock, handed):
    envelope_id, step, person, given = handed
    answer = raw(person, given)
    clock.move(minutes=15)
    with pytest.raises(errors.HandOutExpired):
        bring_back(transaction, step, answer, clock())
    with transaction() as session:
        assert signing.pending_seals(session) == []
        assert session.get_one(signing.Envelope, envelope_id).confirmed_count == 0
    new = hand_out(transaction, town, step, person, clock())
    with pytest.raises(errors.BadAnswer):
        bring_back(transaction, step, answer, clock())  # the old one fits no longer
    bring_back(transaction, step, raw(person, new), clock())


def test_time_that_runs_out_between_checking_and_keeping_counts(transaction, town, clock, handed):
    _, _, person, given = handed
    [document] = given.preparation.documents
    signed = external_signing.take_back(given, {document.document.document_id: raw(person, given)})
    with transaction() as session, pytest.raises(errors.HandOutExpired):
        external_signing.keep_taken_back(session, signed, BY_DEVICE, given.handed_out_until)


def other_key(person, handed) -> bytes:
    [document] = handed.preparation.documents
    return ec.generate_private_key(ec.SECP256R1()).sign(document.attributes, ec.ECDSA(hashes.SHA256()))


def other_data(person, handed) -> bytes:
    return person.private_key.sign(b"something else", ec.ECDSA(hashes.SHA256()))


def _resigned(person, attributes: asn1_cms.CMSAttributes, content: bytes) -> bytes:
    info = asn1_cms.ContentInfo.load(content)
    signer = info["content"]["signer_infos"][0]
    signer["signed_attrs"] = attributes
    signer["signature"] = person.private_key.sign(
        asn1_cms.CMSAttributes(list(attributes)).dump(), ec.ECDSA(hashes.SHA256())
    )
    return info.dump()


def with_signing_time(person, handed) -> bytes:
    content = as_cms(person, handed)
    attributes = asn1_cms.ContentInfo.load(content)["content"]["signer_infos"][0]["signed_attrs"]
    time = asn1_cms.CMSAttribute(
        {"type": "signing_time", "values": [asn1_cms.Time({"utc_time": handed.handed_out_until})]}
    )
    return _resigned(person, asn1_cms.CMSAttributes([*attributes, time]), content)


def of_another_document(person, handed) -> bytes:
    certificate = person.identity.certificate
    attributes = cms.signed_attributes(hashlib.sha256(b"another").digest(), certificate)
    signature = person.private_key.sign(attributes, ec.ECDSA(hashes.SHA256()))
    return cms.assemble(attributes, signature, certificate, (), algorithm_for(certificate), None)


def naming_another_certificate(person, handed) -> bytes:
    content = as_cms(person, handed)
    attributes = asn1_cms.ContentInfo.load(content)["content"]["signer_infos"][0]["signed_attrs"]
    for attribute in attributes:
        if attribute["type"].native == "signing_certificate_v2":
            attribute["values"][0]["certs"][0]["cert_hash"] = core.OctetString(bytes(32))
    return _resigned(person, asn1_cms.CMSAttributes(list(attributes)), content)


def without_certificate_attribute(person, handed) -> bytes:
    content = as_cms(person, handed)
    attributes = asn1_cms.ContentInfo.load(content)["content"]["signer_infos"][0]["signed_attrs"]
    kept = [a for a in attributes if a["type"].native != "signing_certificate_v2"]
    return _resigned(person, asn1_cms.CMSAttributes(kept), content)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (other_key, "証明書と合いません"),
        (other_data, "証明書と合いません"),
        (lambda *_: b"", "入力されていません"),
        (lambda *_: b"!!!", "Base64"),
        (lambda *_: b"A" * (300 << 10), "大きすぎます"),
        (with_signing_time, "signing-time"),
        (of_another_document, "別の書類"),
        (naming_another_certificate, "別の証明書"),
        (without_certificate_attribute, "signing-certificate-v2"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_reason(transaction, clock, handed, answer, words):
    envelope_id, step, person, given = handed
    with pytest.raises(errors.SigningRefused) as refused:
        bring_back(transaction, step, answer(person, given), clock())
    assert words in refused.value.text
    with transaction() as session:
        assert session.get_one(signing.Envelope, envelope_id).confirmed_count == 0
        assert external_signing.open_hand_out(session, step.id, clock()) is not None


def test_a_hand_out_is_nobodys_work_until_it_is_signed(transaction, town, clock, handed):
    assert flows.seal(transaction, town.services, clock) == []
    with transaction() as session:
        assert signing.pending_seals(session) == []


def test_giving_up_and_declining_forget_the_hand_out(transaction, town, clock, handed):
    _, step, person, _ = handed
    with transaction() as session:
        external_signing.give_up_hand_out(session, step.id, clock())
        assert external_signing.open_hand_out(session, step.id, clock()) is None
    hand_out(transaction, town, step, person, clock())
    with transaction() as session:
        signing.decline(session, step.id, "金額が違います", BY_DEVICE, clock())
        assert session.scalar(select(func.count()).select_from(SealJob)) == 0


def test_a_new_hand_out_replaces_the_old_one(transaction, town, clock, handed):
    _, step, person, old = handed
    new = hand_out(transaction, town, step, person, clock())
    [document] = old.preparation.documents
    signed = external_signing.take_back(old, {document.document.document_id: raw(person, old)})
    with transaction() as session, pytest.raises(errors.NoHandOut):
        external_signing.keep_taken_back(session, signed, BY_DEVICE, clock())
    bring_back(transaction, step, raw(person, new), clock())


@pytest.mark.parametrize("form", ["pem", "der", "p7b"])
def test_a_certificate_is_read_in_every_usual_form(tmp_path, keys, form):
    from cryptography.hazmat.primitives.serialization import pkcs7

    person = parties.issue(keys, "山田 太郎", "株式会社山田建設")
    both = [person.issuing, person.certificate]
    content = {
        "pem": b"".join(c.public_bytes(Encoding.PEM) for c in both),
        "der": person.certificate.public_bytes(Encoding.DER),
        "p7b": pkcs7.serialize_certificates(both, Encoding.DER),
    }[form]
    identity = read_identity(content)
    assert identity.certificate.dump() == person.certificate.public_bytes(Encoding.DER)
    assert len(identity.chain) == (0 if form == "der" else 1)


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_refused(content):
    with pytest.raises(errors.BadAnswer):
        read_identity(content)
