"""The CMS written by hand: what asn1crypto reads back, what OpenSSL accepts, what never leaves the house."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from asn1crypto import cms, core, x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.errors import SigningRefused
from signing.pades import der
from signing.pades.algorithms import HASHES, SignatureAlgorithm, algorithm_for
from signing.pades.cms import assemble, check_signature, message_digest, signed_attributes
from signing.pades.demo_pki import DemoPki, issue_witness, open_demo_pki
from signing.pades.profiles import SignaturePolicy
from tests.pades_reading import is_der

DIGESTS = tuple(HASHES)
POLICY = SignaturePolicy("1.2.392.200999.1", "sha256", bytes(range(32)), "https://example.jp/policy.pdf")
CONTENT = "契約書".encode() * 1000


@pytest.fixture(scope="module")
def pki(keys: Path) -> DemoPki:
    return open_demo_pki(keys)


@pytest.fixture(scope="module")
def signers(pki: DemoPki) -> dict[str, tuple[object, x509.Certificate]]:
    """A key and its certificate for each kind of key."""
    made = {
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "p256": ec.generate_private_key(ec.SECP256R1()),
        "p384": ec.generate_private_key(ec.SECP384R1()),
    }
    return {name: (key, loaded(issue_witness(pki, f"鍵 {name}", key))) for name, key in made.items()}


def loaded(certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def chain(pki: DemoPki) -> list[x509.Certificate]:
    return [loaded(pki.certificates["issuing"])]


def sealed(pki: DemoPki, signer, digest_name: str, policy: SignaturePolicy | None = None) -> bytes:
    key, certificate = signer
    algorithm = SignatureAlgorithm("rsa" if isinstance(key, rsa.RSAPrivateKey) else "ec", digest_name)
    attributes = signed_attributes(hashlib.new(digest_name, CONTENT).digest(), certificate, policy)
    return assemble(attributes, algorithm.sign(key, attributes), certificate, chain(pki), algorithm, None)


@given(st.integers(min_value=-(1 << 200), max_value=1 << 200))
def test_integers_read_back(value):
    assert core.Integer.load(der.integer(value), strict=True).native == value
    assert is_der(der.integer(value))


@given(st.binary(max_size=70_000))
@settings(max_examples=30)
def test_lengths_read_back(content):
    assert core.OctetString.load(der.octets(content), strict=True).native == content
    assert is_der(der.octets(content))


@pytest.mark.parametrize("length", [0, 127, 128, 255, 256, 65535, 65536])
def test_lengths_at_every_step(length):
    assert core.OctetString.load(der.octets(bytes(length)), strict=True).native == bytes(length)
    assert is_der(der.octets(bytes(length)))


@given(
    st.integers(0, 2).flatmap(
        lambda first: st.tuples(
            st.just(first),
            st.integers(0, 39 if first < 2 else 1 << 40),
            st.lists(st.integers(0, 1 << 70), min_size=1, max_size=8),
        )
    )
)
def test_object_identifiers_read_back(arcs):
    first, second, others = arcs
    dotted = ".".join(map(str, (first, second, *others)))
    encoded = der.identifier(dotted)
    assert encoded == core.ObjectIdentifier(dotted).dump()


@given(
    digest_name=st.sampled_from(DIGESTS),
    serial=st.integers(1, (1 << 159) - 1),
    name=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=16),
    signature=st.binary(min_size=1, max_size=600),
    token=st.none() | st.binary(max_size=200),
    with_policy=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_certificate_what_is_written_reads_back(
    pki, signers, digest_name, serial, name, signature, token, with_policy
):
    key, _ = signers["p256"]
    certificate = loaded(issue_witness(pki, name, key, serial=serial))
    digest = hashlib.new(digest_name, CONTENT).digest()
    policy = POLICY if with_policy else None
    attributes = signed_attributes(digest, certificate, policy)
    stamp = None if token is None else der.octets(token)
    algorithm = SignatureAlgorithm("ec", digest_name)
    content = assemble(attributes, signature, certificate, chain(pki), algorithm, stamp)
    assert is_der(content)
    assert message_digest(attributes) == digest
    read = cms.ContentInfo.load(content, strict=True)["content"]
    assert read["version"].native == "v1"
    assert [c.chosen.dump() for c in read["certificates"]] == sorted(
        [certificate.dump(), chain(pki)[0].dump()]
    )
    [signer] = read["signer_infos"]
    assert signer["version"].native == "v1"
    assert signer["sid"].chosen["issuer"].dump() == certificate.issuer.dump()
    assert signer["sid"].chosen["serial_number"].native == serial
    assert signer["digest_algorithm"]["algorithm"].native == digest_name
    assert signer["signature_algorithm"]["algorithm"].native == f"{digest_name}_ecdsa"
    assert signer["signature"].native == signature
    assert signer["signed_attrs"].untag().dump() == attributes
    kinds = [attribute["type"].native for attribute in signer["signed_attrs"]]
    wanted = ["content_type", "message_digest", "signing_certificate_v2"]
    assert sorted(kinds) == sorted([*wanted, "signature_policy_identifier"] if policy else wanted)
    named = next(a for a in signer["signed_attrs"] if a["type"].native == "signing_certificate_v2")
    [reference] = named["values"][0]["certs"]
    assert reference["hash_algorithm"]["algorithm"].native == digest_name
    assert reference["cert_hash"].native == hashlib.new(digest_name, certificate.dump()).digest()
    assert reference["issuer_serial"]["serial_number"].native == serial
    unsigned = signer["unsigned_attrs"]
    if token is None:
        assert isinstance(unsigned, core.Void)
    else:
        assert [attribute["values"].contents for attribute in unsigned] == [stamp]


@pytest.mark.parametrize("digest_name", DIGESTS)
@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_openssl_accepts_every_algorithm(pki, signers, tmp_path, kind, digest_name):
    content = sealed(pki, signers[kind], digest_name)
    assert openssl_verifies(content, CONTENT, pki, tmp_path)
    assert not openssl_verifies(content, CONTENT + b" ", pki, tmp_path)


def test_openssl_accepts_a_signature_policy(pki, signers, tmp_path):
    policy = SignaturePolicy("1.2.392.200999.1", "sha384", bytes(48))
    assert openssl_verifies(sealed(pki, signers["p256"], "sha256", policy), CONTENT, pki, tmp_path)


def test_the_policy_names_hash_and_place(signers):
    attributes = cms.CMSAttributes.load(signed_attributes(bytes(32), signers["p256"][1], POLICY))
    found = next(a for a in attributes if a["type"].native == "signature_policy_identifier")
    said = found["values"][0].chosen.native
    assert said["sig_policy_id"] == "1.2.392.200999.1"
    assert said["sig_policy_hash"]["digest"] == bytes(range(32))
    [qualifier] = said["sig_policy_qualifiers"]
    assert qualifier["sig_qualifier"] == "https://example.jp/policy.pdf"


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_a_signature_of_another_key_is_noticed(signers, kind):
    key, certificate = signers[kind]
    algorithm = algorithm_for(certificate)
    attributes = signed_attributes(bytes(32), certificate)
    signature = algorithm.sign(key, attributes)
    check_signature(certificate, attributes, signature)
    other = signers["p384" if kind == "p256" else "p256"][1]
    for wrong in (
        (other, attributes, signature),
        (certificate, signed_attributes(bytes([1] * 32), certificate), signature),
        (certificate, attributes, signature[:-1] + bytes([signature[-1] ^ 1])),
        (certificate, attributes, b""),
    ):
        with pytest.raises(SigningRefused, match="合いません"):
            check_signature(*wrong)


def test_a_digest_of_no_known_length_is_an_error(signers):
    with pytest.raises(ValueError, match="20 bytes"):
        signed_attributes(bytes(20), signers["p256"][1])


def openssl_verifies(content: bytes, signed: bytes, pki: DemoPki, folder: Path) -> bool:
    """What `openssl cms -verify` says, with the demo root as the only one trusted."""
    (folder / "cms.der").write_bytes(content)
    (folder / "signed").write_bytes(signed)
    line = ["openssl", "cms", "-verify", "-inform", "DER", "-in", str(folder / "cms.der"), "-binary"]
    line += ["-content", str(folder / "signed"), "-CAfile", str(pki.folder / "root.cert.pem")]
    line += ["-purpose", "any", "-out", "/dev/null"]
    return subprocess.run(line, capture_output=True, check=False).returncode == 0
