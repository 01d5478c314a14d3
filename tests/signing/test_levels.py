"""Every level with every algorithm: our verifier's judgement is not asked, those of others are.

The baseline rules (`tests.pades_baseline`), poppler's pdfsig, pyHanko and OpenSSL each see every file.
"""

from __future__ import annotations

from collections.abc import Callable

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from signing.errors import SealingFailed, SetupRequired, SigningRefused
from signing.pades import cms, der
from signing.pades.demo_pki import issue_witness
from signing.pades.profiles import DIGESTS, PadesLevel, PadesProfile, SignaturePolicy
from signing.pades.seal import Identity, SignatureRequest, embed
from signing.pades.signers import load_pkcs12
from signing.pades.timestamps import UnforeseenAuthority
from signing.testing import NOON
from tests.pades_baseline import violations
from tests.signing.workshop import Workshop, assert_accepted, certificate_of, open_workshop, read, store


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return open_workshop(tmp_path_factory.mktemp("levels"))


LEVELS = list(PadesLevel)
KINDS = ("rsa2048", "rsa3072", "p256", "p384")
POLICY = SignaturePolicy("1.2.392.200999.1", "sha256", bytes(32), "https://example.jp/policy.pdf")


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


def test_a_token_larger_than_its_room_is_prepared_for_anew(workshop, monkeypatch):
    """An authority's token has grown: the seal is refused before it is kept, and fits at the next attempt."""
    sealer = workshop.sealer(workshop.keys["p256"], PadesProfile())
    document, work = workshop.document(), workshop.path()
    request = SignatureRequest("Sig1", "承認")
    small = sealer.prepare_signature(document, work, request, NOON)
    grown = bytes(20_000)
    stock = cms.assemble
    monkeypatch.setattr(
        "signing.pades.seal.cms.assemble", lambda *parts: stock(*parts[:-1], der.octets(grown))
    )
    with pytest.raises(UnforeseenAuthority) as refused:
        sealer.sign(small.digest)
    assert "入らない" in refused.value.facts["reason"]
    large = sealer.prepare_signature(document, work, request, NOON)
    assert large.hole_end - large.hole_start > 2 * len(grown)
    embed(work, workshop.path(), large, sealer.sign(large.digest).cms)


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
