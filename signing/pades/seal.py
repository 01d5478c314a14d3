"""Sealing a PDF (電子署名) in three steps, so that a crash between them costs nothing.

prepare: an incremental revision with a hole, and the digest of everything around it (not reproducible);
sign: the CMS for that digest, with its time-stamp; embed: a pure function of both.
"""

import hashlib
import shutil
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto import cms as asn1_cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import constants
from pyhanko.sign.signers.pdf_byterange import PdfSignedData

from signing.errors import SealingFailed, SigningRefused
from signing.pades import cms
from signing.pades.algorithms import algorithm_for
from signing.pades.fill import DateFilling, fill_date
from signing.pades.holes import JST, Prepared, add_signature, add_timestamp, fill_hole, prepare_hole
from signing.pades.longterm import ValidationBook, ValidationData, write_dss
from signing.pades.profiles import PadesProfile
from signing.pades.revocation import RevocationSource
from signing.pades.signers import Identity, SealingKey
from signing.pades.timestamps import Stamp, TimestampAdapter, Timestamper
from signing.pades.trust import TrustStore
from signing.pades.waiting import wait_for

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

Result = TypeVar("Result")


@dataclass(frozen=True)
class SignatureRequest:
    """What one seal says: in which field, why, and what date it fills in."""

    field_name: str
    reason: str
    filling: DateFilling | None = None


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
        self._adapter = TimestampAdapter(timestamper)
        self._book = ValidationBook(revocation, trust)

    def prepare_signature(
        self,
        source: Path,
        work: Path,
        request: SignatureRequest,
        now: datetime,
        key: SealingKey | None = None,
        identity: Identity | None = None,
    ) -> Prepared:
        """Writes `source` and a new revision with an empty signature to `work` (B-LT in one revision)."""
        signer = identity or (key or self._key).identity
        algorithm_for(signer.certificate, self.profile)
        return _guarded(self._prepare_signature(source, work, request, now, signer))

    def prepare_timestamp(self, source: Path, work: Path, field_name: str, now: datetime) -> Prepared:
        """Writes `source` and a new revision with an empty document time-stamp to `work` (B-LTA)."""
        return _guarded(self._prepare_timestamp(source, work, field_name, now))

    def attributes(self, digest: bytes, identity: Identity) -> bytes:
        """The signed attributes (DER) for a prepared digest: what the signer's key signs."""
        return cms.signed_attributes(digest, identity.certificate, self.profile.policy)

    def sign(self, digest: bytes, key: SealingKey | None = None) -> Sealed:
        """The CMS signature over a digest: ESS signing-certificate-v2, no signing-time, time-stamped."""
        used = self._key if key is None else key.following(self.profile)
        attributes = self.attributes(digest, used.identity)
        return self.finish(attributes, _raw_signature(used, attributes), used.identity)

    def finish(self, attributes: bytes, signature: bytes, identity: Identity) -> Sealed:
        """Puts a signature over `attributes` and its time-stamp together, once it fits the certificate."""
        algorithm = algorithm_for(identity.certificate, self.profile)
        cms.check_signature(identity.certificate, attributes, signature)
        stamp = None
        if self.profile.level.has_timestamp:
            stamp = _guarded(self._stamp(hashlib.sha256(signature).digest()))
        content = cms.assemble(
            attributes,
            signature,
            identity.certificate,
            identity.chain,
            algorithm,
            stamp.token if stamp else None,
        )
        return Sealed(content, stamp.at if stamp else None)

    def stamp(self, digest: bytes) -> Sealed:
        """The document time-stamp over a digest."""
        stamp = _guarded(self._stamp(digest))
        return Sealed(stamp.token, stamp.at)

    async def _prepare_signature(
        self, source: Path, work: Path, request: SignatureRequest, now: datetime, signer: Identity
    ) -> Prepared:
        data = await self._evidence(signer, now) if self.profile.level.has_revocation_data else None

        def write(writer: IncrementalPdfFileWriter) -> PdfSignedData:
            if request.filling is not None:
                fill_date(writer, request.filling)
            if data is not None:
                write_dss(writer, data)
            return add_signature(writer, request.field_name, request.reason, now)

        return prepare_hole(source, work, self.profile.digest, write)

    async def _prepare_timestamp(self, source: Path, work: Path, field_name: str, now: datetime) -> Prepared:
        data = await self._evidence(None, now)

        def write(writer: IncrementalPdfFileWriter) -> PdfSignedData:
            writer.register_extension(constants.ESIC_EXTENSION_1)
            write_dss(writer, data)
            return add_timestamp(writer, field_name)

        return prepare_hole(source, work, "sha256", write)

    async def _evidence(self, signer: Identity | None, now: datetime) -> ValidationData:
        """Of this signer and the authorities alone: whatever is returned is written into the file."""
        certificates = [signer.certificate, *signer.chain] if signer else []
        return await self._book.gather(certificates, await self._adapter.chains(), now)

    async def _stamp(self, digest: bytes) -> Stamp:
        token: asn1_cms.ContentInfo = await self._adapter.async_timestamp(digest, "sha256")
        assert self._adapter.last_stamp is not None
        return Stamp(token.dump(), self._adapter.last_stamp.at)


def embed(tbs: Path, work: Path, prepared: Prepared, content: bytes) -> None:
    """Copies a prepared file to `work` and puts the CMS into its hole. The same input, the same bytes."""
    shutil.copyfile(tbs, work)
    with work.open("r+b") as stream:
        fill_hole(stream, prepared, content)


def approval_reason(name: str, email: str, at: datetime) -> str:
    """The reason that the signature panel shows (署名の理由, SIGN-61)."""
    return f"{name} 様 {email} が{at.astimezone(JST):%Y-%m-%d %H:%M:%S} +09:00 JSTに承認しました"


def _raw_signature(key: SealingKey, attributes: bytes) -> bytes:
    try:
        return key.sign(attributes)
    except SigningRefused:
        raise
    except Exception as error:  # a token has exceptions of its own for every fault
        raise SealingFailed(reason=f"{type(error).__name__}: {error}") from error


def _guarded(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs to the end; every fault comes out as one of ours."""
    try:
        return wait_for(work)
    except SigningRefused:
        raise
    except Exception as error:
        raise SealingFailed(reason=f"{type(error).__name__}: {error}") from error
