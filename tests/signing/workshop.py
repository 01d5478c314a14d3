"""A demo installation that seals with any key at any level, and all judges that look at what it made."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.pades.demo_pki import DemoPki, issue_witness, open_demo_pki
from signing.pades.layout import PlannedSignature
from signing.pades.prepare import prepare_document
from signing.pades.profiles import PadesLevel, PadesProfile
from signing.pades.seal import Sealer, SealingKey, SignatureRequest, embed
from signing.pades.signers import key_in_memory, load_pkcs12
from signing.services import SealingServices
from signing.testing import NOON, MovableClock, demo_services, make_pdf
from tests import judges
from tests.pades_baseline import violations
from tests.pades_reading import Signature, signed_fields


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


def open_workshop(folder: Path) -> Workshop:
    """A workshop with a demo PKI of its own and a key of each kind."""
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
