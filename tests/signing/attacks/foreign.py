"""Files of other makers (他社製のファイル): keys, digests and kinds that we do not make ourselves."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import datetime, timedelta

from asn1crypto import algos, cms, core, keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pikepdf import Array, Dictionary, Encryption, Name, Pdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.signing.attacks.stock import base_pdf


def self_signed(
    key, now: datetime, name: str = "自己署名", days: int = 365, digest: hashes.HashAlgorithm | None = None
) -> x509.Certificate:
    """A certificate that nobody vouches for."""
    subject = pyca.Name(
        [
            pyca.NameAttribute(NameOID.ORGANIZATION_NAME, "株式会社試験"),
            pyca.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "総務部"),
            pyca.NameAttribute(NameOID.TITLE, "部長"),
            pyca.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = pyca.CertificateBuilder().subject_name(subject).issuer_name(subject)
    builder = builder.public_key(key.public_key()).serial_number(pyca.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=days))
    algorithm = (
        None
        if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
        else digest or hashes.SHA256()
    )
    made = builder.sign(key, algorithm)
    return x509.Certificate.load(made.public_bytes(Encoding.DER))


def sign(
    content: bytes,
    key,
    certificate: x509.Certificate,
    *,
    subfilter: SigSeedSubFilter = SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
    digest: str = "sha256",
    pss: bool = False,
    parted: SigFieldSpec | None = None,
) -> bytes:
    """A plain signature by stock pyHanko."""
    encoded = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=certificate,
        signing_key=keys.PrivateKeyInfo.load(encoded),
        cert_registry=SimpleCertificateStore(),
        prefer_pss=pss,
    )
    name = parted.sig_field_name if parted else "Sig1"
    metadata = PdfSignatureMetadata(field_name=name, md_algorithm=digest, subfilter=subfilter)
    target = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    if writer.prev.encrypted:
        writer.encrypt("")
    signers.PdfSigner(metadata, signer=signer, new_field_spec=parted).sign_pdf(writer, output=target)
    return target.getvalue()


def with_old_kind(kind: str, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    """adbe.pkcs7.sha1 or adbe.x509.rsa_sha1, put together by hand."""
    room = 8192
    extra = f"/Cert <{certificate.dump().hex()}>" if kind.startswith("adbe.x509") else ""
    field = (
        f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /{kind} {extra} "
        f"/ByteRange [0 0000000000 0000000000 0000000000] /Contents <{'0' * room}> >>"
    )
    content = _with_signature(base_pdf(), field.encode())
    at = content.index(b"/Contents <" + b"0" * 100) + len(b"/Contents ")
    end = at + room + 2
    numbers = f"[0 {at:010d} {end:010d} {len(content) - end:010d}]".encode()
    content = content.replace(b"[0 0000000000 0000000000 0000000000]", numbers)
    signed = content[:at] + content[end:]
    digest = hashlib.sha1(signed).digest()
    made = _pkcs1(key, signed) if extra else _enveloped(key, certificate, digest)
    return content[: at + 1] + made.hex().encode().ljust(room, b"0") + content[end - 1 :]


def encrypted(content: bytes, user: str) -> bytes:
    target = io.BytesIO()
    with Pdf.open(io.BytesIO(content)) as pdf:
        pdf.save(target, encryption=Encryption(user=user, owner="owner", R=6))
    return target.getvalue()


def with_hybrid_table(content: bytes, number: int, body: bytes) -> bytes:
    """An update whose object stands only in the second table of a hybrid file; that table does not list itself."""
    before = int(re.findall(rb"startxref\s+(\d+)", content)[-1])
    root = re.findall(rb"/Root\s+(\d+ \d+ R)", content)[-1].decode()
    size = max(number, 9000) + 2
    row = b"\x01" + len(content).to_bytes(4, "big") + b"\0\0"
    content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    at = len(content)
    content += (
        f"{size - 1} 0 obj\n<< /Type /XRef /Size {size} /W [1 4 2] /Index [{number} 1] /Length {len(row)} >>\n"
    ).encode() + b"stream\n%b\nendstream\nendobj\n" % row
    table = len(content)
    trailer = f"<< /Size {size} /Root {root} /Prev {before} /XRefStm {at} >>"
    return content + f"xref\n0 0\ntrailer\n{trailer}\nstartxref\n{table}\n%%EOF\n".encode()


def with_usage_rights(content: bytes) -> bytes:
    """A reader-enabled form: a vendor's own signature over it, which is none of the document."""
    target = io.BytesIO()
    with Pdf.open(io.BytesIO(content)) as pdf:
        rights = Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/adbe.pkcs7.detached"),
            ByteRange=Array([0, 10, 20, 30]),
            Contents=b"\0" * 20,
        )
        pdf.Root.Perms = Dictionary(UR3=pdf.make_indirect(rights))
        pdf.save(target)
    return target.getvalue()


def with_attachment(content: bytes, attached: bytes) -> bytes:
    """A file inside, stored as it is."""
    target = io.BytesIO()
    with Pdf.open(io.BytesIO(content)) as pdf:
        stream = pdf.make_stream(attached, Type=Name.EmbeddedFile)
        spec = Dictionary(Type=Name.Filespec, F="a.pdf", UF="a.pdf", EF=Dictionary(F=stream))
        tree = Dictionary(Names=Array(["a.pdf", pdf.make_indirect(spec)]))
        pdf.Root.Names = Dictionary(EmbeddedFiles=tree)
        pdf.save(target, compress_streams=False)
    return target.getvalue()


def _with_signature(content: bytes, dictionary: bytes) -> bytes:
    size = int(re.findall(rb"/Size (\d+)", content)[-1])
    root = re.findall(rb"/Root (\d+ \d+ R)", content)[-1]
    previous = re.findall(rb"startxref\s+(\d+)", content)[-1]
    with Pdf.open(io.BytesIO(content)) as pdf:
        form = pdf.Root.AcroForm.objgen[0]
        inputs = b" ".join(b"%d 0 R" % field.objgen[0] for field in pdf.Root.AcroForm.Fields)
    out, offsets = content + b"\n", {}
    parts = (
        (size, dictionary),
        (size + 1, b"<< /FT /Sig /T (Sig1) /V %d 0 R >>" % size),
        (form, b"<< /Fields [%s %d 0 R] /SigFlags 3 >>" % (inputs, size + 1)),
    )
    for number, body in parts:
        offsets[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n"
    for number, offset in sorted(offsets.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    out += b"trailer\n<< /Size %d /Root %s /Prev %s >>\nstartxref\n" % (size + 2, root, previous)
    return out + b"%d\n%%%%EOF\n" % table


def _pkcs1(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    return core.OctetString(key.sign(data, padding.PKCS1v15(), hashes.SHA1())).dump()


def _enveloped(key: rsa.RSAPrivateKey, certificate: x509.Certificate, digest: bytes) -> bytes:
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha1(digest).digest()]}),
        ]
    )
    signature = key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA1())
    serial = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": serial}),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha1"}),
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha1_rsa"}),
            "signature": signature,
        }
    )
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha1"})],
            "encap_content_info": {"content_type": "data", "content": digest},
            "certificates": [certificate],
            "signer_infos": [signer],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()


CURVE_KEY = ec.generate_private_key(ec.SECP256R1())
