"""Every level with every algorithm: our verifier's judgement is not asked, those of others are.

The baseline rules (`tests.pades_baseline`), poppler's pdfsig, pyHanko and OpenSSL each see every file.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.errors import SealingFailed, SetupRequired, SigningRefused
from signing.pades.demo_pki import DemoPki, issue_witness, open_demo_pki
from signing.pades.layout import PlannedSignature
from signing.pades.prepare import prepare_document
from signing.pades.profiles import DIGESTS, PadesLevel, PadesProfile, SignaturePolicy
from signing.pades.seal import Identity, Sealer, SealingKey, SignatureRequest, embed
from signing.pades.signers import key_in_memory, load_pkcs12
from signing.services import SealingServices
from signing.testing import NOON, MovableClock, demo_services, make_pdf
from tests import judges
from tests.pades_baseline import violations
from tests.pades_reading import Signature, signed_fields

LEVELS = list(PadesLevel)
KINDS = ("rsa2048", "rsa3072", "p256", "p384")
POLICY = SignaturePolicy("1.2.392.200999.1", "sha256", bytes(32), "https://example.jp/policy.pdf")


@dataclass
class Workshop:
    """A demo installation for the module; seals with any key, at any level."""

    folder: Path
    services: SealingServices
    pki: DemoPki
    nss: Path
    keys: dict[str, SealingKey]
    made: int = 0

    def sealer(self, key: SealingKey, profile: PadesProfile) -> Sealer:
        opened = self.services.sealer
        return Sealer(key, opened._timestamper, opened._revocation, self.services.trust, profile)

    def seal(self, kind: str, profile: PadesProfile, fields: int = 1) -> Path:
        """A sealed file: so many signatures, and at B-LTA the document time-stamp."""
        sealer = self.sealer(self.keys[kind], profile)
        head = self.document(fields)
        for number in range(1, fields + 1):
            head = self.sign(sealer, head, f"Sig{number}")
        if profile.level is PadesLevel.B_LTA:
            head = self.stamp(sealer, head)
        return head

    def document(self, fields: int = 1) -> Path:
        names = [f"Sig{number}" for number in range(1, fields + 1)]
        planned = [PlannedSignature(name, tuple(names[at + 1 :])) for at, name in enumerate(names)]
        path = self.path()
        path.write_bytes(prepare_document(make_pdf(), "契約書", planned, None).content)
        return path

    def sign(self, sealer: Sealer, head: Path, field: str) -> Path:
        work, done = self.path(), self.path()
        request = SignatureRequest(field, "測定 様 に承認しました")
        prepared = sealer.prepare_signature(head, work, request, NOON)
        embed(work, done, prepared, sealer.sign(prepared.digest).cms)
        return done

    def stamp(self, sealer: Sealer, head: Path) -> Path:
        work, done = self.path(), self.path()
        prepared = sealer.prepare_timestamp(head, work, "DTS", NOON)
        embed(work, done, prepared, sealer.stamp(prepared.digest).cms)
        return done

    def path(self) -> Path:
        self.made += 1
        return self.folder / f"{self.made}.pdf"

    @property
    def root(self) -> Path:
        return self.pki.folder / "root.cert.pem"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    folder = tmp_path_factory.mktemp("levels")
    services = demo_services(folder, MovableClock(NOON))
    pki = open_demo_pki(folder / "keys")
    keys = {
        "rsa2048": certified(pki, rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        "rsa3072": load_pkcs12(pki.witness_p12, pki.witness_password),
        "p256": certified(pki, ec.generate_private_key(ec.SECP256R1())),
        "p384": certified(pki, ec.generate_private_key(ec.SECP384R1())),
    }
    nss = judges.nss_database(folder / "nss", pki.folder / "root.cert.pem")
    return Workshop(folder, services, pki, nss, keys)


def certified(pki: DemoPki, key) -> SealingKey:
    issuing = x509.Certificate.load(pki.certificates["issuing"].public_bytes(Encoding.DER))
    return key_in_memory(key, certificate_of(pki, key), (issuing,))


def certificate_of(pki: DemoPki, key) -> x509.Certificate:
    return x509.Certificate.load(issue_witness(pki, "割符 デモ別鍵", key).public_bytes(Encoding.DER))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_level_with_each_key_satisfies_every_judge(workshop, kind, level):
    assert_accepted(workshop, workshop.seal(kind, PadesProfile(level)), level)


@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("kind", ["rsa2048", "p384"])
def test_each_digest_satisfies_every_judge(workshop, kind, digest):
    done = workshop.seal(kind, PadesProfile(digest=digest))
    assert_accepted(workshop, done, PadesLevel.B_LTA)
    [signature, _] = read(done)
    assert signature.signer["digest_algorithm"]["algorithm"].native == digest


def test_three_signatures_and_their_time_stamp_satisfy_every_judge(workshop):
    assert_accepted(workshop, workshop.seal("p256", PadesProfile(), fields=3), PadesLevel.B_LTA)


@pytest.mark.parametrize(("reached", "wanted"), [("B-B", "B-T"), ("B-T", "B-LT"), ("B-LT", "B-LTA")])
def test_a_lower_level_is_not_taken_for_a_higher_one(workshop, reached, wanted):
    assert violations(workshop.seal("p256", PadesProfile(PadesLevel(reached))), wanted)


def test_a_policy_is_signed_and_takes_the_place_of_the_reason(workshop):
    done = workshop.seal("p256", PadesProfile(policy=POLICY))
    assert_accepted(workshop, done, PadesLevel.B_LTA)
    [signature, _] = read(done)
    assert "/Reason" not in signature.value
    assert "1.2.840.113549.1.9.16.2.15" in signature.signed


def test_the_store_holds_nothing_twice_and_nothing_of_strangers(workshop):
    """Two signers with certificates of their own: the second brings only what the first did not."""
    sealer = workshop.sealer(workshop.keys["p256"], PadesProfile())
    head = workshop.sign(sealer, workshop.document(2), "Sig1")
    first = store(head)
    sealer.prepare_signature(head, workshop.path(), SignatureRequest("Sig2", ""), NOON)
    other = workshop.sealer(workshop.keys["p384"], PadesProfile())
    both = store(workshop.sign(other, head, "Sig2"))
    for kind, streams in both.items():
        assert len(streams) == len(set(streams)), kind
        assert set(first[kind]) <= set(streams)
    assert set(both["/Certs"]) - set(first["/Certs"]) == {workshop.keys["p384"].certificate.dump()}
    assert workshop.keys["rsa2048"].certificate.dump() not in both["/Certs"]


def test_a_key_elsewhere_signs_the_attributes_that_it_is_handed(workshop):
    """Handed out: the attributes. Taken back: a signature. The private key never comes here."""
    sealer = workshop.sealer(workshop.keys["rsa3072"], PadesProfile())
    party = workshop.keys["p256"]
    identity = Identity(party.certificate, party.chain)
    work, done = workshop.path(), workshop.path()
    request = SignatureRequest("Sig1", "承認")
    prepared = sealer.prepare_signature(workshop.document(), work, request, NOON, identity=identity)
    attributes = sealer.attributes(prepared.digest, identity)
    embed(work, done, prepared, sealer.finish(attributes, party.sign(attributes), identity).cms)
    assert_accepted(workshop, done, PadesLevel.B_LT)
    with pytest.raises(SigningRefused, match="合いません"):
        sealer.finish(attributes, workshop.keys["rsa3072"].sign(attributes), identity)


def test_a_party_key_seals_beside_the_service_key(workshop):
    sealer = workshop.sealer(workshop.keys["rsa3072"], PadesProfile(digest="sha384"))
    party = workshop.keys["p384"]
    work, done = workshop.path(), workshop.path()
    request = SignatureRequest("Sig1", "承認")
    prepared = sealer.prepare_signature(workshop.document(), work, request, NOON, key=party)
    embed(work, done, prepared, sealer.sign(prepared.digest, key=party).cms)
    assert_accepted(workshop, done, PadesLevel.B_LT)
    [signature] = read(done)
    assert signature.certificate.dump() == party.certificate.dump()
    assert signature.signer["digest_algorithm"]["algorithm"].native == "sha384"


def test_a_field_is_signed_once(workshop):
    sealer = workshop.sealer(workshop.keys["p256"], PadesProfile(PadesLevel.B_B))
    head = workshop.sign(sealer, workshop.document(), "Sig1")
    with pytest.raises(SealingFailed):
        workshop.sign(sealer, head, "Sig1")
    with pytest.raises(SealingFailed):
        workshop.sign(sealer, head, "Sig2")


def test_a_seal_leaves_the_metadata_alone(workshop):
    """The claimed time is the one handed in, and no revision carries the clock of the machine."""
    document = workshop.document()
    sealer = workshop.sealer(workshop.keys["p256"], PadesProfile())
    done = workshop.sign(sealer, document, "Sig1")
    with pikepdf.open(document) as before, pikepdf.open(done) as after:
        assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()
        assert before.trailer.get("/Info") == after.trailer.get("/Info")
    [signature] = read(done)
    assert signature.value["/M"] == "D:20260501120000+09'00'"


def test_the_same_input_gives_the_same_embedded_bytes(workshop):
    sealer = workshop.sealer(workshop.keys["rsa2048"], PadesProfile(PadesLevel.B_B))
    work = workshop.path()
    prepared = sealer.prepare_signature(workshop.document(), work, SignatureRequest("Sig1", "承認"), NOON)
    content = sealer.sign(prepared.digest).cms
    results = [workshop.path(), workshop.path()]
    for result in results:
        embed(work, result, prepared, content)
    assert results[0].read_bytes() == results[1].read_bytes()
    with pytest.raises(SealingFailed):
        embed(work, results[0], prepared, bytes(20_000))


@pytest.mark.parametrize("digest", ["sha1", "md5", "sha224", "SHA256", ""])
def test_weak_digests_are_refused(digest):
    with pytest.raises(SetupRequired, match="ハッシュ関数"):
        PadesProfile(digest=digest)
    with pytest.raises(SetupRequired, match="ハッシュ関数"):
        SignaturePolicy("1.2.392.1", digest, bytes(20))


def test_the_bar_is_raised_but_never_lowered(workshop):
    with pytest.raises(SetupRequired, match="1024"):
        PadesProfile(min_rsa_bits=1024)
    with pytest.raises(SetupRequired, match="secp192r1"):
        PadesProfile(curves=("secp192r1",))
    with pytest.raises(SetupRequired, match="3072ビット以上"):
        workshop.sealer(workshop.keys["rsa2048"], PadesProfile(min_rsa_bits=3072))
    with pytest.raises(SetupRequired, match="secp256r1"):
        workshop.sealer(workshop.keys["p256"], PadesProfile(curves=("secp384r1",)))


@pytest.mark.parametrize(
    ("identifier", "digest", "content"),
    [("一.二", "sha256", bytes(32)), ("1.2.3", "sha256", bytes(20)), ("1", "sha256", bytes(32))],
    ids=["no OID", "short hash", "one arc"],
)
def test_a_policy_that_is_none_is_refused(identifier, digest, content):
    with pytest.raises(SetupRequired, match="署名ポリシー"):
        SignaturePolicy(identifier, digest, content)


WEAK: dict[str, Callable[[], object]] = {
    "RSA-1024": lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024),
    "P-224": lambda: ec.generate_private_key(ec.SECP224R1()),
    "P-521 (not in the profile)": lambda: ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


@pytest.mark.parametrize("kind", WEAK)
def test_weak_and_unknown_keys_are_refused_at_every_door(workshop, kind):
    key = WEAK[kind]()
    certificate = certificate_of(workshop.pki, key)
    archive = pkcs12.serialize_key_and_certificates(
        b"weak",
        key,
        issue_witness(workshop.pki, "弱い鍵", key),
        [workshop.pki.certificates["issuing"]],
        BestAvailableEncryption(b"secret"),
    )
    with pytest.raises(SetupRequired):
        load_pkcs12(archive, b"secret")
    sealer = workshop.sealer(workshop.keys["p256"], PadesProfile())
    with pytest.raises(SetupRequired):
        sealer.prepare_signature(
            workshop.document(),
            workshop.path(),
            SignatureRequest("Sig1", ""),
            NOON,
            identity=Identity(certificate),
        )


def assert_accepted(workshop: Workshop, done: Path, level: PadesLevel) -> None:
    """Every judge that can judge the file finds nothing."""
    assert violations(done, level.value) == []
    for finding in judges.pdfsig(done, workshop.nss):
        assert finding.is_timestamp or finding.is_valid, finding.said
    findings = judges.pyhanko(done, workshop.root)
    assert findings
    assert all(finding.is_good for finding in findings), findings
    with done.open("rb") as stream:
        PdfFileReader(stream, strict=True).embedded_signatures  # noqa: B018 - raises on anything not strict
    with pikepdf.open(done) as pdf:
        assert pdf.check_pdf_syntax() == []
    for signature in read(done):
        assert openssl_accepts(workshop, signature)


def openssl_accepts(workshop: Workshop, signature: Signature) -> bool:
    """`openssl cms -verify` for signatures, `openssl ts -verify` for document time-stamps."""
    content, covered = workshop.folder / "content.der", workshop.folder / "covered"
    content.write_bytes(signature.encoded)
    covered.write_bytes(signature.covered)
    if signature.is_timestamp:
        line = ["ts", "-verify", "-token_in", "-in", str(content), "-data", str(covered)]
        line += ["-untrusted", str(workshop.pki.folder / "issuing.cert.pem")]
    else:
        line = ["cms", "-verify", "-inform", "DER", "-in", str(content), "-content", str(covered)]
        line += ["-binary", "-purpose", "any", "-out", "/dev/null"]
    said = subprocess.run(
        ["openssl", *line, "-CAfile", str(workshop.root)], capture_output=True, text=True, check=False
    )
    return said.returncode == 0


def read(path: Path) -> list[Signature]:
    content = path.read_bytes()
    with pikepdf.open(path) as pdf:
        found = [Signature(name, value, content) for name, value in signed_fields(pdf)]
    return sorted(found, key=lambda signature: signature.end)


def store(path: Path) -> dict[str, list[bytes]]:
    with pikepdf.open(path) as pdf:
        return {
            kind: [s.read_bytes() for s in pdf.Root.DSS.get(kind, [])]
            for kind in ("/Certs", "/OCSPs", "/CRLs")
        }
