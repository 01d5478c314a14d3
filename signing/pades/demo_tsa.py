"""Demo time-stamping authority (デモ時刻認証局): answers in this process, from the demo's clock."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signing.pades import der
from signing.pades.algorithms import SignatureAlgorithm
from signing.pades.cms import certificate_attribute, issuer_and_serial
from signing.pades.demo_pki import DemoPki

_POLICY = der.identifier("1.3.6.1.4.1.32473.1.1")  # from the range that RFC 5612 keeps for documentation
_TST_INFO = der.identifier("1.2.840.113549.1.9.16.1.4")
_SIGNED_DATA = der.identifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.sequence(der.identifier("1.2.840.113549.1.9.3"), der.set_of(_TST_INFO))
_MESSAGE_DIGEST = der.identifier("1.2.840.113549.1.9.4")
_GRANTED = der.sequence(der.integer(0))
_ONE_SECOND = der.sequence(der.integer(1))
_GENERALIZED_TIME = 0x18


class DemoTsa:
    """Makes real RFC 3161 tokens with the demo PKI's key. Never for a contract that counts."""

    name = "割符 デモ時刻認証局"

    def __init__(self, pki: DemoPki, clock: Callable[[], datetime]) -> None:
        key = pki.keys["tsa"]
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key
        self._algorithm = SignatureAlgorithm("ec")
        self._certificate = pki.certificates["tsa"].public_bytes(Encoding.DER)
        issuer = pki.certificates["issuing"].public_bytes(Encoding.DER)
        self._certificates = der.tlv(0xA0, *sorted((self._certificate, issuer)))
        self._clock = clock

    def answer(self, request: bytes) -> bytes:
        """Encoded TimeStampReq → encoded TimeStampResp."""
        asked = tsp.TimeStampReq.load(request, strict=True)
        return der.sequence(_GRANTED, self._token(self._info(asked)))

    def _info(self, asked: tsp.TimeStampReq) -> bytes:
        """TSTInfo (RFC 3161, 2.4.2): what is stamped, when, and how exact that is."""
        at = self._clock().astimezone(UTC)
        return der.sequence(
            der.integer(1),
            _POLICY,
            asked["message_imprint"].dump(),
            der.integer(secrets.randbits(63)),
            der.tlv(_GENERALIZED_TIME, f"{at:%Y%m%d%H%M%S}Z".encode("ascii")),
            _ONE_SECOND,
            asked["nonce"].dump(),
        )

    def _token(self, info: bytes) -> bytes:
        digest = der.octets(hashlib.sha256(info).digest())
        attributes = der.set_of(
            _CONTENT_TYPE,
            der.sequence(_MESSAGE_DIGEST, der.set_of(digest)),
            certificate_attribute(self._certificate, "sha256"),
        )
        signer = der.sequence(
            der.integer(1),
            issuer_and_serial(self._certificate),
            self._algorithm.encoded_digest,
            der.with_tag(0xA0, attributes),
            self._algorithm.encoded,
            der.octets(self._algorithm.sign(self._key, attributes)),
        )
        signed_data = der.sequence(
            der.integer(3),
            der.set_of(self._algorithm.encoded_digest),
            der.sequence(_TST_INFO, der.tlv(0xA0, der.octets(info))),
            self._certificates,
            der.set_of(signer),
        )
        return der.sequence(_SIGNED_DATA, der.tlv(0xA0, signed_data))
