"""`make bench`: each figure as a ratio of two things measured in the same run, one JSON line each.

Absolute times mean nothing on a shared machine; a ratio to a bare reference does.
"""

from __future__ import annotations

import hashlib
import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from portal import clock
from signing.pades.demo_pki import DemoPki, open_demo_pki
from signing.pades.layout import PlannedSignature
from signing.pades.prepare import prepare_document
from signing.pades.seal import Sealer, SignatureRequest, embed
from signing.testing import MovableClock, demo_services, make_pdf

ROUNDS = 15


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures(Path(folder)):
            print(json.dumps(figure, ensure_ascii=False), flush=True)


def figures(folder: Path) -> list[dict[str, object]]:
    """What is measured: our seal against stock pyHanko, and against the bare cryptography in it."""
    now = clock.now()
    services = demo_services(folder, MovableClock(now))
    pki = open_demo_pki(folder / "keys")
    document = prepare_document(make_pdf(pages=3), "契約書", [PlannedSignature("Sig1")], None).content
    ours = cpu_seconds(lambda: _seal(services.sealer, document, folder, now))
    signer, key = _stock_signer(pki), _witness_key(pki)
    stock = cpu_seconds(lambda: _seal_with_stock_pyhanko(signer, document))
    bare = cpu_seconds(lambda: _sign_bare(key, document))
    return [
        _faster("b_lt_seal_against_stock_b_b", stock / ours, 2.0, ours=ours, stock=stock),
        _at_most("b_lt_seal_against_bare_rsa_and_sha256", ours / bare, 200.0, ours=ours, bare=bare),
    ]


def cpu_seconds(work: Callable[[], object]) -> float:
    """Median CPU time of one call, after a call that warms up."""
    work()
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return statistics.median(spent)


def _seal(sealer: Sealer, document: bytes, folder: Path, now: datetime) -> None:
    source, tbs, done = folder / "source.pdf", folder / "tbs.pdf", folder / "done.pdf"
    source.write_bytes(document)
    request = SignatureRequest(field_name="Sig1", reason="測定")
    prepared = sealer.prepare_signature(source, tbs, request, now)
    sealed = sealer.sign(prepared.digest)
    embed(tbs, done, prepared, sealed.cms)


def _stock_signer(pki: DemoPki) -> signers.SimpleSigner:
    signer = signers.SimpleSigner.load_pkcs12(str(pki.witness_p12), passphrase=pki.witness_password)
    assert signer is not None
    return signer


def _seal_with_stock_pyhanko(signer: signers.SimpleSigner, document: bytes) -> None:
    metadata = signers.PdfSignatureMetadata(field_name="Sig1", md_algorithm="sha256")
    signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(document)), metadata, signer, existing_fields_only=True
    )


def _witness_key(pki: DemoPki) -> rsa.RSAPrivateKey:
    key, _, _ = pkcs12.load_key_and_certificates(pki.witness_p12.read_bytes(), pki.witness_password)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _sign_bare(key: rsa.RSAPrivateKey, document: bytes) -> None:
    key.sign(hashlib.sha256(document).digest(), padding.PKCS1v15(), hashes.SHA256())


def _faster(name: str, ratio: float, limit: float, **detail: float) -> dict[str, object]:
    return _line(name, ratio, limit, ratio >= limit, f"at least {limit:g} times faster", detail)


def _at_most(name: str, ratio: float, limit: float, **detail: float) -> dict[str, object]:
    return _line(name, ratio, limit, ratio <= limit, f"at most {limit:g} times", detail)


def _line(
    name: str, ratio: float, limit: float, ok: bool, wanted: str, detail: dict[str, float]
) -> dict[str, object]:
    times = ", ".join(f"{key} {1000 * seconds:.2f} ms CPU" for key, seconds in detail.items())
    return {
        "name": name,
        "ratio": round(ratio, 2),
        "limit": limit,
        "ok": ok,
        "detail": f"{wanted}; {times}; RSA-3072, 3 pages",
    }


if __name__ == "__main__":
    main()
