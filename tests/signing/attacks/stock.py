"""Honest files made by stock pyHanko (他社製の署名ファイル): every level, certified or not, on every kind of file."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asn1crypto import crl, keys, ocsp, tsp, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, signers
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen.canvas import Canvas

from signing.pades.demo_pki import DemoPki, issue_witness
from signing.pades.demo_tsa import DemoTsa
from signing.pades.trust import TrustStore

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
KINDS = ("table", "stream", "linearised")


class _InProcess(TimeStamper):
    """pyHanko's client for the demo authority in this process."""

    def __init__(self, tsa: DemoTsa) -> None:
        super().__init__()
        self._tsa = tsa

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._tsa.answer(req.dump()))


class _SignerAt(signers.PdfSigner):
    """Writes the workshop's time as the claimed one."""

    def __init__(self, *args, at: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._at = at

    def init_signing_session(self, pdf_out, existing_fields_only=False):
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


@dataclass
class Workshop:
    """A PKI, a clock and signers; signs as any other program would."""

    pki: DemoPki
    now: datetime
    _signers: dict[str, signers.SimpleSigner] = field(default_factory=dict)

    @property
    def trust(self) -> TrustStore:
        return TrustStore(roots=(self.root,))

    @property
    def root(self) -> x509.Certificate:
        return self._asn1("root")

    def signer(self, name: str = "試験署名者", key: ec.EllipticCurvePrivateKey | None = None):
        if name not in self._signers:
            key = key or ec.generate_private_key(ec.SECP256R1())
            certificate = issue_witness(self.pki, name, key)
            self._signers[name] = _simple(key, certificate, [self._asn1("issuing")])
        return self._signers[name]

    def sign(
        self,
        content: bytes,
        level: str = "B-LTA",
        field_name: str = "Sig1",
        name: str = "試験署名者",
        **metadata,
    ) -> bytes:
        """One signature of a level, with a field that exists or is made."""
        metadata.setdefault("subfilter", SigSeedSubFilter.PADES)
        context = self.context(name) if level in ("B-LT", "B-LTA") else None
        signing = PdfSignatureMetadata(
            field_name=field_name,
            md_algorithm=metadata.pop("md_algorithm", "sha256"),
            embed_validation_info=context is not None,
            use_pades_lta=level == "B-LTA",
            validation_context=context,
            **metadata,
        )
        stamper = None if level == "B-B" else self.stamper
        pdf_signer = _SignerAt(signing, self.signer(name), timestamper=stamper, at=self.now)
        return self._run(content, pdf_signer.async_sign_pdf)

    def stamp(self, content: bytes, field_name: str = "Stamp2") -> bytes:
        """A document time-stamp by itself."""

        async def work(writer):
            stamper = signers.PdfTimeStamper(self.stamper, field_name=field_name)
            return await stamper.async_timestamp_pdf(writer, "sha256", self.context(None))

        return self._run(content, work)

    @property
    def stamper(self) -> TimeStamper:
        return _InProcess(DemoTsa(self.pki, lambda: self.now))

    def context(self, name: str | None) -> ValidationContext:
        leaves = [self.pki.certificates["tsa"]]
        if name is not None:
            leaves.append(_pyca(self.signer(name).signing_cert))
        answers = [self.pki.ocsp_response(leaf, self.now) for leaf in leaves]
        return ValidationContext(
            trust_roots=[self.root],
            other_certs=[self._asn1("issuing"), self._asn1("tsa")],
            ocsps=[ocsp.OCSPResponse.load(answer) for answer in answers],
            crls=[crl.CertificateList.load(self.pki.root_crl(self.now))],
            moment=self.now,
            revocation_mode="hard-fail",
        )

    def _run(self, content: bytes, work) -> bytes:
        target = io.BytesIO()
        loop = asyncio.new_event_loop()
        try:
            written = loop.run_until_complete(
                work(IncrementalPdfFileWriter(io.BytesIO(content), strict=False))
            )
        finally:
            loop.close()
        target.write(written.getvalue())
        return target.getvalue()

    def _asn1(self, role: str) -> x509.Certificate:
        return x509.Certificate.load(self.pki.certificates[role].public_bytes(Encoding.DER))


def base_pdf(
    kind: str = "table",
    pages: int = 2,
    inputs: Sequence[str] = ("remarks",),
    change: Callable[[Pdf], None] | None = None,
) -> bytes:
    """A contract of a few pages with input fields, written with a table, with streams, or linearised."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595, 842), invariant=True)
    for page in range(1, pages + 1):
        canvas.setFont("Helvetica", 14)
        canvas.drawString(60, 760, f"Contract, page {page}")
        canvas.drawString(60, 720, "The price is 1,000,000 yen.")
        canvas.drawString(60, 680, "Remarks:")
        canvas.showPage()
    canvas.save()
    finished = io.BytesIO()
    with Pdf.open(io.BytesIO(target.getvalue())) as pdf:
        _add_inputs(pdf, inputs)
        if change is not None:
            change(pdf)
        mode = ObjectStreamMode.disable if kind == "table" else ObjectStreamMode.generate
        pdf.save(finished, object_stream_mode=mode, linearize=kind == "linearised")
    return finished.getvalue()


def fill(content: bytes, name: str = "remarks", value: str = "none", *, changes_value: bool = True) -> bytes:
    """An input filled in by an incremental update: value and appearance."""
    from pyhanko.pdf_utils import generic

    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    for raw in writer.root["/AcroForm"]["/Fields"]:
        holder = raw.get_object()
        if holder.get("/T") != name:
            continue
        drawing = f"BT /Helv 12 Tf 2 5 Td ({value}) Tj ET".encode()
        stream = generic.StreamObject(stream_data=drawing)
        for key, item in holder["/AP"]["/N"].items():
            if key not in ("/Length", "/Filter"):
                stream[key] = item
        holder["/AP"][generic.NameObject("/N")] = writer.add_object(stream)
        if changes_value:
            holder[generic.NameObject("/V")] = generic.pdf_string(value)
        writer.mark_update(raw)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def certified(shop: Workshop, content: bytes, permission: MDPPerm, level: str = "B-LTA", **more) -> bytes:
    """A certification (証明用署名) that permits so much."""
    return shop.sign(
        content, level, "Cert1", "試験証明者", certify=True, docmdp_permissions=permission, **more
    )


def locked(shop: Workshop, content: bytes, level: str = "B-LTA") -> bytes:
    """An approval whose field locks the input `remarks` (FieldMDP)."""
    from pyhanko.sign.fields import append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, ["remarks"])
    append_signature_field(writer, SigFieldSpec("Sig1", field_mdp_spec=lock))
    target = io.BytesIO()
    writer.write(target)
    return shop.sign(target.getvalue(), level)


def later(shop: Workshop, **by: float) -> Workshop:
    """The same workshop, some time later."""
    return Workshop(shop.pki, shop.now + timedelta(**by), shop._signers)


def _add_inputs(pdf: Pdf, names: Sequence[str]) -> None:
    page = pdf.pages[0]
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    fonts = Dictionary(Helv=pdf.make_indirect(font))
    fields = Array()
    for number, name in enumerate(names):
        look = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 18])
        look.Resources = Dictionary(Font=fonts)
        place = [140, 676 - 40 * number, 340, 694 - 40 * number]
        holder = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String(name),
            F=4,
            Rect=Array(place),
            DA=String("/Helv 12 Tf 0 g"),
            P=page.obj,
            AP=Dictionary(N=look),
        )
        fields.append(pdf.make_indirect(holder))
    page.obj.Annots = pdf.make_indirect(Array(list(fields)))
    pdf.Root.AcroForm = pdf.make_indirect(
        Dictionary(Fields=fields, DR=Dictionary(Font=fonts), DA=String("/Helv 12 Tf 0 g"))
    )


def _simple(key: ec.EllipticCurvePrivateKey, certificate, chain) -> signers.SimpleSigner:
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=store,
    )


def _pyca(certificate: x509.Certificate):
    from cryptography import x509 as pyca

    return pyca.load_der_x509_certificate(certificate.dump())
