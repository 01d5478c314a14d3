"""Parties with certificates of their own: a CA that can revoke, people who sign, services that trust it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

import signing
from signing.modes import SigningMode, ViewingRule
from signing.pades.demo_pki import DemoPki, open_demo_pki
from signing.pades.revocation import BuiltInRevocation, RevocationData, RevocationUnavailable
from signing.pades.seal import Sealer
from signing.pades.signers import Identity, SealingKey, load_pkcs12
from signing.party_preparations import prepare_party, refuse_stranger, sign_prepared
from signing.party_signing import keep_party, party_turn
from signing.services import SealingServices
from signing.testing import BY_MAIL_LINK, CITY, CONTRACTOR, DATE_BOX, make_pdf
from tests.signing import flows

PASSWORD = b"correct horse"
BY_PIN = replace(BY_MAIL_LINK, authentication="mail_link+pin+signing_password", pressed="署名する")


class Revocations:
    """The demo CA's own answers, or none at all."""

    def __init__(self, pki: DemoPki) -> None:
        self.pki = pki
        self.is_silent = False
        self._real = BuiltInRevocation(pki.ca)

    def gather(self, certificates, now: datetime) -> RevocationData:
        if self.is_silent:
            raise RevocationUnavailable(reason="no answer")
        return self._real.gather(certificates, now)

    def revoke(self, certificate: x509.Certificate, now: datetime) -> None:
        self.pki.ca.note_issued(certificate)
        self.pki.ca.revoke(certificate.serial_number, now, x509.ReasonFlags.key_compromise)


@dataclass(frozen=True)
class Person:
    """Somebody with a key and a certificate of the demo CA."""

    private_key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    issuing: x509.Certificate

    @property
    def p12(self) -> bytes:
        encryption = BestAvailableEncryption(PASSWORD)
        return pkcs12.serialize_key_and_certificates(
            b"me", self.private_key, self.certificate, [self.issuing], encryption
        )

    @property
    def key(self) -> SealingKey:
        return load_pkcs12(self.p12, PASSWORD)

    @property
    def identity(self) -> Identity:
        chain = (asn1.Certificate.load(self.issuing.public_bytes(Encoding.DER)),)
        return Identity(asn1.Certificate.load(self.certificate.public_bytes(Encoding.DER)), chain)


def issue(
    keys: Path,
    name: str,
    organisation: str,
    title: str = "",
    *,
    since: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    until: datetime = datetime(2028, 1, 1, tzinfo=UTC),
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
) -> Person:
    """A certificate with organisation and title in its subject, by the demo's issuing CA unless told otherwise."""
    pki = open_demo_pki(keys)
    above, signing_key = issuer or (pki.certificates["issuing"], pki.keys["issuing"])
    key = ec.generate_private_key(ec.SECP256R1())
    names = [(NameOID.COUNTRY_NAME, "JP"), (NameOID.ORGANIZATION_NAME, organisation)]
    names += [(NameOID.TITLE, title)] if title else []
    subject = x509.Name(
        [x509.NameAttribute(*pair) for pair in [*names, (NameOID.COMMON_NAME, name)] if pair[1]]
    )
    usage = dict.fromkeys(
        [
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ],
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
    )
    return Person(key, builder.sign(signing_key, hashes.SHA256()), above)


@dataclass
class Town:
    """Services whose revocations the test decides, and a person for each party."""

    services: SealingServices
    revocations: Revocations
    people: dict[str, Person]

    def person(self, step) -> Person:
        return self.people[step.email]


def town(services: SealingServices, folder: Path, *parties) -> Town:
    """Certificates for the parties, and services that know them."""
    keys = folder / "keys"
    revocations = Revocations(open_demo_pki(keys))
    sealer = services.sealer
    own = Sealer(sealer._key, sealer._timestamper, revocations, services.trust)
    people = {p.email: issue(keys, p.name, p.organisation, p.title) for p in parties or (CONTRACTOR, CITY)}
    return Town(replace(services, sealer=own), revocations, people)


def start(transaction, town: Town, now: datetime, parties=(CONTRACTOR, CITY), documents=None, **draft) -> str:
    """A party-type envelope that has been sent; its id."""
    envelope = signing.EnvelopeDraft(
        owner="mihon",
        reference="contract-1",
        title="市道改良工事",
        sender_name="見本市",
        documents=documents or [signing.DocumentDraft("契約書.pdf", make_pdf(), DATE_BOX)],
        parties=parties,
        viewing_rule=ViewingRule.NONE,
        mode=SigningMode.PARTY,
        **draft,
    )
    prepared = signing.prepare_envelope(town.services, envelope)
    with transaction() as session:
        made = signing.create_envelope(session, prepared, now)
        signing.send(session, made.id, now)
        return made.id


def waiting(transaction, envelope_id: str, now: datetime) -> list:
    """Whoever has been asked and has not answered; asks the next ones first."""
    with transaction() as session:
        for step in signing.steps_to_ask(session):
            signing.ask(session, step.id, now)
        envelope = session.get_one(signing.Envelope, envelope_id)
        return [step for step in envelope.active_steps if step.asked_at and not step.consented_at]


def signed(transaction, town: Town, step, now: datetime, key: SealingKey | None = None):
    """Everything of the act but its keeping."""
    key = key or town.person(step).key
    with transaction() as session:
        turn = party_turn(session, step.id, now)
    refuse_stranger(key.identity, turn)
    return sign_prepared(prepare_party(town.services, turn, key.identity, now, flows.date_text), key)


def sign(transaction, town: Town, step, now: datetime, key: SealingKey | None = None) -> None:
    """The whole act of one party."""
    done = signed(transaction, town, step, now, key)
    with transaction() as session:
        keep_party(session, done, BY_PIN, now)


def conclude(transaction, town: Town, clock, envelope_id: str) -> None:
    """Everybody signs in turn, one after the other, up to the finished files."""
    for _ in range(60):
        clock.move(minutes=3)
        for step in waiting(transaction, envelope_id, clock())[:1]:
            sign(transaction, town, step, clock())
        outcomes = flows.seal(transaction, town.services, clock)
        assert all(outcome.problem is None for outcome in outcomes), outcomes
        if outcomes and outcomes[-1].result is signing.SealResult.FINISHED:
            return
    raise AssertionError("not finished")
