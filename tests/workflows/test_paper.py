"""The paper way, and the contract date that nobody can choose: workflow, command and import."""

from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from portal.acting import acting, looking
from portal.workflows.import_awards import preview_import
from portal.workflows.move_to_paper import conclude_on_paper, move_to_paper
from portal.workflows.review_filing import request_in_force
from procurement.cases import CaseDeadline
from procurement.contracts import ContractStage
from procurement.filings import FilingStatus
from procurement.rules import ProcurementMethod
from tests.workflows.databases import on_postgres, on_sqlite
from tests.workflows.town import OFFICER, Town, refused


def to_paper(town: Town, reason: str = "事業者の希望") -> None:
    with acting(OFFICER) as act:
        move_to_paper(act, town.contract(act), reason=reason)


def record(town: Town, days: int) -> None:
    with acting(OFFICER) as act:
        conclude_on_paper(act, town.contract(act), on=clock.today() + timedelta(days=days))


def deadline(town: Town, kind: str) -> CaseDeadline:
    with looking(OFFICER) as act:
        return next(d for d in town.case(act).deadlines if d.kind == kind)


@on_sqlite
def test_a_contract_on_paper_voids_the_application(town: Town) -> None:
    """FORM-T16, CITY-69: a contract signed on paper makes the application void."""
    town.award()
    town.file()
    town.accept()
    to_paper(town)
    assert town.stage is ContractStage.PAPER
    with looking(OFFICER) as act:
        filing = town.case(act).filings[0]
        assert filing.status is FilingStatus.VOID
        assert "事業者の希望" in (filing.voided_because or "")
        assert request_in_force(act, town.case_id) is None
    assert any("事業者の希望" in x.body for x in town.letters(to="keiyaku@"))


@on_sqlite
def test_on_paper_no_application_is_taken_any_more(town: Town) -> None:
    town.award()
    to_paper(town)
    with refused("case_on_paper"):
        town.file()


@on_sqlite
def test_moving_to_paper_lifts_the_application_s_deadline_but_not_that_of_the_conclusion(town: Town) -> None:
    town.city = "iwaki"
    town.open_office()
    town.award()
    to_paper(town)
    assert deadline(town, "usage_application").lifted_at is not None
    town.city = "tosu"
    town.award()
    to_paper(town)
    assert deadline(town, "contract_conclusion").is_open()


@on_sqlite
def test_a_paper_contract_in_time_is_in_time_however_late_it_is_recorded(town: Town) -> None:
    town.award()
    to_paper(town)
    town.go_on(days=30)
    record(town, days=-27)
    assert not deadline(town, "contract_conclusion").is_missed(clock.now())


@on_sqlite
def test_a_paper_contract_after_the_deadline_is_late_even_if_it_is_recorded_at_once(town: Town) -> None:
    town.award()
    to_paper(town)
    town.go_on(days=6)
    record(town, days=0)
    assert deadline(town, "contract_conclusion").is_missed(clock.now())


@on_sqlite
@pytest.mark.parametrize(
    ("days", "code"), [(-1, "contract_date_before_award"), (1, "contract_date_in_future")]
)
def test_a_paper_contract_is_dated_neither_before_its_award_nor_after_today(
    town: Town, days: int, code: str
) -> None:
    town.award()
    to_paper(town)
    with refused(code):
        record(town, days)


@on_sqlite
def test_no_date_can_be_recorded_for_an_electronic_contract_before_it_is_signed(town: Town) -> None:
    town.start_signing()
    with refused("contract_date_before_signature") as told:
        record(town, days=0)
    assert told.value.source.startswith("004_")
    assert town.concluded_on is None


@on_sqlite
def test_the_date_of_a_signed_contract_cannot_be_set_back(town: Town) -> None:
    town.conclude()
    town.go_on(days=3)
    with refused("contract_date_differs"):
        record(town, days=-4)
    with refused("contract_concluded_already"):
        record(town, days=-3)
    with refused("route_settled"):
        to_paper(town)


@on_sqlite
def test_the_command_refuses_a_set_back_date_and_the_log_keeps_the_attempt(town: Town, app: Flask) -> None:
    town.conclude()
    run = app.test_cli_runner().invoke(args=["contract", "record-date", "tosu-R8-001", "2026-05-01"])
    assert run.exit_code != 0
    assert "契約締結日（令和8年5月1日）" in run.output
    assert town.concluded_on == clock.today()
    assert town.tags()[-1] == "contract:date:refuse"


@on_sqlite
def test_an_import_with_a_contract_date_is_refused_in_the_words_of_the_city(town: Town) -> None:
    data = (
        "案件番号,案件名,種別,入札方式,落札決定日,落札金額,落札者,契約日\n"
        "1,市道改良工事,建設工事,一般競争入札,2026/5/7,1100000,山田建設,2026/5/7\n"
    ).encode()
    with looking(OFFICER) as act:
        (line,) = preview_import(act, "tosu", data)
    assert line.verdict == "broken"
    assert line.problems[0].column == "契約日"
    assert "004_" in line.problems[0].text


@on_sqlite
def test_an_ineligible_case_goes_on_paper_with_the_rule_as_its_reason(town: Town) -> None:
    town.award(method=ProcurementMethod.NEGOTIATED)
    with looking(OFFICER) as act:
        contract = town.contract(act)
        assert contract.stage is ContractStage.PAPER
        assert "随意契約" in (contract.route_reason or "")
        assert not town.case(act).deadlines


@on_postgres
def test_a_reason_that_its_column_cannot_hold_is_refused_in_words(town: Town) -> None:
    town.award()
    with refused("text_too_long"):
        to_paper(town, "長" * 251)
    to_paper(town, "長" * 250)
    assert town.stage is ContractStage.PAPER
