"""Revocation data (失効情報): OCSP responses and CRLs as bytes, for every certificate that a seal rests on.

Each answer is verified before it is kept or embedded, kept for its life, and fetched anew at half of it.
"""

import logging
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Protocol

from asn1crypto import x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from signing.errors import CertificateUnusable, SealingFailed
from signing.pades.answers import BadRevocationAnswer, Judged, as_der, judge_crl, judge_ocsp
from signing.pades.built_in_ca import BuiltInCa
from signing.pades.exchanges import ExchangeFailed, Patience, Question, exchange
from signing.pades.health import HealthBook, MemoryHealthBook
from signing.pades.keeping import AnswerBook, KeptAnswer, MemoryAnswerBook
from signing.pades.places import CRL, OCSP, places_of

MAX_ANSWER = 8 << 20
MADE_HERE_LASTS = timedelta(minutes=10)
"""How long an answer of the built-in CA is used again: as long as nothing was revoked."""
JST = timezone(timedelta(hours=9))
Certificates = Sequence[x509.Certificate]

log = logging.getLogger(__name__)


class RevocationUnavailable(SealingFailed):
    code = "revocation_unavailable"
    text = "証明書の失効情報を取得できません。同意は保存されています。取得でき次第、自動的に完了します。"


class CertificateRevoked(CertificateUnusable):
    """A certificate that a seal would rest on is revoked (証明書の失効): nothing is sealed with it."""

    code = "certificate_revoked"

    def __init__(self, certificate: pyca.Certificate, revoked_at: datetime, why: str) -> None:
        since = f"{revoked_at.astimezone(JST):%Y年%-m月%-d日 %H:%M}"
        because = f"（理由: {why}）" if why else ""
        super().__init__(
            f"証明書「{subject_name(certificate)}」は、{since}に失効しています{because}。この証明書では電子署名を付けません。",
            remedy="失効していない証明書（鍵）に差し替えてください。同意は保存されており、差し替えると自動的に完了します。",
            reason="revoked",
            subject=subject_name(certificate),
            revoked_at=revoked_at,
        )


@dataclass(frozen=True)
class RevocationData:
    """Encoded OCSP responses and CRLs."""

    ocsps: list[bytes] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)

    def add(self, kind: str, content: bytes) -> None:
        """Adds an answer, once."""
        answers = self.ocsps if kind == OCSP else self.crls
        if content not in answers:
            answers.append(content)


class RevocationSource(Protocol):
    """Where revocation data comes from. `certificates` holds the leaves and everything above them.

    `gather` raises CertificateRevoked, or RevocationUnavailable where nobody could tell.
    """

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData: ...


class BuiltInRevocation:
    """Answers of a CA of this installation (the demo's, or a city's own), made on the spot and kept a while."""

    def __init__(self, ca: BuiltInCa) -> None:
        self._ca = ca
        self._made: dict[str, tuple[datetime, bytes]] = {}

    def covers(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate is of this CA."""
        return self._ca.covers(certificate)

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData:
        """An OCSP response for each certificate of the issuing CA, and the root's CRL."""
        data = RevocationData()
        issuing = self._ca.certificates["issuing"]
        for certificate in map(load, certificates):
            if certificate.issuer == issuing.subject:
                data.add(OCSP, self._ocsp(certificate, issuing, now))
        data.add(CRL, self._again(CRL, now) or self._keep(CRL, self._ca.root_crl(now), now))
        return data

    def _ocsp(self, certificate: pyca.Certificate, issuer: pyca.Certificate, now: datetime) -> bytes:
        key = f"{certificate.serial_number:x}"
        is_revoked = self._ca.revocation(certificate.serial_number) is not None
        if not is_revoked and (made := self._again(key, now)):
            return made
        answer = self._ca.ocsp_response(certificate, now)
        _refuse_revoked(certificate, judge_ocsp(answer, certificate, issuer, now))
        return self._keep(key, answer, now)

    def _again(self, key: str, now: datetime) -> bytes | None:
        made_at, answer = self._made.get(key, (None, None))
        return answer if made_at is not None and made_at <= now < made_at + MADE_HERE_LASTS else None

    def _keep(self, key: str, answer: bytes, now: datetime) -> bytes:
        self._made[key] = (now, answer)
        return answer


class HttpRevocation:
    """Asks where the certificates say (OCSP first, CRL otherwise) and keeps answers for half their life.

    `issuers`: certificates that are in no chain, above all the roots: their lists are verified with them.
    """

    def __init__(
        self,
        timeout: float = 10.0,
        *,
        issuers: Iterable[x509.Certificate] = (),
        patience: Patience | None = None,
        kept: AnswerBook | None = None,
        health: HealthBook | None = None,
    ) -> None:
        self._patience = patience or Patience(timeout, timeout, 2 * timeout)
        self._kept = kept or MemoryAnswerBook()
        self._health = health or MemoryHealthBook()
        self._issuers = [load(certificate) for certificate in issuers]
        self._judged: dict[tuple[str, int], tuple[bytes, Judged]] = {}

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData:
        """Revocation data of every certificate but the roots."""
        data = RevocationData()
        unique = {certificate.sha256: certificate for certificate in certificates}
        loaded = [load(certificate) for certificate in unique.values()]
        for certificate in loaded:
            if certificate.issuer == certificate.subject:
                continue
            issuer = _issuer_of(certificate, [*loaded, *self._issuers])
            data.add(*self._answer_about(certificate, issuer, now))
        return data

    def _answer_about(
        self, certificate: pyca.Certificate, issuer: pyca.Certificate | None, now: datetime
    ) -> tuple[str, bytes]:
        if issuer is None:
            raise RevocationUnavailable(reason=f"{subject_name(certificate)}: 発行元の証明書がありません。")
        problems = []
        for kind, url in places_of(certificate):
            try:
                return kind, self._answer(kind, url, certificate, issuer, now)
            except (ExchangeFailed, BadRevocationAnswer) as error:
                problems.append(f"{url}: {error.reason}")
        words = " / ".join(problems) or "証明書に問い合わせ先の記載がありません。"
        raise RevocationUnavailable(reason=f"{subject_name(certificate)}: {words}")

    def _answer(
        self, kind: str, url: str, certificate: pyca.Certificate, issuer: pyca.Certificate, now: datetime
    ) -> bytes:
        """The kept answer while it is young, a new one after half its life, the kept one again if there is none."""
        key = _key(kind, url, certificate, issuer)
        kept = self._kept.find(key)
        if kept is not None and not self._still_says_good(kept, certificate, issuer, now):
            kept = None
        if kept is not None and now < kept.refresh_at:
            return kept.content
        try:
            return self._fetched(key, url, certificate, issuer, now)
        except (ExchangeFailed, BadRevocationAnswer) as error:
            if kept is None:
                raise
            log.warning("%s: %s; the kept answer holds until %s", url, error.reason, kept.expires_at)
            return kept.content

    def _still_says_good(
        self, kept: KeptAnswer, certificate: pyca.Certificate, issuer: pyca.Certificate, now: datetime
    ) -> bool:
        """Judged again when it comes from elsewhere; a list may name another certificate of the same issuer."""
        name = (kept.key, certificate.serial_number)
        content, judged = self._judged.get(name, (None, None))
        if content != kept.content or judged is None:
            judge = judge_ocsp if kept.kind == OCSP else judge_crl
            try:
                judged = judge(kept.content, certificate, issuer, now)
            except BadRevocationAnswer:
                return False
            self._judged[name] = (kept.content, judged)
        return judged.revoked_at is None and now < judged.expires_at

    def _fetched(
        self, key: str, url: str, certificate: pyca.Certificate, issuer: pyca.Certificate, now: datetime
    ) -> bytes:
        kind = key.split(":", 1)[0]
        standing = self._health.standing(url)
        if standing.skip_until is not None and now < standing.skip_until:
            raise ExchangeFailed(f"{standing.problem}（しばらく問い合わせを休んでいます）")
        started = time.monotonic()
        try:
            content, judged = self._asked(kind, url, certificate, issuer, now)
        except (ExchangeFailed, BadRevocationAnswer) as error:
            self._health.failed(url, kind, now, _since(started), error.reason)
            raise
        self._health.answered(url, kind, now, _since(started), ())
        _refuse_revoked(certificate, judged)
        half = max(
            judged.produced_at + (judged.expires_at - judged.produced_at) / 2,
            now + (judged.expires_at - now) / 2,
        )
        self._kept.keep(KeptAnswer(key, kind, content, judged.produced_at, half, judged.expires_at, url))
        return content

    def _asked(
        self, kind: str, url: str, certificate: pyca.Certificate, issuer: pyca.Certificate, now: datetime
    ) -> tuple[bytes, Judged]:
        if kind == CRL:
            content = as_der(exchange(Question(url, max_bytes=MAX_ANSWER), self._patience))
            return content, judge_crl(content, certificate, issuer, now)
        nonce = os.urandom(16)
        builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 - names the certificate only
        request = (
            builder.add_extension(pyca.OCSPNonce(nonce), critical=False).build().public_bytes(Encoding.DER)
        )
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        question = Question(url, request, headers, ("application/ocsp-response",), MAX_ANSWER)
        content = exchange(question, self._patience)
        return content, judge_ocsp(content, certificate, issuer, now, nonce)


class MixedRevocation:
    """Certificates of this installation's CA from that CA, all others from where they say."""

    def __init__(self, own: BuiltInRevocation, others: RevocationSource) -> None:
        self._own = own
        self._others = others

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData:
        """Revocation data of every certificate but the roots."""
        own = [certificate for certificate in certificates if self._own.covers(certificate)]
        other = [certificate for certificate in certificates if not self._own.covers(certificate)]
        first = self._own.gather(own, now) if own else RevocationData()
        if not other:
            return first
        second = self._others.gather(other, now)
        return RevocationData(first.ocsps + second.ocsps, first.crls + second.crls)


def load(certificate: x509.Certificate) -> pyca.Certificate:
    """The same certificate for the other library."""
    return pyca.load_der_x509_certificate(certificate.dump())


def subject_name(certificate: pyca.Certificate) -> str:
    """How a certificate is named to people: its common name, or all of its subject."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _refuse_revoked(certificate: pyca.Certificate, judged: Judged) -> None:
    if judged.revoked_at is not None:
        raise CertificateRevoked(certificate, judged.revoked_at, judged.reason)


def _issuer_of(certificate: pyca.Certificate, among: Sequence[pyca.Certificate]) -> pyca.Certificate | None:
    for issuer in among:
        if issuer.subject == certificate.issuer:
            try:
                certificate.verify_directly_issued_by(issuer)
            except Exception:  # noqa: S112 - another key under the same name, or an algorithm of no use
                continue
            return issuer
    return None


def _key(kind: str, url: str, certificate: pyca.Certificate, issuer: pyca.Certificate) -> str:
    of = certificate if kind == OCSP else issuer
    place = hashes.Hash(hashes.SHA256())
    place.update(url.encode())
    return f"{kind}:{of.fingerprint(hashes.SHA256()).hex()}:{place.finalize().hex()[:32]}"


def _since(started: float) -> int:
    return round(1000 * (time.monotonic() - started))
