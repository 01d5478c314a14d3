"""Endurance (有効性の期間): what holds for ten years says why, and what does not says what ends it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.pades.demo_pki import open_demo_pki
from signing.pades.verdicts import Verdict
from signing.pades.verify import verify_pdf
from signing.testing import NOON
from tests.signing.attacks.stock import LEVELS, Workshop, base_pdf

YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def shop(keys) -> Workshop:
    return Workshop(open_demo_pki(keys), NOON)


@pytest.mark.parametrize("level", LEVELS)
def test_only_an_archived_file_is_said_to_hold_for_ten_years(shop, level):
    verdict = verify_pdf(shop.sign(base_pdf(), level), shop.trust, NOON + timedelta(days=1))
    signed, now, later = verdict.signatures[0].endurance
    assert (signed.valid, now.valid, later.valid) == (True, True, level == "B-LTA")
    assert later.at - now.at > 9 * YEAR
    assert ("証明されていません" in signed.text) is (level == "B-B")
    words = {
        "B-B": "タイムスタンプがない",
        "B-T": "失効情報が",
        "B-LT": "文書全体を守る",
        "B-LTA": "証明します",
    }
    assert words[level] in later.text


def test_end_of_the_last_stamp_is_named(shop):
    content = shop.sign(base_pdf())
    end = shop.pki.certificates["tsa"].not_valid_after_utc
    later = verify_pdf(content, shop.trust, end - 5 * YEAR).signatures[0].endurance[2]
    assert later.valid is False
    assert "2050年1月1日" in later.text
    assert "更新すれば" in later.text


def test_renewed_stamp_keeps_the_earlier_ones_valid(shop):
    first = shop.sign(base_pdf())
    shop_later = replace(shop, now=NOON + 5 * YEAR)
    verdict = verify_pdf(shop_later.stamp(first, "Renewal"), shop.trust, NOON + 6 * YEAR)
    assert verdict.verdict == "valid", verdict
    assert [s.level for s in verdict.signatures] == ["B-LTA", "RFC3161", "RFC3161"]
    assert verdict.signatures[0].stamped_at == NOON


def test_broken_and_unknown_are_told_apart(shop):
    content = bytearray(shop.sign(base_pdf()))
    unknown = verify_pdf(bytes(content), replace(shop.trust, roots=()), NOON)
    assert [e.valid for e in unknown.signatures[0].endurance] == [None, None, None]
    content[700] ^= 1
    broken = verify_pdf(bytes(content), shop.trust, NOON)
    assert [e.valid for e in broken.signatures[0].endurance] == [False, False, False]


def test_pyhankos_simulation_of_the_future_agrees(shop, tmp_path):
    """pyHanko says the same about 2036 of a file whose last stamp still holds then."""
    content = shop.sign(base_pdf())
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with path.open("rb") as stream:
        signature = PdfFileReader(stream).embedded_regular_signatures[0]
        simulated = asyncio.run(
            ades.simulate_future_ades_lta_validation(signature, _spec(shop), NOON + 10 * YEAR)
        )
    ours: Verdict = verify_pdf(content, shop.trust, NOON)
    assert simulated.ades_subindic.status.name == "PASSED"
    assert ours.signatures[0].endurance[2].valid is True


def _spec(shop: Workshop) -> PdfSignatureValidationSpec:
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(trust_roots=[shop.root]),
                revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail")),
            ),
            key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                RevinfoOnlineFetchingRule.LOCAL_ONLY,
                certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
            ),
        )
    )
