"""Validation of one signature (署名の検証) after ETSI EN 319 102-1: its mathematics, its time, its chain.

Time comes from proofs alone: a time-stamp proves what it covers, if its own chain stands at the moment that
a later time-stamp proves, or now for the last one. So each signature is judged once.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from asn1crypto import cms, tsp, x509
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from signing.pades.digests import digest_of
from signing.pades.fields import FoundSignature
from signing.pades.integrity import UnknownAlgorithm, is_intact, known_hasher
from signing.pades.paths import Chain, ChainFault, Evidence
from signing.pades.structure import CHUNK


@dataclass(frozen=True)
class Stamp:
    """A time-stamp token (タイムスタンプ), checked: `is_intact` when it is the stamp of these very bytes."""

    at: datetime
    certificate: x509.Certificate
    chain: Chain
    is_intact: bool
    revision: int = -1

    @property
    def is_valid(self) -> bool:
        return self.is_intact and self.chain.is_trusted


@dataclass
class Finding:
    """What the validation found out about one signature or document time-stamp."""

    is_intact: bool = False
    is_unknown: bool = False
    """It uses an algorithm that we cannot compute: nobody can say whether it is intact."""
    chain: Chain = field(default_factory=lambda: Chain(fault=ChainFault.OTHER))
    certificate: x509.Certificate | None = None
    judged_at: datetime | None = None
    proven_at: datetime | None = None
    stamps: list[Stamp] = field(default_factory=list)
    unread_stamps: int = 0
    """Time-stamps that came with the signature and that cannot be read."""
    covering: list[Stamp] = field(default_factory=list)
    """Valid document time-stamps over this signature, the earliest first."""

    @property
    def is_trusted(self) -> bool:
        return self.is_intact and self.chain.is_trusted

    @property
    def has_valid_stamp(self) -> bool:
        return any(stamp.is_valid for stamp in self.stamps)


Digest = Callable[[str], bytes]


def range_digest(signature: FoundSignature) -> Digest:
    """The hash of the bytes that a signature covers; each algorithm once."""
    known: dict[str, bytes] = {}

    def digest(name: str) -> bytes:
        if name not in known:
            assert signature.embedded is not None
            assert signature.byte_range is not None
            stream = signature.embedded.reader.stream
            made = known_hasher(name)
            a, b, c, d = signature.byte_range
            for start, length in ((a, b), (c, d)):
                stream.seek(start, io.SEEK_SET)
                while length > 0 and (piece := stream.read(min(length, CHUNK))):
                    made.update(piece)
                    length -= len(piece)
            known[name] = made.digest()
        return known[name]

    return digest


async def validate_all(
    signatures: Sequence[FoundSignature], evidence: Evidence, now: datetime
) -> dict[int, Finding]:
    """Judges every signature that can be read, by its place in the list; the last time-stamp first."""
    found: dict[int, Finding] = {}
    covering: list[Stamp] = []
    order = sorted(enumerate(signatures), key=lambda item: item[1].end, reverse=True)
    for place, signature in order:
        if signature.embedded is None or signature.is_broken:
            found[place] = Finding(certificate=None)
            continue
        known_since = min((stamp.at for stamp in covering), default=now)
        try:
            finding = await _one(signature, evidence, known_since, bool(covering))
        except UnknownAlgorithm:
            finding = Finding(certificate=signature.embedded.signer_cert, is_unknown=True)
        finding.covering = list(reversed(covering))
        if signature.is_timestamp:
            covering += [stamp for stamp in finding.stamps if stamp.is_valid]
        found[place] = finding
    return found


async def _one(
    signature: FoundSignature, evidence: Evidence, known_since: datetime, is_covered: bool
) -> Finding:
    if signature.is_timestamp:
        return await _document_stamp(signature, evidence, known_since)
    return await _signature(signature, evidence, known_since, is_covered)


async def _document_stamp(signature: FoundSignature, evidence: Evidence, known_since: datetime) -> Finding:
    assert signature.embedded is not None
    stamp = await check_token(signature.embedded.signed_data, range_digest(signature), evidence, known_since)
    stamp = replace(stamp, revision=signature.revision)
    return Finding(
        is_intact=stamp.is_intact,
        chain=stamp.chain,
        certificate=stamp.certificate,
        judged_at=known_since,
        proven_at=stamp.at,
        stamps=[stamp],
    )


async def _signature(
    signature: FoundSignature, evidence: Evidence, known_since: datetime, is_covered: bool
) -> Finding:
    embedded = signature.embedded
    assert embedded is not None
    finding = Finding(certificate=embedded.signer_cert)
    finding.is_intact = is_intact(embedded.signed_data, range_digest(signature)(embedded.md_algorithm))
    evidence.add(embedded.other_embedded_certs)
    value = embedded.signer_info["signature"].native
    tokens, finding.unread_stamps = _tokens(embedded.signer_info)
    for token in tokens:
        try:
            stamp = await check_token(token, lambda name: digest_of(name, value), evidence, known_since)
        except (ValueError, TypeError, KeyError, UnknownAlgorithm):
            finding.unread_stamps += 1
        else:
            finding.stamps.append(stamp)
    proofs = [stamp.at for stamp in finding.stamps if stamp.is_valid]
    if is_covered:
        proofs.append(known_since)
    finding.proven_at = min(proofs, default=None)
    finding.judged_at = finding.proven_at or known_since
    finding.chain = await evidence.chain(embedded.signer_cert, finding.judged_at)
    return finding


def _tokens(signer: cms.SignerInfo) -> tuple[list[cms.SignedData], int]:
    """The time-stamps over a signature, and 1 if what stands there is none."""
    try:
        return list(extract_tst_data_iter(signer, signed=False)), 0
    except (ValueError, TypeError, KeyError):
        return [], 1


async def check_token(
    token: cms.SignedData, digest: Digest, evidence: Evidence, known_since: datetime
) -> Stamp:
    """A time-stamp token as of the moment at which it is known to have existed."""
    info = token["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo):
        raise ValueError("no time-stamp token")
    certificates = extract_certificate_info(token)
    evidence.add(certificates.other_certs)
    imprint = info["message_imprint"]
    matches = digest(imprint["hash_algorithm"]["algorithm"].native) == imprint["hashed_message"].native
    name = extract_signer_info(token)["digest_algorithm"]["algorithm"].native
    content = digest_of(name, bytes(token["encap_content_info"]["content"]))
    is_whole = matches and is_intact(token, content)
    certificate = certificates.signer_cert
    at: datetime = info["gen_time"].native
    return Stamp(at, certificate, await _authority(evidence, certificate, at, known_since), is_whole)


async def _authority(
    evidence: Evidence, certificate: x509.Certificate, at: datetime, known_since: datetime
) -> Chain:
    """An authority's chain. Whether it was revoked since its stamp cannot be known without asking; the data in
    the file says that it was good when it stamped, and that is taken to hold.
    """
    chain = await evidence.chain(certificate, known_since, is_authority=True)
    if not chain.is_trusted or chain.is_complete or at >= known_since:
        return chain
    then = await evidence.chain(certificate, at, is_authority=True)
    if not then.is_trusted or then.revocation == "unknown":
        return chain
    return replace(chain, revocation=then.revocation, is_complete=then.is_complete)
