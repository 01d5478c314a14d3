"""Demo time-stamping authority (デモ時刻認証局): answers in this process, from the demo's clock."""

from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec

from signing.pades.demo_pki import DemoPki
from signing.pades.stamping import StampingKey

_POLICY = "1.3.6.1.4.1.32473.1.1"


class DemoTsa:
    """Makes real RFC 3161 tokens with the demo PKI's key. Never for a contract that counts."""

    name = "割符 デモ時刻認証局"

    def __init__(self, pki: DemoPki, clock: Callable[[], datetime]) -> None:
        key = pki.keys["tsa"]
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = StampingKey(key, pki.certificates["tsa"], pki.certificates["issuing"], _POLICY)
        self._clock = clock

    def answer(self, request: bytes) -> bytes:
        """Encoded TimeStampReq → encoded TimeStampResp."""
        return self._key.answer(request, self._clock())
