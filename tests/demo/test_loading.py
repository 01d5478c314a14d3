"""The loaded demo: every case has come as far as its story says, and its originals verify."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.acting import house, looking
from portal.audit.verification import verify_chains
from portal.demo.plans import demo_cases, demo_files
from portal.demo.stories import STORIES
from portal.workflows.act import SCHEDULER
from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractStage
from procurement.filings import FilingStatus
from signing import verify_pdf
from tests.demo.conftest import Demo

DAYS = [
    date(2026, 5, 5),  # Golden Week
    date(2028, 2, 29),  # a leap day
]
STAGES = {
    "completing": ContractStage.COMPLETING,
    "declined": ContractStage.DECLINED,
    "suspended": ContractStage.SUSPENDED,
    "city_signing": ContractStage.CITY_SIGNING,
    "contractor_signing": ContractStage.CONTRACTOR_SIGNING,
    "drafting": ContractStage.DRAFTING,
    "concluded": ContractStage.CONCLUDED,
    "amended": ContractStage.CONCLUDED,
    "amending": ContractStage.CITY_SIGNING,
    "claimed": ContractStage.CONCLUDED,
    "interim": ContractStage.CONCLUDED,
    "paper": ContractStage.PAPER,
    "ineligible": ContractStage.PAPER,
}
FILINGS = {
    "draft": FilingStatus.DRAFT,
    "submitted": FilingStatus.SUBMITTED,
    "sent_back": FilingStatus.SENT_BACK,
}


@pytest.fixture(params=DAYS, ids=date.isoformat)
def loaded(request: pytest.FixtureRequest, demo: Demo) -> Flask:
    return demo(request.param)


def test_every_case_has_come_as_far_as_its_story_says(loaded: Flask) -> None:
    with loaded.app_context(), looking(SCHEDULER) as act:
        for case in demo_cases(demo_files()):
            row = act.session.scalars(
                select(ProcurementCase).where(
                    ProcurementCase.city == case.city, ProcurementCase.number == case.data["number"]
                )
            ).one()
            stage = STAGES.get(case.story, ContractStage.APPLICATION)
            assert row.contracts[-1].stage is stage, (case.city, case.story)
            if case.story in FILINGS:
                assert row.filings[0].status is FILINGS[case.story], (case.city, case.story)
            assert case.story in STORIES


def test_each_city_has_a_concluded_contract_whose_originals_verify_then_and_now(loaded: Flask) -> None:
    then = datetime.combine(date.fromisoformat(Path(loaded.config["INSTANCE"]).name), time(9), clock.TOKYO)
    moments = {then, max(then, clock.real_now())}
    with loaded.app_context(), looking(SCHEDULER) as act:
        concluded = [c for c in act.session.scalars(select(Contract)) if c.stage is ContractStage.CONCLUDED]
        assert {contract.city for contract in concluded} == set(house().cities)
        for contract in concluded:
            assert contract.concluded_at is not None
            assert contract.concluded_on == contract.concluded_at.astimezone(clock.TOKYO).date()
            for document in contract.documents:
                path = house().store.path(document.final_sha256 or "")
                for moment in moments:
                    verdict = verify_pdf(path, house().trust, moment)
                    assert verdict.is_valid, (contract.number, moment, verdict.summary, verdict.problems)


def test_the_audit_log_of_the_demo_is_unbroken(loaded: Flask) -> None:
    with loaded.app_context(), looking(SCHEDULER) as act:
        assert [report.problem for report in verify_chains(act.session)] == [None] * 4
