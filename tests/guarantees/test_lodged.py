"""Where a lodged guarantee stands (確認の状況): derived from its facts, over every kind of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from guarantees.checks import CheckLine, Result
from guarantees.lodged import GuaranteeLook, LineDecision, LodgedGuarantee, LodgedStatus, Means, finding

NOW = datetime(2026, 5, 7, 3, 0, tzinfo=UTC)


def line(code: str, result: Result, found: str = "見つかった値") -> dict[str, Any]:
    return CheckLine(code, code, result, "", found, "求める値", "違います。").to_json()


def look(outcome: str, *lines: dict[str, Any]) -> GuaranteeLook:
    return GuaranteeLook(outcome=outcome, lines=list(lines) or None, looked_at=NOW)


def lodged(means: Means = Means.ELECTRONIC_SURETY, *looks: GuaranteeLook, **facts: Any) -> LodgedGuarantee:
    return LodgedGuarantee(means=means, looks=list(looks), decisions=[], **facts)


MATCH, LOOK, MISMATCH = (line(result.value, result) for result in Result)


@pytest.mark.parametrize(
    ("guarantee", "status"),
    [
        (lodged(), "not_checked"),
        (lodged(Means.VIEWING_URL), "not_checked"),
        (lodged(Means.ELECTRONIC_SURETY, look("unavailable")), "not_checked"),
        (lodged(Means.ELECTRONIC_SURETY, look("locked")), "not_checked"),
        (lodged(Means.ELECTRONIC_SURETY, look("not_found")), "mismatch"),
        (lodged(Means.ELECTRONIC_SURETY, look("found", MATCH)), "matched"),
        (lodged(Means.ELECTRONIC_SURETY, look("found", MATCH, LOOK)), "to_decide"),
        (lodged(Means.ELECTRONIC_SURETY, look("found", MATCH, LOOK, MISMATCH)), "mismatch"),
        (lodged(Means.ELECTRONIC_SURETY, look("found")), "mismatch"),
        (lodged(Means.ELECTRONIC_SURETY, look("found", MATCH), look("unavailable")), "matched"),
        (lodged(Means.ELECTRONIC_SURETY, look("found", MISMATCH), look("found", MATCH)), "matched"),
        (lodged(Means.BANK), "awaiting_original"),
        (lodged(Means.BANK, original_received_on=date(2026, 5, 7)), "to_decide"),
        (lodged(Means.CASH), "to_decide"),
        (lodged(Means.EXEMPTION), "to_decide"),
        (lodged(Means.CASH, accepted_at=NOW), "accepted"),
        (lodged(Means.CASH, accepted_at=NOW, alarmed_at=NOW), "alarmed"),
        (lodged(Means.CASH, accepted_at=NOW, alarmed_at=NOW, replaced_at=NOW), "replaced"),
        (lodged(Means.CASH, accepted_at=NOW, released_at=NOW), "released"),
        (lodged(Means.CASH, accepted_at=NOW, returned_at=NOW), "returned"),
        (lodged(Means.CASH, withdrawn_at=NOW), "withdrawn"),
    ],
)
def test_status(guarantee: LodgedGuarantee, status: str) -> None:
    assert guarantee.status is LodgedStatus(status)
    assert guarantee.is_in_force is (status == "accepted")


def decided(guarantee: LodgedGuarantee, of: dict[str, Any], is_fine: bool, minutes: int = 0) -> None:
    made_at = NOW + timedelta(minutes=minutes)
    guarantee.decisions.append(
        LineDecision(line=of["code"], found=finding(of), is_fine=is_fine, reason="理由", decided_at=made_at)
    )


def test_a_decision_holds_for_what_was_found_then() -> None:
    guarantee = lodged(Means.ELECTRONIC_SURETY, look("found", MATCH, LOOK))
    decided(guarantee, LOOK, is_fine=True)
    assert guarantee.status is LodgedStatus.MATCHED
    guarantee.looks.append(look("found", MATCH, line("look", Result.LOOK, "別の値")))
    assert guarantee.status is LodgedStatus.TO_DECIDE


def test_the_newest_decision_counts_and_a_bad_one_is_a_mismatch() -> None:
    guarantee = lodged(Means.ELECTRONIC_SURETY, look("found", LOOK))
    decided(guarantee, LOOK, is_fine=True)
    decided(guarantee, LOOK, is_fine=False, minutes=1)
    assert guarantee.status is LodgedStatus.MISMATCH


def test_a_decision_never_makes_a_mismatch_fine() -> None:
    guarantee = lodged(Means.ELECTRONIC_SURETY, look("found", MISMATCH))
    decided(guarantee, MISMATCH, is_fine=True)
    assert guarantee.status is LodgedStatus.MISMATCH
