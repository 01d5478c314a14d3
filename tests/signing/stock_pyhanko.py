"""pyHanko as it comes, in a process of its own, at another time: a judge that shares no line with our verification.

`python stock_pyhanko.py FILE.pdf ROOTS.pem INSTANT` prints one word for each signature.
"""

import logging
import sys
from datetime import datetime
from pathlib import Path

import pyhanko_certvalidator.ltv.ades_past as past
import pyhanko_certvalidator.ltv.poe as poe
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import ades
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


def main(file: str, roots: str, instant: str) -> None:
    logging.disable(logging.CRITICAL)
    at = datetime.fromisoformat(instant)

    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return at.astimezone(tz)

    poe.datetime = past.datetime = Then
    trusted = [
        x509.Certificate.load(der) for _, _, der in pem.unarmor(Path(roots).read_bytes(), multiple=True)
    ]
    with open(file, "rb") as stream:
        reader = PdfFileReader(stream)
        newest = reader.embedded_timestamp_signatures[-1]
        knowledge = LocalKnowledge(
            nonrevoked_assertions=[NonRevokedStatusAssertion(newest.signer_cert.sha256, at)]
        )
        spec = PdfSignatureValidationSpec(
            SignatureValidationSpec(
                cert_validation_policy=CertValidationPolicySpec(
                    trust_manager=SimpleTrustManager.build(trust_roots=trusted),
                    revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail")),
                ),
                key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
                revinfo_gathering_policy=RevocationInfoGatheringSpec(
                    RevinfoOnlineFetchingRule.LOCAL_ONLY,
                    certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
                ),
                local_knowledge=knowledge,
            )
        )
        timing = ValidationTimingInfo(at, at, point_in_time_validation=False)
        import asyncio

        for signature in reader.embedded_regular_signatures:
            result = asyncio.run(ades.ades_lta_validation(signature, spec, timing))
            is_good = result.api_status is not None and result.api_status.bottom_line
            print(f"{result.ades_subindic.status.name}:{'good' if is_good else 'bad'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
