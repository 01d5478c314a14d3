"""Signers' certificates (署名者の電子証明書): what they say, how they are kept, whether one may be signed with."""

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms as asn1_cms
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import pem, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import InsufficientRevinfoError, RevokedError, StaleRevinfoError

from signing.errors import BadAnswer, CertificateUnusable, SigningRefused
from signing.pades.algorithms import algorithm_for
from signing.pades.holes import JST
from signing.pades.revocation import RevocationSource
from signing.pades.signers import Identity
from signing.pades.trust import TrustStore
from signing.pades.waiting import wait_for

MAX_CERTIFICATES = 64 << 10
"""Bytes of an uploaded certificate with its chain."""
_ASK_AUTHORITY = "証明書を発行した認証局にお問い合わせいただくか、別の証明書で署名してください。"


@dataclass(frozen=True)
class Subject:
    """What a certificate says about its holder (証明書の記載): names, number, validity, issuer."""

    name: str
    organisation: str
    unit: str
    title: str
    serial: str
    issuer: str
    not_before: datetime
    not_after: datetime
    fingerprint: str

    def to_json(self) -> dict[str, str]:
        """For the evidence of an act: plain words, instants in ISO 8601."""
        return {
            "name": self.name,
            "organisation": self.organisation,
            "unit": self.unit,
            "title": self.title,
            "serial": self.serial,
            "issuer": self.issuer,
            "not_before": self.not_before.isoformat(),
            "not_after": self.not_after.isoformat(),
            "sha256": self.fingerprint,
        }


def subject_of(certificate: x509.Certificate) -> Subject:
    """Reads what a verifier will show of the signer (PTY-02)."""
    names = certificate.subject.native
    return Subject(
        name=_text(names.get("common_name")),
        organisation=_text(names.get("organization_name")),
        unit=_text(names.get("organizational_unit_name")),
        title=_text(names.get("title")),
        serial=f"{certificate.serial_number:X}",
        issuer=certificate.issuer.human_friendly,
        not_before=certificate.not_valid_before,
        not_after=certificate.not_valid_after,
        fingerprint=certificate.sha256.hex(),
    )


def to_pem(identity: Identity) -> bytes:
    """The certificate and its chain, for the journal."""
    return b"".join(pem.armor("CERTIFICATE", c.dump()) for c in (identity.certificate, *identity.chain))


def from_pem(content: bytes) -> Identity:
    """What `to_pem` wrote."""
    leaf, *chain = (x509.Certificate.load(der) for _, _, der in pem.unarmor(content, multiple=True))
    return Identity(leaf, tuple(chain))


def read_identity(content: bytes) -> Identity:
    """A certificate with its chain as somebody hands it in: PEM, DER or PKCS#7 (.p7b), in any order."""
    try:
        found = _certificates_in(content)
    except (ValueError, TypeError, KeyError):
        found = []
    leaves = [c for c in found if not c.ca]
    if len(leaves) != 1:
        raise BadAnswer(
            "署名する方の証明書を読み取れません。",
            remedy="署名する方の証明書1枚と、あれば中間証明書を、PEM・DER・PKCS#7のいずれかのファイルで選んでください。",
        )
    return Identity(leaves[0], tuple(c for c in found if c.ca and not c.self_issued))


def check_identity(
    identity: Identity, trust: TrustStore, revocation: RevocationSource, now: datetime
) -> Identity:
    """Refuses a certificate that nothing may be signed with now: validity, strength, use, trust, revocation.

    The identity comes back with the whole chain below its root. Raises CertificateUnusable;
    RevocationUnavailable where nobody could be asked.
    """
    _refuse_outside_validity(identity.certificate, now)
    try:
        algorithm_for(identity.certificate)
    except SigningRefused as weak:
        raise CertificateUnusable(weak.text, remedy=_ASK_AUTHORITY, reason="weak") from weak
    path = _trusted_path(identity, trust, now)
    data = revocation.gather(path, now)
    context = ValidationContext(
        trust_roots=trust.anchors,
        other_certs=path,
        ocsps=[asn1_ocsp.OCSPResponse.load(response) for response in data.ocsps],
        crls=[asn1_crl.CertificateList.load(crl) for crl in data.crls],
        revocation_mode="hard-fail",
        allow_fetching=False,
        moment=now,
    )
    _validate(identity, context)
    return Identity(identity.certificate, tuple(c for c in path[1:] if not c.self_issued))


def _refuse_outside_validity(certificate: x509.Certificate, now: datetime) -> None:
    if now > certificate.not_valid_after:
        raise CertificateUnusable(
            f"この証明書は、{_day(certificate.not_valid_after)}に有効期限が切れています。",
            remedy="証明書を更新するか、有効な証明書で署名してください。",
            reason="expired",
        )
    if now < certificate.not_valid_before:
        raise CertificateUnusable(
            f"この証明書は、まだ有効ではありません（{_day(certificate.not_valid_before)}から有効です）。",
            remedy="有効期間が始まってから署名するか、有効な証明書で署名してください。",
            reason="not_yet_valid",
        )


def _trusted_path(identity: Identity, trust: TrustStore, now: datetime) -> list[x509.Certificate]:
    """From the certificate up to a trusted root, without asking anybody.

    So a stranger's certificate never makes us call an address that stands in it.
    """
    context = ValidationContext(
        trust_roots=trust.anchors,
        other_certs=[*identity.chain, *trust.intermediates],
        revocation_mode="soft-fail",
        allow_fetching=False,
        moment=now,
    )
    path = _validate(identity, context)
    return list(reversed(list(path.iter_certs(include_root=True))))


def _validate(identity: Identity, context: ValidationContext) -> Any:
    validator = CertificateValidator(identity.certificate, validation_context=context)
    try:
        return wait_for(_usage(validator))
    except RevokedError as error:
        raise CertificateUnusable(
            "この証明書、またはその発行元の証明書は失効しています。",
            remedy="失効していない証明書で署名してください。証明書の再発行は、管理者または認証局にご相談ください。",
            reason="revoked",
        ) from error
    except (InsufficientRevinfoError, StaleRevinfoError) as error:
        raise CertificateUnusable(
            "証明書が失効していないことを確かめられません。",
            remedy="しばらくしてから、もう一度お試しください。続くときは市の担当課にご連絡ください。",
            reason="revocation_unknown",
        ) from error
    except Exception as error:  # a path that does not stand has many errors, and a broken certificate any
        raise CertificateUnusable(
            "この証明書は、信頼できる認証局までたどれないか、電子署名に使えるものではありません。",
            remedy=f"中間証明書がないときは、一緒に入れてください。{_ASK_AUTHORITY}",
            reason="untrusted",
            detail=f"{type(error).__name__}: {error}",
        ) from error


def _usage(validator: CertificateValidator) -> Coroutine[Any, Any, Any]:
    usage: Coroutine[Any, Any, Any] = validator.async_validate_usage({"non_repudiation"})  # type: ignore[no-untyped-call]
    return usage


def _certificates_in(content: bytes) -> list[x509.Certificate]:
    if len(content) > MAX_CERTIFICATES:
        return []
    if pem.detect(content):
        parts = list(pem.unarmor(content, multiple=True))
        found = [der for kind, _, der in parts if kind == "CERTIFICATE"]
        bags = [der for kind, _, der in parts if kind == "PKCS7"]
    else:
        found, bags = [content], [content]
    loaded = [c for der in found if (c := _certificate(der)) is not None]
    for bag in bags:
        loaded += _from_bag(bag)
    return list({c.sha256: c for c in loaded}.values())


def _certificate(der: bytes) -> x509.Certificate | None:
    try:
        certificate: x509.Certificate = x509.Certificate.load(der, strict=True)
        certificate.native  # noqa: B018 - parses it whole now, so that a broken file fails here
    except (ValueError, TypeError, KeyError):
        return None
    return certificate


def _from_bag(der: bytes) -> list[x509.Certificate]:
    try:
        choices = asn1_cms.ContentInfo.load(der, strict=True)["content"]["certificates"]
        return [x509.Certificate.load(choice.chosen.dump()) for choice in choices]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _text(value: Any) -> str:
    """One line; a name that stands several times is joined."""
    if value is None:
        return ""
    return "、".join(str(v) for v in value) if isinstance(value, list) else str(value)


def _day(at: datetime) -> str:
    local = at.astimezone(JST)
    return f"{local.year}年{local.month}月{local.day}日"
