"""Services of a generation (世代の時刻認証局と失効情報): real RFC 3161 tokens, OCSP answers and CRLs, in this process.

For the simulation of decades only.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signing.errors import TimestampUnavailable
from signing.pades.generations import Generation
from signing.pades.revocation import Certificates, RevocationData, RevocationSource, RevocationUnavailable

_POLICY = "1.3.6.1.4.1.32473.1.2"  # from the range that RFC 5612 keeps for documentation
_LIFE_OF_ANSWER = timedelta(days=7)
_LIFE_OF_LIST = timedelta(days=30)


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
        asked = tsp.TimeStampReq.load(request, strict=True)
        info = tsp.TSTInfo(
            {
                "version": 1,
                "policy": _POLICY,
                "message_imprint": asked["message_imprint"],
                "serial_number": secrets.randbits(63),
                "gen_time": now.astimezone(UTC).replace(microsecond=0),
                "accuracy": {"seconds": 1},
                "nonce": asked["nonce"],
            }
        )
        response = {"status": {"status": "granted"}, "time_stamp_token": _token(generation, info)}
        encoded: bytes = tsp.TimeStampResp(response).dump()
        return encoded


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
    moment = now.astimezone(UTC).replace(microsecond=0)
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=generation.certificates["issuing"],
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=moment,
        next_update=moment + _LIFE_OF_ANSWER,
        revocation_time=None,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, generation.certificates["ocsp"])
    builder = builder.certificates([generation.certificates["ocsp"]])
    return builder.sign(generation.keys["ocsp"], generation.algorithm).public_bytes(Encoding.DER)


def _root_crl(generation: Generation, now: datetime) -> bytes:
    moment = now.astimezone(UTC).replace(microsecond=0)
    root = generation.certificates["root"]
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(moment)
        .next_update(moment + _LIFE_OF_LIST)
        .add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        .add_extension(authority, critical=False)
    )
    return builder.sign(generation.keys["root"], generation.algorithm).public_bytes(Encoding.DER)


def _token(generation: Generation, info: tsp.TSTInfo) -> cms.ContentInfo:
    content = info.dump()
    certificate = generation.asn1("tsa")
    attributes = _attributes(generation, certificate, content)
    signature = generation.keys["tsa"].sign(attributes.dump(), ec.ECDSA(generation.algorithm))
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier("issuer_and_serial_number", named),
        "digest_algorithm": {"algorithm": generation.digest},
        "signature_algorithm": {"algorithm": f"{generation.digest}_ecdsa"},
        "signed_attrs": attributes,
        "signature": signature,
    }
    signed = {
        "version": "v3",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": generation.digest})],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
        "certificates": [certificate, generation.asn1("issuing")],
        "signer_infos": [cms.SignerInfo(signer)],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})


def _attributes(
    generation: Generation, certificate: asn1_x509.Certificate, content: bytes
) -> cms.CMSAttributes:
    identifier: dict[str, Any] = {"cert_hash": hashlib.new(generation.digest, certificate.dump()).digest()}
    if generation.digest != "sha256":
        identifier["hash_algorithm"] = {"algorithm": generation.digest}
    ess = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(identifier)]})
    values = {
        "content_type": "tst_info",
        "message_digest": hashlib.new(generation.digest, content).digest(),
        "signing_certificate_v2": ess,
    }
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": cms.CMSAttributeType(kind), "values": (value,)})
            for kind, value in values.items()
        ]
    )
