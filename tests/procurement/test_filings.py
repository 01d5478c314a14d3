"""Filings as facts: one version at a time, decided once, and nothing after it is void."""

from datetime import UTC, datetime, timedelta

import pytest

from procurement.cases import CaseDeadline
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingConflict, FilingStatus

NOW = datetime(2026, 5, 7, 3, 0, tzinfo=UTC)


@pytest.fixture
def filing() -> Filing:
    filing = Filing(city="testshi", title="利用申請書")
    filing.draft(NOW)
    return filing


def submit(filing: Filing, *, is_late: bool = False) -> None:
    filing.current.submit(now=NOW, by="山田", receipt_number="1", is_late=is_late)


def test_after_a_return_the_next_version_begins_with_the_old_values(filing: Filing) -> None:
    filing.current.save({"a": "1"}, NOW)
    submit(filing)
    filing.current.send_back(now=NOW, by="officer", reason="直す")
    assert filing.draft(NOW).values == {"a": "1"}
    assert [version.number for version in filing.versions] == [1, 2]
    assert filing.status is FilingStatus.DRAFT


def test_while_the_city_looks_at_it_nothing_can_be_written(filing: Filing) -> None:
    submit(filing)
    with pytest.raises(FilingConflict) as told:
        filing.draft(NOW)
    assert told.value.code == "filing_under_review"
    with pytest.raises(FilingConflict):
        filing.current.save({}, NOW)


def test_a_version_is_decided_once(filing: Filing) -> None:
    submit(filing)
    filing.current.reject(now=NOW, by="officer", reason="重複")
    for act in (filing.current.accept, filing.current.reject, filing.current.send_back):
        with pytest.raises(FilingConflict):
            act(now=NOW, by="officer", reason="理由")
    with pytest.raises(FilingConflict):
        filing.current.withdraw(now=NOW, by="山田")


def test_an_older_version_is_decided_no_more(filing: Filing) -> None:
    submit(filing)
    first = filing.current
    first.withdraw(now=NOW, by="山田")
    filing.draft(NOW)
    with pytest.raises(FilingConflict):
        first.accept(now=NOW, by="officer")


def test_nothing_can_be_done_with_a_void_paper(filing: Filing) -> None:
    submit(filing)
    filing.void(NOW, "紙で締結したため")
    assert filing.status is FilingStatus.VOID
    for act in (filing.current.accept, filing.current.withdraw):
        with pytest.raises(FilingConflict) as told:
            act(now=NOW, by="somebody")
        assert told.value.code == "filing_void"
    with pytest.raises(FilingConflict):
        filing.draft(NOW)


def test_a_late_version_is_accepted_only_with_a_reason(filing: Filing) -> None:
    submit(filing, is_late=True)
    with pytest.raises(RuleViolation) as told:
        filing.current.accept(now=NOW, by="officer", reason=" ")
    assert told.value.code == "late_acceptance_needs_reason"
    filing.current.accept(now=NOW, by="officer", reason="急病")
    assert filing.status is FilingStatus.ACCEPTED


@pytest.mark.parametrize(
    ("settled", "lifted", "late"),
    [(None, False, True), (-1, False, False), (1, False, True), (None, True, False)],
)
def test_what_comes_after_the_deadline_is_late_unless_it_was_met_or_lifted(
    filing: Filing, settled: int | None, lifted: bool, late: bool
) -> None:
    deadline = CaseDeadline(due_at=NOW - timedelta(hours=2))
    if settled is not None:
        deadline.settle(deadline.due_at + timedelta(hours=settled))
    if lifted:
        deadline.lift(NOW, "紙")
    assert filing.comes_late(deadline, NOW) is late
    assert not filing.comes_late(None, NOW)


def test_a_change_after_acceptance_is_never_late(filing: Filing) -> None:
    submit(filing)
    filing.current.accept(now=NOW, by="officer")
    filing.draft(NOW)
    assert not filing.comes_late(CaseDeadline(due_at=NOW - timedelta(days=9)), NOW)
