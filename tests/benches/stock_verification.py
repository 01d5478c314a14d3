"""Verification by pyHanko as it comes: every signature and time-stamp of a B-LTA file, nothing shared."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import DocumentSecurityStore, ades, async_validate_pdf_timestamp
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    NonRevokedStatusAssertion,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from tests.benches.materials import as_it_comes

USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


@as_it_comes()
def all_pass(document: bytes, roots: Sequence[x509.Certificate], now: datetime) -> bool:
    """Whether every signature of the file is valid, trusted, and nothing but what it permits was changed."""
    return asyncio.run(_all_pass(document, roots, now))


async def _all_pass(document: bytes, roots: Sequence[x509.Certificate], now: datetime) -> bool:
    reader = PdfFileReader(io.BytesIO(document))
    context = {"trust_roots": list(roots), "moment": now, "allow_fetching": False}
    stamps = reader.embedded_timestamp_signatures
    for stamp in stamps:
        store = DocumentSecurityStore.read_dss(reader)
        status = await async_validate_pdf_timestamp(stamp, store.as_validation_context(dict(context)))
        if not (status.intact and status.valid and status.trusted):
            return False
    specification = _specification(roots, stamps[-1].signer_cert, now)
    timing = ValidationTimingInfo(now, now, point_in_time_validation=False)
    for signature in reader.embedded_regular_signatures:
        result = await ades.ades_lta_validation(signature, specification, timing)
        if result.ades_subindic != AdESPassed.OK or not result.api_status.bottom_line:
            return False
    return bool(stamps)


def _specification(
    roots: Sequence[x509.Certificate], last_authority: x509.Certificate, now: datetime
) -> PdfSignatureValidationSpec:
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(roots)),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail")),
    )
    gathering = RevocationInfoGatheringSpec(
        RevinfoOnlineFetchingRule.LOCAL_ONLY, CertificateFetchingRule.NEVER_FETCH
    )
    knowledge = LocalKnowledge(nonrevoked_assertions=[NonRevokedStatusAssertion(last_authority.sha256, now)])
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            key_usage_settings=USAGE,
            revinfo_gathering_policy=gathering,
            local_knowledge=knowledge,
        )
    )
