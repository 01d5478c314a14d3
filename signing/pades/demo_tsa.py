"""Demo time-stamping authority (デモ時刻認証局): answers in this process, from the demo's clock."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signing.pades.demo_pki import DemoPki

_POLICY = "1.3.6.1.4.1.32473.1.1"  # from the range that RFC 5612 keeps for documentation


class DemoTsa:
    """Makes real RFC 3161 tokens with the demo PKI's key. Never for a contract that counts."""

    name = "割符 デモ時刻認証局"

    def __init__(self, pki: DemoPki, clock: Callable[[], datetime]) -> None:
        key = pki.keys["tsa"]
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key
        self._certificate = x509.Certificate.load(pki.certificates["tsa"].public_bytes(Encoding.DER))
        self._issuer = x509.Certificate.load(pki.certificates["issuing"].public_bytes(Encoding.DER))
        self._clock = clock

    def answer(self, request: bytes) -> bytes:
        """Encoded TimeStampReq → encoded TimeStampResp."""
        asked = tsp.TimeStampReq.load(request, strict=True)
        info = tsp.TSTInfo(
            {
                "version": 1,
                "policy": _POLICY,
                "message_imprint": asked["message_imprint"],
                "serial_number": secrets.randbits(63),
                "gen_time": self._clock().astimezone(UTC).replace(microsecond=0),
                "accuracy": {"seconds": 1},
                "nonce": asked["nonce"],
            }
        )
        response = {"status": {"status": "granted"}, "time_stamp_token": self._token(info)}
        encoded: bytes = tsp.TimeStampResp(response).dump()
        return encoded

    def _token(self, info: tsp.TSTInfo) -> cms.ContentInfo:
        content = cms.EncapsulatedContentInfo(
            {"content_type": "tst_info", "content": core.ParsableOctetString(info.dump())}
        )
        attributes = self._attributes(info.dump())
        signature = self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    "issuer_and_serial_number",
                    {"issuer": self._certificate.issuer, "serial_number": self._certificate.serial_number},
                ),
                "digest_algorithm": {"algorithm": "sha256"},
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signed_attrs": attributes,
                "signature": signature,
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
                "encap_content_info": content,
                "certificates": [self._certificate, self._issuer],
                "signer_infos": [signer],
            }
        )
        return cms.ContentInfo({"content_type": "signed_data", "content": signed})

    def _attributes(self, content: bytes) -> cms.CMSAttributes:
        fingerprint = hashlib.sha256(self._certificate.dump()).digest()
        identifier = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": fingerprint})]})
        digest = hashlib.sha256(content).digest()
        return cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("message_digest", digest),
                _attribute("signing_certificate_v2", identifier),
            ]
        )


def _attribute(kind: str, value: Any) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": cms.CMSAttributeType(kind), "values": (value,)})
