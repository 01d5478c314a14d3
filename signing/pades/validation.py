"""Validation of one signature (署名の検証) after ETSI EN 319 102-1, at the instant that the caller names."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import pyhanko_certvalidator.ltv.ades_past as past_module
import pyhanko_certvalidator.ltv.poe as poe_module
from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    ades,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_tst_signed_data
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import DocumentTimestampStatus, PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    NonRevokedStatusAssertion,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.pades import gone_issuers
from signing.pades.diffs import MemoDiffPolicy
from signing.pades.trust import TrustStore

_KEY_USAGE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)
_instant: ContextVar[datetime | None] = ContextVar("instant", default=None)


class _InstantOfValidation(datetime):
    """Stands in for `datetime` where pyHanko would read the machine's clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        instant = _instant.get()
        return instant.astimezone(tz) if instant is not None else datetime.now(tz)  # noqa: TID251


# pyHanko takes the time of validation as a parameter everywhere but in these two, where it cannot be handed in.
poe_module.datetime = _InstantOfValidation  # type: ignore[attr-defined]
past_module.datetime = _InstantOfValidation  # type: ignore[attr-defined]
gone_issuers.install()


@contextmanager
def validating_at(now: datetime) -> Iterator[None]:
    """Within, "now" is the instant of validation for pyHanko too."""
    token = _instant.set(now)
    try:
        yield
    finally:
        _instant.reset(token)


@dataclass(frozen=True)
class SignedFile:
    """A file under validation: its reader, what we trust, the instant, and judged changes."""

    reader: PdfFileReader
    trust: TrustStore
    now: datetime
    diff_policy: MemoDiffPolicy

    @property
    def dss(self) -> DocumentSecurityStore | None:
        """The revocation data in the file."""
        try:
            return DocumentSecurityStore.read_dss(self.reader)
        except NoDSSFoundError:
            return None

    def context_at(self, moment: datetime) -> ValidationContext:
        """What is trusted at a proven moment, with the revocation data in the file and no network."""
        dss = self.dss
        settings: dict[str, Any] = {
            "trust_roots": self.trust.anchors,
            "other_certs": list(self.trust.intermediates),
            "moment": moment,
            "allow_fetching": False,
            "retroactive_revinfo": True,
            "revocation_mode": "hard-fail" if dss else "soft-fail",
        }
        return dss.as_validation_context(settings) if dss else ValidationContext(**settings)


@dataclass(frozen=True)
class SignatureFinding:
    """What the validation found out about one signature."""

    status: PdfSignatureStatus | DocumentTimestampStatus
    passed: bool
    indication: str
    proven_at: datetime | None


async def validate_timestamp(file: SignedFile, signature: EmbeddedPdfSignature) -> SignatureFinding:
    """Document time-stamp: chain and revocation at the time that it names, by the data in the file."""
    at = token_time(signature.signed_data)
    status = await async_validate_pdf_timestamp(signature, file.context_at(at), diff_policy=file.diff_policy)
    passed = status.intact and status.valid and status.trusted
    return SignatureFinding(status, passed, "" if passed else "timestamp", at)


async def validate_archived(
    file: SignedFile, signature: EmbeddedPdfSignature, last_stamp: x509.Certificate
) -> SignatureFinding:
    """B-LTA: AdES validation with the chain of document time-stamps as evidence record (5.6.3).

    Whether the last authority's certificate has been revoked since its stamp cannot be known offline; the
    data in the file says that it was good when it stamped (checked before), and that is taken to hold.
    """
    knowledge = LocalKnowledge(nonrevoked_assertions=[NonRevokedStatusAssertion(last_stamp.sha256, file.now)])
    spec = PdfSignatureValidationSpec(_spec(file.trust, knowledge), diff_policy=file.diff_policy)
    timing = ValidationTimingInfo(file.now, file.now, point_in_time_validation=False)
    result = await ades.ades_lta_validation(signature, spec, timing)
    status = result.api_status
    assert status is not None
    passed = isinstance(result.ades_subindic, AdESPassed) and status.bottom_line
    return SignatureFinding(status, passed, str(result.ades_subindic), result.best_signature_time)


async def validate_current(file: SignedFile, signature: EmbeddedPdfSignature) -> SignatureFinding:
    """B-B, B-T, B-LT: at the time its time-stamp proves, or now where there is none."""
    proven_at = await _proven_time(file, signature)
    context = file.context_at(proven_at or file.now)
    status = await async_validate_pdf_signature(
        signature,
        signer_validation_context=context,
        ts_validation_context=context,
        diff_policy=file.diff_policy,
        key_usage_settings=_KEY_USAGE,
    )
    return SignatureFinding(status, status.bottom_line, _trust_problem(status), proven_at)


def token_time(token: cms.SignedData) -> datetime:
    """The time that a time-stamp token names."""
    at: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return at


def signature_token(signature: EmbeddedPdfSignature) -> cms.SignedData | None:
    """The time-stamp token inside a signature."""
    tokens = extract_tst_data_iter(signature.signer_info, signed=False)
    return next(iter(tokens), None)


async def _proven_time(file: SignedFile, signature: EmbeddedPdfSignature) -> datetime | None:
    token = signature_token(signature)
    if token is None:
        return None
    at = token_time(token)
    signed = signature.signer_info["signature"].native
    context = file.context_at(at)
    status = await validate_tst_signed_data(token, context, lambda name: hashlib.new(name, signed).digest())
    return at if status["intact"] and status["valid"] and status["validation_path"] else None


def _trust_problem(status: PdfSignatureStatus) -> str:
    return str(status.trust_problem_indic) if status.trust_problem_indic else ""


def _spec(trust: TrustStore, knowledge: LocalKnowledge) -> SignatureValidationSpec:
    return SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=trust.anchors),
            revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail")),
        ),
        key_usage_settings=_KEY_USAGE,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            RevinfoOnlineFetchingRule.LOCAL_ONLY,
            certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
        ),
        local_knowledge=knowledge,
    )
