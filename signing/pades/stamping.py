"""Time-stamp tokens made in this process (時刻認証局の模擬): real RFC 3161, for demos and simulations only."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signing.pades import der
from signing.pades.algorithms import SignatureAlgorithm
from signing.pades.cms import certificate_attribute, issuer_and_serial

_TST_INFO = der.identifier("1.2.840.113549.1.9.16.1.4")
_SIGNED_DATA = der.identifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.sequence(der.identifier("1.2.840.113549.1.9.3"), der.set_of(_TST_INFO))
_MESSAGE_DIGEST = der.identifier("1.2.840.113549.1.9.4")
_GRANTED = der.sequence(der.integer(0))
_ONE_SECOND = der.sequence(der.integer(1))
_GENERALIZED_TIME = 0x18


@dataclass(frozen=True)
class StampingKey:
    """A key that time-stamps, its certificate and the one above it; `digest` is what it signs with.

    `policy`: a number from the range that RFC 5612 keeps for documentation.
    """

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    issuer: x509.Certificate
    policy: str
    digest: str = "sha256"

    def answer(self, request: bytes, at: datetime) -> bytes:
        """Encoded TimeStampReq → encoded TimeStampResp."""
        asked = tsp.TimeStampReq.load(request, strict=True)
        return der.sequence(_GRANTED, self._token(self._info(asked, at.astimezone(UTC))))

    @cached_property
    def _algorithm(self) -> SignatureAlgorithm:
        return SignatureAlgorithm("ec", self.digest)

    @cached_property
    def _own(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @cached_property
    def _certificates(self) -> bytes:
        return der.tlv(0xA0, *sorted((self._own, self.issuer.public_bytes(Encoding.DER))))

    def _info(self, asked: tsp.TimeStampReq, at: datetime) -> bytes:
        """TSTInfo (RFC 3161, 2.4.2): what is stamped, when, and how exact that is."""
        return der.sequence(
            der.integer(1),
            der.identifier(self.policy),
            asked["message_imprint"].dump(),
            der.integer(secrets.randbits(63)),
            der.tlv(_GENERALIZED_TIME, f"{at:%Y%m%d%H%M%S}Z".encode("ascii")),
            _ONE_SECOND,
            asked["nonce"].dump(),
        )

    def _token(self, info: bytes) -> bytes:
        digest = der.octets(hashlib.new(self.digest, info).digest())
        attributes = der.set_of(
            _CONTENT_TYPE,
            der.sequence(_MESSAGE_DIGEST, der.set_of(digest)),
            certificate_attribute(self._own, self.digest),
        )
        signer = der.sequence(
            der.integer(1),
            issuer_and_serial(self._own),
            self._algorithm.encoded_digest,
            der.with_tag(0xA0, attributes),
            self._algorithm.encoded,
            der.octets(self._algorithm.sign(self.key, attributes)),
        )
        signed_data = der.sequence(
            der.integer(3),
            der.set_of(self._algorithm.encoded_digest),
            der.sequence(_TST_INFO, der.tlv(0xA0, der.octets(info))),
            self._certificates,
            der.set_of(signer),
        )
        return der.sequence(_SIGNED_DATA, der.tlv(0xA0, signed_data))
