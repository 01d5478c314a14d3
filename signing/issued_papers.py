"""Papers of the service itself (発行書類): sealed by the service's own key at level B-LTA, and verified."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from signing.errors import SealingFailed
from signing.pades.layout import PlannedSignature
from signing.pades.prepare import prepare_document
from signing.pades.seal import SignatureRequest, embed
from signing.pades.verdicts import Expectation
from signing.pades.verify import verify_pdf
from signing.services import SealingServices

STAMP_FIELD = "ARCHIVE_1"


def seal_paper(
    services: SealingServices,
    content: bytes,
    name: str,
    field_name: str,
    reason: str,
    now: Callable[[], datetime],
) -> bytes:
    """One seal of the service with `reason`, one document time-stamp, and our own verdict "valid".

    Nothing is kept here: killed at any line it leaves nothing behind, and the caller decides which of two
    papers made at the same time counts. Raises SigningRefused: no authority, no revocation data, not valid.
    """
    prepared = prepare_document(content, name, [PlannedSignature(field_name)], None).content
    with tempfile.TemporaryDirectory(prefix="warifu-paper-") as folder:
        places = [Path(folder) / part for part in ("prepared.pdf", "hole.pdf", "sealed.pdf", "hole2.pdf")]
        source, hole, sealed, second_hole = places
        source.write_bytes(prepared)
        _seal(services, source, hole, sealed, SignatureRequest(field_name, reason), now())
        finished = Path(folder) / "finished.pdf"
        _stamp(services, sealed, second_hole, finished, now())
        _refuse_invalid(services, finished, field_name, now())
        return finished.read_bytes()


def _seal(
    services: SealingServices,
    source: Path,
    hole: Path,
    target: Path,
    request: SignatureRequest,
    now: datetime,
) -> None:
    prepared = services.sealer.prepare_signature(source, hole, request, now)
    embed(hole, target, prepared, services.sealer.sign(prepared.digest).cms)


def _stamp(services: SealingServices, source: Path, hole: Path, target: Path, now: datetime) -> None:
    prepared = services.sealer.prepare_timestamp(source, hole, STAMP_FIELD, now)
    embed(hole, target, prepared, services.sealer.stamp(prepared.digest).cms)


def _refuse_invalid(services: SealingServices, finished: Path, field_name: str, now: datetime) -> None:
    verdict = verify_pdf(finished, services.trust, now, Expectation(signature_fields=(field_name,)))
    if not verdict.is_valid:
        raise SealingFailed(reason=f"the sealed paper is not valid: {verdict.summary} {verdict.problems}")
