"""Coverage of time-stamps (検証情報の有無): for which authorities a prepared file holds what a seal needs of them.

Whoever prepared a file knows. Another process that finishes it, because the first one died, reads it from the file.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.pades.longterm import entry_of, is_answered
from signing.pades.timestamps import AuthorityChain


def covered_by(prepared: Path, chains: Iterable[AuthorityChain], now: datetime) -> frozenset[bytes]:
    """Fingerprints of the authorities whose whole chain has an answer in force in the file's DSS."""
    kept = _kept(prepared)
    certificates = frozenset(kept["/Certs"])
    ocsps = [asn1_ocsp.OCSPResponse.load(content) for content in kept["/OCSPs"]]
    crls = [asn1_crl.CertificateList.load(content) for content in kept["/CRLs"]]
    return frozenset(
        chain.fingerprint
        for chain in chains
        if all(c.dump() in certificates and is_answered(c, ocsps, crls, now) for c in chain.certificates)
    )


def _kept(path: Path) -> dict[str, list[bytes]]:
    """What the document security store (DSS) of a file of our own holds."""
    with path.open("rb") as stream:
        store = entry_of(PdfFileReader(stream).root, "/DSS") or {}
        return {
            kind: [entry.get_object().data for entry in entry_of(store, kind) or ()]
            for kind in ("/Certs", "/OCSPs", "/CRLs")
        }
