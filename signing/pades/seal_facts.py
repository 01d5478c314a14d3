"""Facts of a finished seal (封印の内容): whose certificate, which authority, read from the CMS itself."""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, x509

_TOKEN = "1.2.840.113549.1.9.16.2.14"  # noqa: S105 - an object identifier


@dataclass(frozen=True)
class CertificateFacts:
    """What identifies a certificate (証明書): the names in it and its serial number in hexadecimal."""

    common_name: str
    organisation: str
    title: str
    issuer: str
    serial_number: str


@dataclass(frozen=True)
class StampFacts:
    """What a time-stamp says: when, and by which authority (時刻認証局)."""

    at: datetime
    authority: str


@dataclass(frozen=True)
class SealFacts:
    """A signature: the signer's certificate and the time-stamp in it, if it has one."""

    certificate: CertificateFacts
    stamp: StampFacts | None


def read_signature(content: bytes) -> SealFacts:
    """The facts of a CMS signature (DER). ValueError when it is none."""
    signed: cms.SignedData = cms.ContentInfo.load(content)["content"]
    unsigned = signed["signer_infos"][0]["unsigned_attrs"]
    tokens = [value for a in unsigned or () if a["type"].dotted == _TOKEN for value in a["values"]]
    stamp = _stamp(tokens[0]["content"]) if tokens else None
    return SealFacts(_certificate(_signer(signed)), stamp)


def read_timestamp(content: bytes) -> StampFacts:
    """The facts of a time-stamp token (DER). ValueError when it is none."""
    return _stamp(cms.ContentInfo.load(content)["content"])


def _stamp(token: cms.SignedData) -> StampFacts:
    at: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return StampFacts(at, _name(_signer(token).subject))


def _signer(signed: cms.SignedData) -> x509.Certificate:
    sid = signed["signer_infos"][0]["sid"].chosen
    for choice in signed["certificates"]:
        certificate: x509.Certificate = choice.chosen
        if isinstance(sid, cms.IssuerAndSerialNumber):
            if sid["serial_number"].native == certificate.serial_number:
                return certificate
        elif certificate.key_identifier == sid.native:
            return certificate
    raise ValueError("the signer's certificate is not in the CMS")


def _certificate(certificate: x509.Certificate) -> CertificateFacts:
    subject = certificate.subject.native
    return CertificateFacts(
        common_name=_name(certificate.subject),
        organisation=_text(subject.get("organization_name")),
        title=_text(subject.get("title")),
        issuer=_name(certificate.issuer),
        serial_number=f"{certificate.serial_number:X}",
    )


def _name(name: x509.Name) -> str:
    return _text(name.native.get("common_name")) or str(name.human_friendly)


def _text(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value or "")
