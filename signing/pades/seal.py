"""Sealing a PDF (電子署名) in three steps, so that a crash between them costs nothing.

prepare: an incremental revision with a hole, and the digest of everything around it (not reproducible);
sign: the CMS for that digest, with its time-stamp; embed: a pure function of both.
"""

import hashlib
import logging
import shutil
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import constants
from pyhanko.sign.signers.pdf_byterange import PdfSignedData
from pyhanko_certvalidator.errors import PathError, ValidationError

from signing.errors import CertificateUnusable, SealingFailed, SigningRefused, TimestampUnavailable
from signing.pades import appearances, cms
from signing.pades.algorithms import algorithm_for
from signing.pades.appearances import Appearance
from signing.pades.coverage import covered_by
from signing.pades.fill import DateFilling, fill_date
from signing.pades.holes import (
    JST,
    Prepared,
    add_signature,
    add_timestamp,
    fill_hole,
    prepare_hole,
    signature_field,
)
from signing.pades.identities import check_identity
from signing.pades.longterm import ValidationBook, ValidationData, write_dss
from signing.pades.profiles import SIGNATURE_ROOM, TIMESTAMP_ROOM, PadesProfile
from signing.pades.revocation import RevocationSource
from signing.pades.signers import Identity, SealingKey
from signing.pades.timestamps import Stamp, Timestamper, UnforeseenAuthority
from signing.pades.trust import TrustStore

__all__ = [
    "JST",
    "Identity",
    "Prepared",
    "Sealed",
    "Sealer",
    "SignatureRequest",
    "approval_reason",
    "embed",
]

_REMEMBERED = 256
_APART_FROM_CHAINS = 5 << 10
"""Bytes: attributes, signature values, and what a token has besides its chain."""
_SPARE = 512


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignatureRequest:
    """What one seal says: in which field, why, what date it fills in, and what is seen of it (可視署名)."""

    field_name: str
    reason: str
    filling: DateFilling | None = None
    appearance: Appearance | None = None


@dataclass(frozen=True)
class Sealed:
    """A CMS object ready for the hole, and the proven time in it (none at level B-B)."""

    cms: bytes
    stamped_at: datetime | None


class Sealer:
    """Seals with one key and one set of authorities; opened once per process.

    A party's own key, or the certificate of a signer whose key is elsewhere, is handed in for each seal.
    """

    def __init__(
        self,
        key: SealingKey,
        timestamper: Timestamper,
        revocation: RevocationSource,
        trust: TrustStore,
        profile: PadesProfile | None = None,
    ) -> None:
        self.profile = profile or PadesProfile()
        self._key = key.following(self.profile)
        self._revocation = revocation
        self._trust = trust
        self._timestamper = timestamper
        self._book = ValidationBook(revocation, trust)
        self._prepared: OrderedDict[bytes, _Expected] = OrderedDict()
        self._largest = 0

    @property
    def timestamper(self) -> Timestamper:
        """The authorities that it asks; archive time-stamps are renewed by the same."""
        return self._timestamper

    @property
    def revocation(self) -> RevocationSource:
        """Where it asks for revocation data."""
        return self._revocation

    def prepare_signature(
        self,
        source: Path,
        work: Path,
        request: SignatureRequest,
        now: datetime,
        key: SealingKey | None = None,
        identity: Identity | None = None,
    ) -> Prepared:
        """Writes `source` and a new revision with an empty signature to `work` (B-LT in one revision).

        With a signature policy the reason is left out: the baseline forbids both (EN 319 142-1, 6.3 m).
        """
        signer = identity or (key or self._key).identity
        algorithm_for(signer.certificate, self.profile)
        with _guard():
            expected = self._expected(signer, now, may_lack_authority=identity is not None)

            def write(writer: IncrementalPdfFileWriter) -> PdfSignedData:
                field = signature_field(writer, request.field_name)
                if request.filling is not None:
                    fill_date(writer, request.filling)
                if request.appearance is not None:
                    appearances.place(writer, field, request.appearance)
                if expected.data is not None:
                    write_dss(writer, expected.data)
                reason = None if self.profile.policy else request.reason
                return add_signature(writer, field, reason, now, expected.room)

            return self._remembered(prepare_hole(source, work, self.profile.digest, write), expected)

    def prepare_timestamp(
        self,
        source: Path,
        work: Path,
        field_name: str,
        now: datetime,
        signers: Sequence[Identity] = (),
    ) -> Prepared:
        """Writes `source` and a new revision with an empty document time-stamp to `work` (B-LTA).

        `signers` are those whose signatures were time-stamped long after they were prepared: what proves that
        their certificates still stood comes with this revision.
        """
        with _guard():
            expected = self._expected(None, now)
            late = [self._still_standing(signer, now) for signer in signers]

            def write(writer: IncrementalPdfFileWriter) -> PdfSignedData:
                writer.register_extension(constants.ESIC_EXTENSION_1)
                for data in (expected.data, *late):
                    if data is not None:
                        write_dss(writer, data)
                return add_timestamp(writer, field_name, expected.room)

            return self._remembered(prepare_hole(source, work, "sha256", write), expected)

    def attributes(self, digest: bytes, identity: Identity) -> bytes:
        """The signed attributes (DER) for a prepared digest: what the signer's key signs."""
        return cms.signed_attributes(digest, identity.certificate, self.profile.policy)

    def sign(self, digest: bytes, key: SealingKey | None = None, tbs: Path | None = None) -> Sealed:
        """The CMS signature over a digest: ESS signing-certificate-v2, no signing-time, time-stamped.

        `tbs`: the prepared file, from which is read who may stamp it where another process has prepared it.
        """
        used = self._key if key is None else key.following(self.profile)
        attributes = self.attributes(digest, used.identity)
        with _guard():
            signature = used.sign(attributes)
        return self.finish(attributes, signature, used.identity, tbs)

    def finish(
        self, attributes: bytes, signature: bytes, identity: Identity, tbs: Path | None = None
    ) -> Sealed:
        """Puts a signature over `attributes` and its time-stamp together, once it fits the certificate."""
        algorithm = algorithm_for(identity.certificate, self.profile)
        cms.check_signature(identity.certificate, attributes, signature)
        token, at = None, None
        if self.profile.level.has_timestamp:
            stamp = self._stamp(hashlib.sha256(signature).digest(), cms.message_digest(attributes), tbs)
            token, at = stamp.token, stamp.at
        content = cms.assemble(attributes, signature, identity.certificate, identity.chain, algorithm, token)
        return self._fitting(Sealed(content, at), cms.message_digest(attributes))

    def stamp(self, digest: bytes, tbs: Path | None = None) -> Sealed:
        """The document time-stamp over a digest; `tbs` as in `sign`."""
        stamp = self._stamp(digest, digest, tbs)
        return self._fitting(Sealed(stamp.token, stamp.at), digest)

    def check(self, now: datetime, identity: Identity | None = None) -> Identity:
        """Refuses a certificate (the service's own, or a party's) that nothing may be signed with now.

        Gives it back with its whole chain. CertificateUnusable says why not: expired, not yet valid, revoked,
        untrusted, weak.
        """
        with _guard():
            return check_identity(identity or self._key.identity, self._trust, self._revocation, now)

    @property
    def own_identity(self) -> Identity:
        """The certificate and chain of the service's own key."""
        return self._key.identity

    def forget(self, digest: bytes) -> None:
        """Lets any trusted authority stamp this prepared file: a party's signature is not made anew here."""
        self._prepared.pop(digest, None)

    def _expected(
        self, signer: Identity | None, now: datetime, *, may_lack_authority: bool = False
    ) -> "_Expected":
        """Evidence of this signer and the authorities alone: whatever is returned is written into the file.

        A party signs although no authority answers: the evidence of whichever stamps comes with the last
        time-stamp of the document, in its own revision.
        """
        if signer is not None and not self.profile.level.has_revocation_data:
            return _Expected(None, None, self._room(signer, []))
        try:
            chains = self._timestamper.foresee()
        except TimestampUnavailable:
            if not may_lack_authority or signer is None:
                raise
            data = self._book.gather([signer.certificate, *signer.chain], [], now)
            return _Expected(data, None, self._room(signer, []))
        above = {c.sha256: c for chain in chains for c in chain.certificates}
        certificates = [signer.certificate, *signer.chain] if signer else []
        data = self._book.gather(certificates, list(above.values()), now)
        authorities = frozenset(chain.fingerprint for chain in chains)
        return _Expected(data, authorities, self._room(signer, list(above.values())))

    def _still_standing(self, signer: Identity, now: datetime) -> ValidationData | None:
        """Today's evidence of a signer; none where the certificate has ended or was revoked since its signature."""
        try:
            return self._book.gather([signer.certificate, *signer.chain], [], now)
        except (CertificateUnusable, PathError, ValidationError) as error:
            log.warning("no new evidence of %s: %s", signer.certificate.subject.human_friendly, error)
            return None

    def _room(self, signer: Identity | None, authorities: Sequence[x509.Certificate]) -> int:
        """Hexadecimal digits to keep free: the usual room, more for long chains and large tokens."""
        own = [signer.certificate, *signer.chain] if signer else []
        chains = sum(len(c.dump()) for c in own) + 2 * sum(len(c.dump()) for c in authorities)
        usual = SIGNATURE_ROOM if signer else TIMESTAMP_ROOM
        return max(usual, 2 * (chains + _APART_FROM_CHAINS), 2 * (self._largest + _SPARE))

    def _fitting(self, sealed: Sealed, prepared_digest: bytes) -> Sealed:
        """What was made, if the hole is large enough; otherwise the file is prepared again, with more room."""
        self._largest = max(self._largest, len(sealed.cms))
        expected = self._prepared.get(prepared_digest)
        if expected is not None and 2 * len(sealed.cms) > expected.room:
            raise UnforeseenAuthority(
                reason=f"署名値が{len(sealed.cms)}バイトあり、用意した場所に入らないため、準備からやり直します。"
            )
        return sealed

    def _remembered(self, prepared: Prepared, expected: "_Expected") -> Prepared:
        """Keeps which authorities this file has evidence for; only those may stamp it."""
        self._prepared[prepared.digest] = expected
        while len(self._prepared) > _REMEMBERED:
            self._prepared.popitem(last=False)
        return prepared

    def _stamp(self, imprint: bytes, prepared_digest: bytes, tbs: Path | None) -> Stamp:
        """A token by an authority whose evidence is in the file."""
        with _guard():
            return self._timestamper.stamp(imprint, self._covered(prepared_digest, tbs))

    def _covered(self, prepared_digest: bytes, tbs: Path | None) -> frozenset[bytes] | None:
        """Who may stamp a prepared file: remembered, or read from it; without the file, whoever is known now."""
        if prepared_digest in self._prepared:
            return self._prepared[prepared_digest].authorities
        chains = self._timestamper.foresee()
        if tbs is None or not self.profile.level.has_revocation_data:
            return frozenset(chain.fingerprint for chain in chains)
        return covered_by(tbs, chains, self._timestamper.now)


@dataclass(frozen=True)
class _Expected:
    """What a prepared file holds: evidence, the authorities' certificates that it covers, and its room."""

    data: ValidationData | None
    authorities: frozenset[bytes] | None
    room: int


def embed(tbs: Path, work: Path, prepared: Prepared, content: bytes) -> None:
    """Copies a prepared file to `work` and puts the CMS into its hole. The same input, the same bytes."""
    shutil.copyfile(tbs, work)
    with work.open("r+b") as stream:
        fill_hole(stream, prepared, content)


def approval_reason(name: str, email: str, at: datetime) -> str:
    """The reason that the signature panel shows (署名の理由, SIGN-61)."""
    return f"{name} 様 {email} が{at.astimezone(JST):%Y-%m-%d %H:%M:%S} +09:00 JSTに承認しました"


@contextmanager
def _guard() -> Iterator[None]:
    """Every fault comes out as one of ours."""
    try:
        yield
    except SigningRefused:
        raise
    except Exception as error:  # pyHanko and the token libraries have exceptions of their own
        raise SealingFailed(reason=f"{type(error).__name__}: {error}") from error
