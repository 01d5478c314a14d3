"""PAdES profile (署名レベル) that every seal of ours follows: ETSI EN 319 142-1 baseline, in one place."""

import logging
from datetime import datetime
from enum import StrEnum
from typing import Any

from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import PdfSigner
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSigningSession,
    SigDSSPlacementPreference,
)


class PadesLevel(StrEnum):
    """Baseline levels: signature; + time-stamp; + revocation data; + document time-stamp (長期署名)."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"


logging.getLogger("pyhanko.sign.signers.pdf_signer").setLevel(logging.ERROR)
"""It warns at each seal that nothing is fetched (we hand revocation data in) and that the last lock is
stricter than the one before (that is its purpose)."""

DIGEST = "sha256"
LOCATION = "日本"

SIGNATURE_ROOM = 32768
"""Hexadecimal digits kept free for a CMS signature with chain and time-stamp (twice its size in bytes)."""
TIMESTAMP_ROOM = 24576

CHUNK = 1 << 20

DSS_TOGETHER = DSSContentSettings(
    include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
)
"""Revocation data lies in the same revision as the signature that it proves."""


class PdfASigner(PdfSigner):
    """Signs without leaving PDF/A, at the instant that it is told.

    pyHanko raises the file to PDF 2.0 for elliptic-curve keys, which PDF/A-2 and 3 forbid, and reads the
    machine's own clock and zone for /M.
    """

    def __init__(self, *args: Any, signed_at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signed_at = signed_at

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:
        """Adds no extension entry."""

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._signed_at
        return session
