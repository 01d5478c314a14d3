"""Verification (検証の速さと記憶量): beside stock pyHanko with its plain policy; the pictures are counted too."""

from __future__ import annotations

import asyncio
import io
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import x509
from pikepdf import Pdf
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore, async_validate_pdf_signature

from signing.pades.demo_pki import open_demo_pki
from signing.pades.trust import TrustStore
from signing.pades.verify import verify_pdf
from tests.benches import measuring, stock_verification
from tests.benches.materials import as_it_comes, contract_pdf
from tests.benches.memory import peak
from tests.signing.attacks.stock import Workshop, base_pdf

NOW = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
LARGE = 100 << 20


def figures(folder: Path) -> Iterator[dict[str, object]]:
    """Two signers, twenty signers, 100 MB."""
    shop = Workshop(open_demo_pki(folder / "keys"), NOW)
    base = contract_pdf()
    yield two_signers(shop, base)
    yield twenty_signers(shop, base)
    yield large_file(shop, folder)


def two_signers(shop: Workshop, base: bytes) -> dict[str, object]:
    """Two signers and a time-stamp, all of it, beside one B-LT signature by stock pyHanko."""
    one = shop.sign(base, "B-LT", "One", "一人目")
    two = shop.stamp(shop.sign(one, "B-LT", "Two", "二人目"))
    assert _ours(shop, two)
    assert _one_by_stock(one, shop.root)
    ours, stock = measuring.in_turns([lambda: _ours(shop, two), lambda: _one_by_stock(one, shop.root)], 9)
    return measuring.at_most("verification_two_signers", ours, stock, 6.0)


def twenty_signers(shop: Workshop, base: bytes) -> dict[str, object]:
    """Twenty B-LT signatures under one time-stamp, beside stock pyHanko; one tampered with besides."""
    content = base
    for number in range(20):
        content = shop.sign(content, "B-LT", f"Signer{number}", f"署名者{number}")
    content = shop.stamp(content)
    roots = [shop.root]
    changed = content.replace(b"/MediaBox [ 0 0 595", b"/MediaBox [ 0 0 594", 1)
    for file, verdict in ((content, True), (changed, content == changed)):
        assert _ours(shop, file) is stock_verification.all_pass(file, roots, LATER) is verdict
    ours, stock = measuring.in_turns(
        [lambda: _ours(shop, content), lambda: stock_verification.all_pass(content, roots, LATER)], 3
    )
    return measuring.faster("verification_twenty_signers", ours, stock, 4.0)


def large_file(shop: Workshop, folder: Path) -> dict[str, object]:
    """Peak memory of verifying 100 MB, pictures and all, above a process that is ready to verify."""

    def heavy(pdf: Pdf) -> None:
        pdf.Root.PieceInfo = pdf.make_stream(random.Random(1).randbytes(LARGE))

    path = folder / "large-signed.pdf"
    path.write_bytes(shop.stamp(shop.sign(base_pdf(change=heavy), "B-LT")))
    root = shop.root.dump().hex()
    idle, busy = (peak("tests.benches.verification", name, root) for name in ("", str(path)))
    above = (busy - idle) / 1e6
    detail = f"{path.stat().st_size / 1e6:.0f} MB file; idle {idle / 1e6:.0f} MB, peak {busy / 1e6:.0f} MB"
    return measuring.line("mb_above_idle_verifying_100_mb", above, 120.0, above <= 120.0, detail)


def _ours(shop: Workshop, content: bytes) -> bool:
    verdict = verify_pdf(content, shop.trust, LATER, look=True)
    return all(s.trusted and not s.problems for s in verdict.signatures)


@as_it_comes()
def _one_by_stock(content: bytes, root: x509.Certificate) -> bool:
    return asyncio.run(_validate(content, root))


async def _validate(content: bytes, root: x509.Certificate) -> bool:
    reader = PdfFileReader(io.BytesIO(content))
    settings = {"trust_roots": [root], "moment": LATER, "allow_fetching": False}
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(settings)
    [signature] = reader.embedded_regular_signatures
    status = await async_validate_pdf_signature(signature, context)
    return bool(status.bottom_line)


def _child(path: str, root: str) -> None:
    trust = TrustStore(roots=(x509.Certificate.load(bytes.fromhex(root)),))
    if path:
        verdict = verify_pdf(Path(path), trust, LATER, look=True)
        assert verdict.verdict in ("valid", "valid_with_warnings"), verdict
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")))


if __name__ == "__main__":
    _child(*sys.argv[1:])
