"""Services of a generation (世代の時刻認証局と失効情報): real RFC 3161 tokens, OCSP answers and CRLs, in this process.

For the simulation of decades only.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from signing.errors import TimestampUnavailable
from signing.pades.ca_answers import response_about, signed_list, signed_response
from signing.pades.generations import Generation
from signing.pades.revocation import Certificates, RevocationData, RevocationSource, RevocationUnavailable


class GenerationTsa:
    """The time-stamping authority of whichever generation is the newest one alive."""

    name = "模擬 時刻認証局"

    def __init__(self, generations: Sequence[Generation], clock: Callable[[], datetime]) -> None:
        self._generations = tuple(generations)
        self._clock = clock

    def answer(self, request: bytes) -> bytes:
        """Encoded TimeStampReq → encoded TimeStampResp."""
        now = self._clock()
        generation = newest_alive(self._generations, now)
        if generation is None:
            raise TimestampUnavailable(authority=self.name, reason="no generation is alive")
        return generation.stamping_key.answer(request, now)


class GenerationRevocation:
    """Revocation data of the generations that are alive; of others from `others`, if there is such a source."""

    def __init__(self, generations: Sequence[Generation], others: RevocationSource | None = None) -> None:
        self._generations = tuple(generations)
        self._others = others

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData:
        """An OCSP answer for each certificate of an issuing CA and the CRL of its root, unless its CA is gone."""
        data, foreign = RevocationData(), []
        concerned: dict[int, Generation] = {}
        for certificate in {c.sha256: c for c in certificates}.values():
            loaded = x509.load_der_x509_certificate(certificate.dump())
            generation = self._issuer(loaded)
            if generation is None:
                foreign.append(certificate)
                continue
            if not generation.is_alive(now):
                subject = loaded.subject.rfc4514_string()
                raise RevocationUnavailable(reason=f"{subject}: {generation.name} はすでに終了しています")
            concerned[generation.number] = generation
            if loaded.issuer == generation.certificates["issuing"].subject:
                data.ocsps.append(_ocsp_answer(generation, loaded, now))
        data.crls.extend(_root_crl(generation, now) for generation in concerned.values())
        return _joined(data, self._asked_elsewhere(foreign, now))

    def _issuer(self, certificate: x509.Certificate) -> Generation | None:
        for generation in self._generations:
            if certificate.issuer in (generation.certificates[role].subject for role in ("root", "issuing")):
                return generation
        return None

    def _asked_elsewhere(self, certificates: Certificates, now: datetime) -> RevocationData:
        wanted = [certificate for certificate in certificates if not certificate.self_issued]
        if not wanted:
            return RevocationData()
        if self._others is None:
            raise RevocationUnavailable(
                reason=f"{wanted[0].subject.human_friendly}: 応答する認証局がありません"
            )
        return self._others.gather(certificates, now)


def newest_alive(generations: Sequence[Generation], now: datetime) -> Generation | None:
    """The youngest generation that is at work."""
    alive = [generation for generation in generations if generation.is_alive(now)]
    return max(alive, key=lambda generation: generation.number, default=None)


def _joined(first: RevocationData, second: RevocationData) -> RevocationData:
    return RevocationData(first.ocsps + second.ocsps, first.crls + second.crls)


def _ocsp_answer(generation: Generation, certificate: x509.Certificate, now: datetime) -> bytes:
    about = response_about(certificate, generation.certificates["issuing"], hashes.SHA256(), now)
    return signed_response(about, generation.certificates["ocsp"], generation.keys["ocsp"])


def _root_crl(generation: Generation, now: datetime) -> bytes:
    return signed_list(generation.certificates["root"], generation.keys["root"], now)
