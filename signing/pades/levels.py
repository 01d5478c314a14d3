"""Level of a signature (署名レベル): claimed only when its parts are there and valid."""

from dataclasses import dataclass, field
from datetime import datetime

from pyhanko.pdf_utils.reader import PdfFileReader

from signing.pades.fields import FoundSignature
from signing.pades.paths import Evidence
from signing.pades.stores import Store, read_store
from signing.pades.trust import TrustStore
from signing.pades.validation import Finding, Stamp


@dataclass
class Archives:
    """Validation data as it lay in the file when a document time-stamp was put over it."""

    reader: PdfFileReader
    trust: TrustStore
    now: datetime
    store: Store
    evidence: Evidence
    _known: dict[int, Evidence] = field(default_factory=dict)

    def at(self, revision: int) -> Evidence:
        """The evidence that a time-stamp of this revision covers."""
        if revision not in self._known:
            self._known[revision] = self._read(revision)
        return self._known[revision]

    def _read(self, revision: int) -> Evidence:
        if revision + 1 >= self.reader.xrefs.total_revisions:
            return self.evidence
        then = read_store(self.reader.get_historical_resolver(revision).root)
        if _size(then) == _size(self.store):
            return self.evidence
        evidence = Evidence(self.trust, self.now, then.certificates, then.ocsps, then.crls)
        evidence.add(self.store.certificates)
        return evidence


@dataclass(frozen=True)
class Level:
    """`name`: B-B, B-T, B-LT, B-LTA, PKCS7 or RFC3161. `is_long_term`: it can be judged without anybody's help."""

    name: str
    is_long_term: bool = False
    missing: str = ""


async def level_of(signature: FoundSignature, finding: Finding, archives: Archives) -> Level:
    """The level that a signature really has."""
    stamps = [stamp for stamp in finding.stamps if stamp.is_valid]
    if signature.is_timestamp:
        return Level("RFC3161", bool(stamps) and finding.chain.is_complete)
    complete = finding.is_trusted and finding.chain.is_complete
    timed = bool(stamps or finding.covering)
    authorities = all(stamp.chain.is_complete for stamp in stamps)
    is_long_term = complete and timed and authorities
    missing = not_baseline(signature)
    if missing:
        return Level("PKCS7", is_long_term, missing)
    if not finding.is_intact or not timed:
        return Level("B-B")
    if not complete or not archives.store.has_revocation_data:
        return Level("B-T")
    if await _is_archived(finding, archives):
        return Level("B-LTA", is_long_term)
    return Level("B-LT", is_long_term)


def not_baseline(signature: FoundSignature) -> str:
    """What keeps a signature from being a PAdES baseline one; empty when nothing does."""
    if signature.subfilter != "/ETSI.CAdES.detached" or signature.embedded is None:
        return "形式がPAdESではありません"
    attributes = {attribute["type"].native for attribute in signature.embedded.signer_info["signed_attrs"]}
    if not attributes & {"signing_certificate", "signing_certificate_v2"}:
        return "署名者の証明書を特定する属性(ESS signing-certificate)がありません"
    if "signing_time" in attributes:
        return "PAdESベースラインでは使わない属性(signing-time)があります"
    return ""


async def _is_archived(finding: Finding, archives: Archives) -> bool:
    assert finding.certificate is not None
    assert finding.judged_at is not None
    for stamp in reversed(finding.covering):
        evidence = archives.at(_revision(stamp))
        chain = await evidence.chain(finding.certificate, finding.judged_at)
        if chain.is_trusted and chain.is_complete:
            return True
    return False


def _revision(stamp: Stamp) -> int:
    return stamp.revision


def _size(store: Store) -> tuple[int, int, int]:
    return len(store.certificates), len(store.ocsps), len(store.crls)
