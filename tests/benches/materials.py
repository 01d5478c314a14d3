"""What is measured with: a contract of three pages and 200 KB, keys of several kinds, stock pyHanko."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from asn1crypto import crl, ocsp, tsp, x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from pikepdf import Name, Pdf, pdfa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from signing.pades import hex_strings, names
from signing.pades.demo_pki import DemoPki, issue_witness, open_demo_pki
from signing.pades.demo_tsa import DemoTsa
from signing.pades.profiles import PadesLevel, PadesProfile
from signing.pades.seal import Sealer
from signing.pades.signers import load_pkcs12
from signing.services import SealingServices
from signing.testing import FONT, MovableClock, demo_services

PASSWORD = b"bench"


def contract_pdf(glyphs: int = 560) -> bytes:
    """Three pages of Japanese text, about 200 KB: nearly all of it is the embedded subset of the font."""
    pdfmetrics.registerFont(TTFont("warifu-bench", str(FONT)))
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595, 842), initialFontName="warifu-bench", lang="ja-JP")
    canvas.setTitle("建設工事請負契約書")
    kanji = _kanji(glyphs)
    for page in range(3):
        canvas.setFont("warifu-bench", 10.5)
        part = kanji[page * glyphs // 3 : (page + 1) * glyphs // 3]
        for number in range(0, len(part), 40):
            canvas.drawString(60, 760 - number, f"第{number}条 " + part[number : number + 40])
        canvas.showPage()
    canvas.save()
    finished = io.BytesIO()
    with Pdf.open(io.BytesIO(target.getvalue())) as pdf:
        for page_object in pdf.pages:
            if Name.Trans in page_object:
                del page_object[Name.Trans]
        pdfa.prepare(pdf, "2b")
        pdf.save(finished, **pdfa.resolve_save_kwargs("2b"))
    return finished.getvalue()


def _kanji(count: int) -> str:
    """The first kanji of JIS X 0208 level 1."""
    rows = (bytes((row, cell)) for row in range(0xB0, 0xCF) for cell in range(0xA1, 0xFF))
    return b"".join(list(rows)[:count]).decode("euc_jp")


class InProcessTimeStamper(TimeStamper):
    """pyHanko's client for the demo authority in this process."""

    def __init__(self, tsa: DemoTsa) -> None:
        super().__init__()
        self._tsa = tsa

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._tsa.answer(req.dump()))


@dataclass
class Bench:
    """Everything of one run, under one folder."""

    folder: Path
    clock: MovableClock

    @cached_property
    def services(self) -> SealingServices:
        return demo_services(self.folder, self.clock)

    @cached_property
    def pki(self) -> DemoPki:
        return open_demo_pki(self.folder / "keys")

    def witness_file(self, bits: int) -> Path:
        """A PKCS#12 file with an RSA key of so many bits."""
        path = self.folder / f"rsa-{bits}.p12"
        if not path.exists():
            key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
            certificate = issue_witness(self.pki, f"割符 デモ立会人署名 {bits}", key)
            encryption = BestAvailableEncryption(PASSWORD)
            chain = [self.pki.certificates["issuing"]]
            path.write_bytes(
                pkcs12.serialize_key_and_certificates(b"bench", key, certificate, chain, encryption)
            )
        return path

    def bare_key(self, bits: int) -> rsa.RSAPrivateKey:
        key, _, _ = pkcs12.load_key_and_certificates(self.witness_file(bits).read_bytes(), PASSWORD)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    def sealer(self, bits: int, level: PadesLevel = PadesLevel.B_LTA) -> Sealer:
        """Our sealer with the authorities of the demo."""
        opened = self.services.sealer
        key = load_pkcs12(self.witness_file(bits), PASSWORD)
        profile = PadesProfile(level=level)
        return Sealer(key, opened._timestamper, opened._revocation, self.services.trust, profile)

    def stock_signer(self, bits: int) -> signers.SimpleSigner:
        """pyHanko's own signer, its key loaded once."""
        signer = signers.SimpleSigner.load_pkcs12(str(self.witness_file(bits)), passphrase=PASSWORD)
        assert signer is not None
        return signer

    @cached_property
    def stock_timestamper(self) -> InProcessTimeStamper:
        return InProcessTimeStamper(DemoTsa(self.pki, self.clock))

    def stock_evidence(self, signer: signers.SimpleSigner, now: datetime) -> StockEvidence:
        """Revocation data of a signer and of the authority, gathered before anything is measured."""
        certificates = [signer.signing_cert, self._certificate("tsa"), self._certificate("issuing")]
        data = self.services.sealer._revocation.gather(certificates, now)
        return StockEvidence(
            [self._certificate("root")], [self._certificate("issuing")], data.ocsps, data.crls, now
        )

    def _certificate(self, name: str) -> x509.Certificate:
        return x509.Certificate.load(self.pki.certificates[name].public_bytes(Encoding.DER))


@dataclass(frozen=True)
class StockEvidence:
    """What a validation context of pyHanko is made of; it has to be made anew for each signature."""

    roots: list[x509.Certificate]
    others: list[x509.Certificate]
    ocsps: list[bytes]
    crls: list[bytes]
    now: datetime

    def context(self) -> ValidationContext:
        return ValidationContext(
            trust_roots=self.roots,
            other_certs=self.others,
            ocsps=[ocsp.OCSPResponse.load(answer) for answer in self.ocsps],
            crls=[crl.CertificateList.load(answer) for answer in self.crls],
            revocation_mode="hard-fail",
            allow_fetching=False,
            moment=self.now,
        )


@contextmanager
def as_it_comes() -> Iterator[None]:
    """Within, pyHanko and asn1crypto are those of their authors: what we changed in them is taken back."""
    hex_strings.uninstall()
    names.uninstall()
    try:
        yield
    finally:
        hex_strings.install()
        names.install()


@as_it_comes()
def stock_b_b(signer: signers.SimpleSigner, document: bytes, field_name: str) -> bytes:
    """PAdES B-B by pyHanko as it comes."""
    metadata = signers.PdfSignatureMetadata(
        field_name=field_name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    return signers.sign_pdf(writer, metadata, signer, existing_fields_only=True).getvalue()


@as_it_comes()
def stock_b_lt(
    signer: signers.SimpleSigner,
    timestamper: InProcessTimeStamper,
    evidence: StockEvidence,
    document: bytes,
    field_name: str,
    change: Callable[[IncrementalPdfFileWriter], None] = lambda _: None,
) -> bytes:
    """PAdES B-LT by pyHanko as it comes, from cached revocation data, authority in process.

    `change` is made in the revision of the signature.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason="測定",
        location="日本",
        embed_validation_info=True,
        validation_context=evidence.context(),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    change(writer)
    done = signers.PdfSigner(metadata, signer, timestamper=timestamper).sign_pdf(
        writer, existing_fields_only=True
    )
    return done.getvalue()


@as_it_comes()
def stock_timestamp(timestamper: InProcessTimeStamper, evidence: StockEvidence, document: bytes) -> bytes:
    """A document time-stamp by pyHanko as it comes."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    stamper = signers.PdfTimeStamper(timestamper, field_name="DTS")
    done = asyncio.run(stamper.async_timestamp_pdf(writer, "sha256", evidence.context()))
    return done.getvalue()
