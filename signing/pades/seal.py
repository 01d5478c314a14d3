"""Sealing a PDF (電子署名) in three steps, so that a crash between them costs nothing.

prepare: an incremental revision with a hole, and the digest of everything around it (not reproducible);
sign: the CMS for that digest, with its time-stamp; embed: a pure function of both.
"""

import shutil
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto import cms
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import constants
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, PreparedByteRangeDigest
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from signing.errors import SealingFailed, SigningRefused
from signing.pades.fill import DateFilling, fill_date
from signing.pades.profiles import (
    CHUNK,
    DIGEST,
    DSS_TOGETHER,
    LOCATION,
    SIGNATURE_ROOM,
    TIMESTAMP_ROOM,
    PdfASigner,
)
from signing.pades.revocation import RevocationSource
from signing.pades.signers import SealingKey
from signing.pades.timestamps import TimestampAdapter, Timestamper
from signing.pades.trust import TrustStore
from signing.pades.waiting import wait_for

Result = TypeVar("Result")

JST = timezone(timedelta(hours=9), "JST")


@dataclass(frozen=True)
class Prepared:
    """Digest of a prepared file and the place of its hole."""

    digest: bytes
    hole_start: int
    hole_end: int


@dataclass(frozen=True)
class SignatureRequest:
    """What one seal says: in which field, why, and what date it fills in."""

    field_name: str
    reason: str
    filling: DateFilling | None = None


@dataclass(frozen=True)
class Sealed:
    """A CMS object ready for the hole, and the proven time in it."""

    cms: bytes
    stamped_at: datetime


class Sealer:
    """Seals with one key and one set of authorities; opened once per process."""

    def __init__(
        self, key: SealingKey, timestamper: Timestamper, revocation: RevocationSource, trust: TrustStore
    ) -> None:
        self._key = key
        self._revocation = revocation
        self._trust = trust
        self._adapter = TimestampAdapter(timestamper)

    def prepare_signature(
        self, source: Path, work: Path, request: SignatureRequest, now: datetime
    ) -> Prepared:
        """Writes `source` and a new revision with an empty signature to `work` (B-LT in one revision)."""
        return _guarded(self._prepare_signature(source, work, request, now))

    def prepare_timestamp(self, source: Path, work: Path, field_name: str, now: datetime) -> Prepared:
        """Writes `source` and a new revision with an empty document time-stamp to `work` (B-LTA)."""
        return _guarded(self._prepare_timestamp(source, work, field_name, now))

    def sign(self, digest: bytes) -> Sealed:
        """The CMS signature over a digest: ESS signing-certificate-v2, no signing-time, time-stamped."""
        return _guarded(self._sign(digest))

    def stamp(self, digest: bytes) -> Sealed:
        """The document time-stamp over a digest."""
        return _guarded(self._stamp(digest))

    async def _prepare_signature(
        self, source: Path, work: Path, request: SignatureRequest, now: datetime
    ) -> Prepared:
        context = await self._context(now)
        metadata = PdfSignatureMetadata(
            field_name=request.field_name,
            subfilter=SigSeedSubFilter.PADES,
            md_algorithm=DIGEST,
            reason=request.reason,
            location=LOCATION,
            embed_validation_info=True,
            validation_context=context,
            dss_settings=DSS_TOGETHER,
        )
        signer = PdfASigner(
            metadata, self._key.signer, timestamper=self._adapter, signed_at=now.astimezone(JST)
        )
        shutil.copyfile(source, work)
        with work.open("r+b") as stream:
            writer = IncrementalPdfFileWriter(stream)
            if request.filling is not None:
                fill_date(writer, request.filling)
            prepared, _, _ = await signer.async_digest_doc_for_signing(
                writer,
                existing_fields_only=True,
                bytes_reserved=SIGNATURE_ROOM,
                in_place=True,
                chunk_size=CHUNK,
            )
        return _as_prepared(prepared)

    async def _prepare_timestamp(self, source: Path, work: Path, field_name: str, now: datetime) -> Prepared:
        context = await self._context(now)
        paths = [path async for path in self._adapter.validation_paths(context)]  # type: ignore[no-untyped-call]
        shutil.copyfile(source, work)
        with work.open("r+b") as stream:
            writer = IncrementalPdfFileWriter(stream)
            writer.register_extension(constants.ESIC_EXTENSION_1)
            DocumentSecurityStore.supply_dss_in_writer(
                writer, sig_contents=None, paths=paths, validation_context=context, embed_roots=True
            )
            embedder = PdfCMSEmbedder(new_field_spec=SigFieldSpec(sig_field_name=field_name)).write_cms(
                field_name=field_name, writer=writer, existing_fields_only=False
            )
            next(embedder)
            hole = DocumentTimestamp(bytes_reserved=TIMESTAMP_ROOM)  # type: ignore[no-untyped-call]
            embedder.send(SigObjSetup(sig_placeholder=hole))
            prepared, _ = embedder.send(SigIOSetup(md_algorithm=DIGEST, in_place=True, chunk_size=CHUNK))
        return _as_prepared(prepared)

    async def _sign(self, digest: bytes) -> Sealed:
        content = await self._key.signer.async_sign(digest, DIGEST, use_pades=True, timestamper=self._adapter)
        assert self._adapter.last_stamp is not None
        return Sealed(content.dump(), self._adapter.last_stamp.at)

    async def _stamp(self, digest: bytes) -> Sealed:
        token: cms.ContentInfo = await self._adapter.async_timestamp(digest, DIGEST)
        assert self._adapter.last_stamp is not None
        return Sealed(token.dump(), self._adapter.last_stamp.at)

    async def _context(self, now: datetime) -> ValidationContext:
        """Made anew for each seal from bytes: whatever is in it is written into the file."""
        certificates = [self._key.certificate, *self._key.chain, *await self._adapter.chains()]
        data = self._revocation.gather(certificates, now)
        return ValidationContext(
            trust_roots=self._trust.anchors,
            other_certs=[*certificates, *self._trust.intermediates],
            ocsps=[asn1_ocsp.OCSPResponse.load(response) for response in data.ocsps],
            crls=[asn1_crl.CertificateList.load(crl) for crl in data.crls],
            revocation_mode="hard-fail",
            allow_fetching=False,
            moment=now,
        )


def embed(tbs: Path, work: Path, prepared: Prepared, content: bytes) -> None:
    """Copies a prepared file to `work` and puts the CMS into its hole. The same input, the same bytes."""
    shutil.copyfile(tbs, work)
    hole = PreparedByteRangeDigest(prepared.digest, prepared.hole_start, prepared.hole_end)
    with work.open("r+b") as stream:
        hole.fill_with_cms(stream, content)


def approval_reason(name: str, email: str, at: datetime) -> str:
    """The reason that the signature panel shows (署名の理由, SIGN-61)."""
    return f"{name} 様 {email} が{at.astimezone(JST):%Y-%m-%d %H:%M:%S} +09:00 JSTに承認しました"


def _as_prepared(prepared: PreparedByteRangeDigest) -> Prepared:
    return Prepared(prepared.document_digest, prepared.reserved_region_start, prepared.reserved_region_end)


def _guarded(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs to the end; every fault comes out as one of ours."""
    try:
        return wait_for(work)
    except SigningRefused:
        raise
    except Exception as error:
        raise SealingFailed(reason=f"{type(error).__name__}: {error}") from error
