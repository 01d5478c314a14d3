"""Revocation data (失効情報): OCSP responses and CRLs as bytes, for every certificate that a seal rests on."""

import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from asn1crypto import x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from signing.errors import SealingFailed
from signing.pades.demo_pki import DemoPki

MAX_ANSWER = 8 << 20
Certificates = Sequence[x509.Certificate]


class RevocationUnavailable(SealingFailed):
    code = "revocation_unavailable"
    text = "証明書の失効情報を取得できません。同意は保存されています。取得でき次第、自動的に完了します。"


@dataclass(frozen=True)
class RevocationData:
    """Encoded OCSP responses and CRLs."""

    ocsps: list[bytes] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)


class RevocationSource(Protocol):
    """Where revocation data comes from. `certificates` holds the leaves and everything above them."""

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData: ...


class DemoRevocation:
    """Answers of the demo PKI, made on the spot."""

    def __init__(self, pki: DemoPki) -> None:
        self._pki = pki

    def covers(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate is the demo PKI's own."""
        issuer = pyca.load_der_x509_certificate(certificate.dump()).issuer
        return issuer in (self._pki.certificates["root"].subject, self._pki.certificates["issuing"].subject)

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData:
        """An OCSP response for each certificate of the issuing CA, and the root's CRL."""
        issuing = self._pki.certificates["issuing"]
        found = [pyca.load_der_x509_certificate(certificate.dump()) for certificate in certificates]
        ours = [c for c in found if c.issuer == issuing.subject]
        return RevocationData(
            ocsps=[self._pki.ocsp_response(certificate, now) for certificate in ours],
            crls=[self._pki.root_crl(now)],
        )


class HttpRevocation:
    """Asks where the certificates say (OCSP first, CRL otherwise) and keeps answers for half their life."""

    def __init__(self, timeout: float = 10.0) -> None:
        self._timeout = timeout
        self._kept: dict[str, tuple[datetime, bytes]] = {}

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData:
        """Revocation data of every certificate but the roots."""
        data = RevocationData()
        unique = {certificate.sha256: certificate for certificate in certificates}
        loaded = [pyca.load_der_x509_certificate(certificate.dump()) for certificate in unique.values()]
        for certificate in loaded:
            if certificate.issuer == certificate.subject:
                continue
            issuer = next((c for c in loaded if c.subject == certificate.issuer), None)
            self._gather_one(certificate, issuer, data, now)
        return data

    def _gather_one(
        self,
        certificate: pyca.Certificate,
        issuer: pyca.Certificate | None,
        data: RevocationData,
        now: datetime,
    ) -> None:
        problems = []
        responder = _ocsp_url(certificate)
        if responder and issuer is not None:
            try:
                data.ocsps.append(self._ocsp(responder, certificate, issuer, now))
                return
            except (OSError, ValueError) as error:
                problems.append(f"{responder}: {error}")
        for url in _crl_urls(certificate):
            try:
                data.crls.append(self._crl(url, now))
                return
            except (OSError, ValueError) as error:
                problems.append(f"{url}: {error}")
        subject = certificate.subject.rfc4514_string()
        raise RevocationUnavailable(reason=f"{subject}: {'; '.join(problems) or 'no address given'}")

    def _ocsp(
        self, url: str, certificate: pyca.Certificate, issuer: pyca.Certificate, now: datetime
    ) -> bytes:
        key = f"ocsp:{certificate.fingerprint(hashes.SHA256()).hex()}"
        if kept := self._keeps(key, now):
            return kept
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()  # noqa: S303 - names the certificate only
        answer = self._fetch(url, request.public_bytes(Encoding.DER), "application/ocsp-request")
        response = ocsp.load_der_ocsp_response(answer)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise ValueError(f"status {response.response_status.name}")
        self._keep(key, answer, response.this_update_utc, response.next_update_utc)
        return answer

    def _crl(self, url: str, now: datetime) -> bytes:
        key = f"crl:{url}"
        if kept := self._keeps(key, now):
            return kept
        answer = self._fetch(url, None, None)
        crl = pyca.load_der_x509_crl(answer)
        self._keep(key, answer, crl.last_update_utc, crl.next_update_utc)
        return answer

    def _keeps(self, key: str, now: datetime) -> bytes | None:
        until, answer = self._kept.get(key, (None, b""))
        return answer if until is not None and now < until else None

    def _keep(self, key: str, answer: bytes, since: datetime, until: datetime | None) -> None:
        if until is not None:
            self._kept[key] = (since + (until - since) / 2, answer)

    def _fetch(self, url: str, body: bytes | None, kind: str | None) -> bytes:
        if not url.startswith(("http://", "https://")):
            raise ValueError("not an http address")
        headers = {"Content-Type": kind} if kind else {}
        request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - checked above
        with urllib.request.urlopen(request, timeout=self._timeout) as response:  # noqa: S310
            answer: bytes = response.read(MAX_ANSWER + 1)
        if len(answer) > MAX_ANSWER:
            raise ValueError("answer too long")
        return answer


class MixedRevocation:
    """Demo certificates from the demo PKI, all others from where they say."""

    def __init__(self, demo: DemoRevocation, others: RevocationSource) -> None:
        self._demo = demo
        self._others = others

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData:
        """Revocation data of every certificate but the roots."""
        demo = [certificate for certificate in certificates if self._demo.covers(certificate)]
        other = [certificate for certificate in certificates if not self._demo.covers(certificate)]
        first = self._demo.gather(demo, now)
        if not other:
            return first
        second = self._others.gather(other, now)
        return RevocationData(first.ocsps + second.ocsps, first.crls + second.crls)


def _ocsp_url(certificate: pyca.Certificate) -> str | None:
    try:
        access = certificate.extensions.get_extension_for_class(pyca.AuthorityInformationAccess).value
    except pyca.ExtensionNotFound:
        return None
    urls = [d.access_location.value for d in access if d.access_method == AuthorityInformationAccessOID.OCSP]
    return urls[0] if urls else None


def _crl_urls(certificate: pyca.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(pyca.CRLDistributionPoints).value
    except pyca.ExtensionNotFound:
        return []
    return [name.value for point in points for name in point.full_name or [] if isinstance(name.value, str)]
