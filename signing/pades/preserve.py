"""Renewal of an archive time-stamp (保存用タイムスタンプの更新): PDF in, longer PDF out; nothing before is touched.

One new revision holds the certificates and revocation data that prove the previous time-stamp, and a new
document time-stamp over everything (ETSI EN 319 142-1 5.5). The old file is the beginning of the new one, byte for byte.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.signers import constants
from pyhanko.sign.signers.pdf_byterange import PdfSignedData
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError

from signing.errors import SigningRefused
from signing.pades.algorithm_ends import AlgorithmEnds
from signing.pades.holding import (
    MARGIN,
    Holding,
    NoTimestamp,
    StampFacts,
    chain_facts,
    chain_of,
    holding,
    stamp_facts,
)
from signing.pades.holes import add_timestamp, fill_hole, prepare_hole
from signing.pades.longterm import ValidationBook, write_dss
from signing.pades.profiles import DIGESTS
from signing.pades.revocation import RevocationSource
from signing.pades.timestamps import AuthorityChain, Stamp, Timestamper, UnforeseenAuthority
from signing.pades.trust import TrustStore

MIN_GAIN = timedelta(days=30)
"""A new time-stamp that holds hardly longer than the old one is not worth a revision of the file."""
_PROBE = hashlib.sha256(b"warifu preservation").digest()
_CHUNK = 1 << 20


class RenewalFailed(SigningRefused):
    """The renewal did not come about; the document is as it was (保存用タイムスタンプの更新の失敗)."""

    code = "renewal_failed"
    text = "保存用タイムスタンプを更新できませんでした。"
    remedy = "文書は元のまま保管されています。あとで自動的にやり直します。"


class NoLongerTimestamp(RenewalFailed):
    code = "no_longer_timestamp"
    text = "時刻認証局の証明書が新しくなっていないため、更新しても有効期間が延びません。"
    remedy = "時刻認証局に証明書の更新予定を確認するか、有効期間の長い時刻認証局を設定に加えてください。"


@dataclass(frozen=True)
class PreviousStamp:
    """The newest document time-stamp of a file: its token, what it rests on, and the certificates for it."""

    token: bytes
    facts: StampFacts
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class RenewedFile:
    """What a renewal brought: the new token, by whom and when, and how long the file held and holds."""

    token: bytes
    authority: str
    stamped_at: datetime
    before: Holding
    after: Holding


@dataclass(frozen=True)
class Preserver:
    """Renews with the same authorities, revocation data and trust as sealing does (更新の道具)."""

    timestamper: Timestamper
    revocation: RevocationSource
    trust: TrustStore
    ends: AlgorithmEnds
    margin: timedelta = MARGIN
    min_gain: timedelta = MIN_GAIN

    def holding_of(self, facts: StampFacts) -> Holding:
        """Until when a time-stamp holds by our table and margin."""
        return holding(facts, self.ends, self.margin)

    def token_holding(self, token: bytes) -> Holding:
        """The same from a token alone, with the intermediate certificates that are configured."""
        return self.holding_of(stamp_facts(token, self.trust.intermediates))

    def renew(self, source: Path, work: Path, now: datetime) -> RenewedFile:
        """Writes `source` and the renewing revision to `work`. The caller has verified `source` as valid.

        Raises NoTimestamp, NoLongerTimestamp, RevocationUnavailable, TimestampUnavailable, RenewalFailed.
        """
        previous = previous_stamp(source, self.trust)
        before = self.holding_of(previous.facts)
        try:
            stamp = self._stamped(source, work, previous, before, now)
        except UnforeseenAuthority:  # its new certificate is known now
            stamp = self._stamped(source, work, previous, before, now)
        if not begins_with(work, source):
            raise RenewalFailed(reason="the renewed file does not begin with the file before it")
        facts = stamp_facts(stamp.token, stamp.chain.certificates)
        after = self.holding_of(facts)
        if after.until < before.until + self.min_gain:  # its own signature may be weaker than was foreseen
            raise _no_longer(before, after.until)
        return RenewedFile(stamp.token, facts.authority, stamp.at, before, after)

    def _stamped(
        self, source: Path, work: Path, previous: PreviousStamp, before: Holding, now: datetime
    ) -> Stamp:
        chains = self._longer(before, now)
        digest = self.ends.digest_until(max(_end_of(chain) for chain in chains), DIGESTS)
        authorities = [*previous.chain, *(c for chain in chains for c in chain.certificates)]
        book = ValidationBook(self.revocation, self.trust)
        try:
            data = book.gather([], authorities, now)
        except SigningRefused:
            raise
        except Exception as error:  # the validator has exceptions of its own for every fault
            reason = f"{type(error).__name__}: {error}"
            raise RenewalFailed("前のタイムスタンプの証明書を確かめられません。", reason=reason) from error

        def write(writer: IncrementalPdfFileWriter) -> PdfSignedData:
            writer.register_extension(constants.ESIC_EXTENSION_1)
            write_dss(writer, data)
            return add_timestamp(writer, _free_field_name(writer))

        prepared = prepare_hole(source, work, digest, write)
        stamp = self.timestamper.stamp(prepared.digest, {chain.fingerprint for chain in chains})
        with work.open("r+b") as stream:
            fill_hole(stream, prepared, stamp.token)
        return stamp

    def _longer(self, before: Holding, now: datetime) -> list[AuthorityChain]:
        """The authorities whose time-stamp would hold clearly longer than the one the file has."""
        chains = self._worth_it(before, now)
        if not chains:
            self.timestamper.stamp(_PROBE)  # it may have a new certificate that nobody has seen yet
            chains = self._worth_it(before, now)
        if not chains:
            best = max(self._until(chain, now) for chain in self.timestamper.foresee())
            raise _no_longer(before, best)
        return chains

    def _worth_it(self, before: Holding, now: datetime) -> list[AuthorityChain]:
        wanted = before.until + self.min_gain
        return [chain for chain in self.timestamper.foresee() if self._until(chain, now) >= wanted]

    def _until(self, chain: AuthorityChain, now: datetime) -> datetime:
        digests = (self.ends.digest_until(_end_of(chain), DIGESTS),)
        facts = chain_facts(chain.certificates[0], chain.certificates)
        return self.holding_of(StampFacts(now, digests, facts)).until


def previous_stamp(file: Path, trust: TrustStore) -> PreviousStamp:
    """The newest document time-stamp of a PDF."""
    with file.open("rb") as stream:
        reader = PdfFileReader(stream)
        stamps = reader.embedded_timestamp_signatures
        if not stamps:
            raise NoTimestamp()
        newest = max(stamps, key=lambda stamp: stamp.signed_revision)
        pool = [choice.chosen for choice in newest.signed_data["certificates"]]
        pool += [*_dss_certificates(reader), *trust.intermediates]
        known = [x509.Certificate.load(certificate.dump()) for certificate in pool]
        chain = chain_of(x509.Certificate.load(newest.signer_cert.dump()), known)
        token: bytes = cms.ContentInfo.load(newest.pkcs7_content).dump()  # without the padding of the hole
    below_root = tuple(certificate for certificate in chain if not certificate.self_issued)
    return PreviousStamp(token, stamp_facts(token, known), below_root)


def begins_with(file: Path, beginning: Path) -> bool:
    """Whether a file begins with another one, byte for byte, and goes on after it."""
    if file.stat().st_size <= beginning.stat().st_size:
        return False
    with file.open("rb") as whole, beginning.open("rb") as part:
        while chunk := part.read(_CHUNK):
            if whole.read(len(chunk)) != chunk:
                return False
    return True


def _no_longer(before: Holding, after: datetime) -> NoLongerTimestamp:
    return NoLongerTimestamp(reason=f"現在 {before.until:%Y-%m-%d} まで、更新後 {after:%Y-%m-%d} まで")


def _end_of(chain: AuthorityChain) -> datetime:
    certificates = chain_facts(chain.certificates[0], chain.certificates)
    return min(facts.not_after for facts in certificates)


def _dss_certificates(reader: PdfFileReader) -> list[x509.Certificate]:
    try:
        return list(DocumentSecurityStore.read_dss(reader).load_certs())
    except NoDSSFoundError:
        return []


def _free_field_name(writer: IncrementalPdfFileWriter) -> str:
    """ARCHIVE_1, ARCHIVE_2 ...: the first name that no field of the file bears."""
    taken = {name for name, _, _ in enumerate_sig_fields(writer)}
    return next(name for number in count(1) if (name := f"ARCHIVE_{number}") not in taken)
