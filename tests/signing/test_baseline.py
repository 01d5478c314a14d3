"""The judge of the baseline rules judges: honest files pass, and each rule broken alone is named."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from asn1crypto import cms, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from signing.pades import der
from signing.pades.cms import assemble
from signing.pades.demo_pki import DemoPki, issue_witness, open_demo_pki
from signing.pades.layout import PlannedSignature
from signing.pades.prepare import prepare_document
from signing.pades.profiles import PadesLevel, PadesProfile
from signing.pades.seal import Prepared, Sealer, SealingKey, SignatureRequest, embed
from signing.pades.signers import load_pkcs12
from signing.services import SealingServices
from signing.testing import NOON, MovableClock, demo_services, make_pdf
from tests.pades_baseline import violations
from tests.pades_reading import is_der

SIGNING_TIME = der.sequence(
    der.identifier("1.2.840.113549.1.9.5"), der.set_of(der.tlv(0x17, b"260501030000Z"))
)
ADOBE = der.sequence(der.identifier("1.2.840.113583.1.1.8"), der.set_of(der.sequence()))
COMMITMENT = der.sequence(
    der.identifier("1.2.840.113549.1.9.16.2.16"),
    der.set_of(der.sequence(der.identifier("1.2.840.113549.1.9.16.6.5"))),
)


class Forge:
    """A demo installation that can also make what it never would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.services: SealingServices = demo_services(folder, MovableClock(NOON))
        self.pki: DemoPki = open_demo_pki(folder / "keys")
        key = ec.generate_private_key(ec.SECP256R1())
        self.p12 = folder / "ec.p12"
        self.p12.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"key",
                key,
                issue_witness(self.pki, "割符 デモ別鍵", key),
                [self.pki.certificates["issuing"]],
                BestAvailableEncryption(b"secret"),
            )
        )
        self.key: SealingKey = load_pkcs12(self.p12, b"secret")
        self.made = 0

    def sealer(self, level: PadesLevel = PadesLevel.B_LTA) -> Sealer:
        opened = self.services.sealer
        profile = PadesProfile(level)
        return Sealer(self.key, opened._timestamper, opened._revocation, self.services.trust, profile)

    def document(self) -> Path:
        path = self.path()
        path.write_bytes(prepare_document(make_pdf(), "契約書", [PlannedSignature("Sig1")], None).content)
        return path

    def prepared(self, level: PadesLevel = PadesLevel.B_B) -> tuple[Path, Prepared]:
        work = self.path()
        return work, self.sealer(level).prepare_signature(
            self.document(), work, SignatureRequest("Sig1", "承認"), NOON
        )

    def sealed(self, level: PadesLevel) -> Path:
        work, prepared = self.prepared(level)
        return self.filled(work, prepared, self.sealer(level).sign(prepared.digest).cms)

    def archived(self) -> Path:
        work, sealer = self.path(), self.sealer()
        prepared = sealer.prepare_timestamp(self.sealed(PadesLevel.B_LTA), work, "DTS", NOON)
        return self.filled(work, prepared, sealer.stamp(prepared.digest).cms)

    def filled(self, work: Path, prepared: Prepared, content: bytes) -> Path:
        done = self.path()
        embed(work, done, prepared, content)
        return done

    def with_attributes(self, change: Callable[[list[bytes]], list[bytes]], *, order: bool = True) -> Path:
        """A B-B signature whose signed attributes were changed before they were signed."""
        work, prepared = self.prepared()
        sealer = self.sealer(PadesLevel.B_B)
        honest = cms.CMSAttributes.load(sealer.attributes(prepared.digest, self.key.identity))
        attributes = change([attribute.dump() for attribute in honest])
        encoded = der.tlv(0x31, *(sorted(attributes) if order else attributes))
        return self.filled(work, prepared, self.assembled(encoded))

    def assembled(self, attributes: bytes, chain: tuple[x509.Certificate, ...] | None = None) -> bytes:

        key = self.key
        chain = key.chain if chain is None else chain
        return assemble(attributes, key.sign(attributes), key.certificate, chain, key.algorithm, None)

    def replaced(self, done: Path, old: bytes, new: bytes) -> Path:
        """Some bytes of a finished file exchanged: the length stays."""
        assert len(old) == len(new)
        content = done.read_bytes()
        assert content.count(old) == 1
        path = self.path()
        path.write_bytes(content.replace(old, new))
        return path

    def path(self) -> Path:
        self.made += 1
        return self.folder / f"{self.made}.pdf"


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    return Forge(tmp_path_factory.mktemp("forge"))


def test_honest_files_of_every_level_pass(forge):
    for level in (PadesLevel.B_B, PadesLevel.B_T, PadesLevel.B_LT):
        assert violations(forge.sealed(level), level.value) == []
    assert violations(forge.archived()) == []


def test_each_level_asks_for_more(forge):
    b_b, b_t, b_lt = (forge.sealed(level) for level in PadesLevel if level is not PadesLevel.B_LTA)
    assert violations(b_b, "B-T") == ["Sig1: no signature-time-stamp (T)"]
    found = violations(b_t, "B-LT")
    assert "Sig1: no DSS, or no certificate in it (LT)" in found
    assert any("no revocation data for 割符 デモ別鍵" in problem for problem in found)
    assert any("no revocation data for 割符 デモ時刻認証局" in problem for problem in found)
    assert violations(b_lt) == ["no document time-stamp after the last signature (LTA)"]


def test_a_signature_that_is_no_pades_is_found(forge):
    """Stock pyHanko in its other mode: adbe.pkcs7.detached with a signing-time."""
    signer = signers.SimpleSigner.load_pkcs12(str(forge.p12), passphrase=b"secret")
    metadata = signers.PdfSignatureMetadata(
        field_name="Sig1", md_algorithm="sha256", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(forge.document().read_bytes()))
    path = forge.path()
    path.write_bytes(signers.sign_pdf(writer, metadata, signer, existing_fields_only=True).getvalue())
    found = violations(path, "B-B")
    assert "Sig1: /SubFilter is not ETSI.CAdES.detached (l, y)" in found
    assert "Sig1: signing-time must not be there" in found


def without(kind: str) -> Callable[[list[bytes]], list[bytes]]:
    encoded = der.identifier(kind)
    return lambda attributes: [a for a in attributes if encoded not in a]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (without("1.2.840.113549.1.9.16.2.47"), "signing-certificate-v2 is missing (i)"),
        (without("1.2.840.113549.1.9.4"), "message-digest is not the digest of the byte range"),
        (without("1.2.840.113549.1.9.3"), "content-type is not id-data (c)"),
        (lambda attributes: [*attributes, SIGNING_TIME], "signing-time must not be there"),
        (lambda attributes: [*attributes, ADOBE], "adbe-revocationInfoArchival must not be there"),
        (
            lambda attributes: [*attributes, COMMITMENT],
            "/Reason together with a policy or a commitment type (d, m)",
        ),
    ],
    ids=["no ESS", "no digest", "no content type", "signing time", "adobe", "commitment with reason"],
)
def test_one_attribute_too_few_or_too_many_is_named(forge, change, problem):
    assert violations(forge.with_attributes(change), "B-B") == [f"Sig1: {problem}"]


def test_attributes_out_of_order_are_named(forge):
    found = violations(forge.with_attributes(lambda a: a[::-1], order=False), "B-B")
    assert "Sig1: the signed attributes are not in the order of DER" in found


def test_a_missing_intermediate_is_named(forge):
    """The DSS knows the issuing CA, the CMS does not bring it."""
    work, prepared = forge.prepared(PadesLevel.B_LT)
    attributes = forge.sealer().attributes(prepared.digest, forge.key.identity)
    done = forge.filled(work, prepared, forge.assembled(attributes, chain=()))
    assert violations(done, "B-B") == ["Sig1: 割符 デモ認証局 発行 is missing in SignedData.certificates (b)"]


def test_a_signature_by_another_key_is_named(forge):
    work, prepared = forge.prepared()
    attributes = forge.sealer().attributes(prepared.digest, forge.key.identity)
    genuine = forge.assembled(attributes)
    [signer] = cms.ContentInfo.load(genuine)["content"]["signer_infos"]
    stranger = ec.generate_private_key(ec.SECP256R1())
    other = forge.key.algorithm.sign(stranger, attributes)

    forged = assemble(attributes, other, forge.key.certificate, forge.key.chain, forge.key.algorithm, None)
    assert signer["signature"].native not in forged
    done = forge.filled(work, prepared, forged)
    assert violations(done, "B-B") == ["Sig1: the signature value does not verify"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"/M (D", b"/N (D", "/M is missing or no date with a zone"),
        (b"/Filter /Adobe.PPKLite", b"/Filler /Adobe.PPKLite", "/Filter is missing"),
        (b"/Location ", b"/Cert     ", "/Cert must not be there"),
    ],
    ids=["M", "Filter", "Cert"],
)
def test_entries_of_the_signature_dictionary_are_judged(forge, old, new, problem):
    found = violations(forge.replaced(forge.sealed(PadesLevel.B_B), old, new), "B-B")
    assert f"Sig1: {problem}" in found


def test_padding_must_be_zero(forge):
    done = forge.sealed(PadesLevel.B_B)
    content = bytearray(done.read_bytes())
    place = (
        content.index(b">", content.index(b"/Contents <") + 4_000) - 1
    )  # the last digit, far behind the CMS
    assert content[place : place + 1] == b"0"
    content[place : place + 1] = b"1"
    path = forge.path()
    path.write_bytes(content)
    assert violations(path, "B-B") == ["Sig1: the padding of /Contents is not zero"]


def test_bytes_after_the_last_time_stamp_are_named(forge):
    done = forge.archived()
    done.write_bytes(done.read_bytes() + b"%% more\n")
    assert violations(done) == ["the last document time-stamp does not cover the whole file (LTA)"]


def test_a_range_that_leaves_out_more_than_the_contents_is_named(forge):
    """The hole is made one byte wider: what stands beside the signature is no longer covered."""
    done = forge.sealed(PadesLevel.B_B)
    content = done.read_bytes()
    start = content.rindex(b"/ByteRange [") + len(b"/ByteRange [")
    _, length, _, _ = (int(number) for number in content[start : content.index(b"]", start)].split())
    path = forge.path()
    path.write_bytes(content.replace(f"[0 {length} ".encode(), f"[0 {length - 1} ".encode()))
    found = violations(path, "B-B")
    assert "Sig1: what /ByteRange leaves out is not the hexadecimal /Contents alone" in found


@pytest.mark.parametrize(
    "encoded",
    [b"\x30\x80\x00\x00", b"\x30\x81\x01\x00", b"\x04\x82\x00\x80" + bytes(128), b"\x30\x03\x04\x05\x00"],
    ids=["indefinite", "long form of a short length", "leading zero", "goes beyond"],
)
def test_what_is_not_der_is_noticed(encoded):
    assert not is_der(encoded)
