"""Two people at the same moment: one effect, and the other one is told. On both databases, with real threads."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.acting import acting, house, looking
from portal.completing import complete_all
from portal.workflows.act import Act
from portal.workflows.amend_contract import NewAmendment, amend_contract
from portal.workflows.answer_signing_request import give_consent, report_contract_problem
from portal.workflows.decide_award import decide_award
from portal.workflows.draft_contract import NewDocument, add_document
from portal.workflows.file_application import open_filing, save_draft, submit_filing, withdraw_filing
from portal.workflows.find_company import NewCompany
from portal.workflows.import_awards import confirm_import
from portal.workflows.manage_signing import cancel_signing
from portal.workflows.move_to_paper import move_to_paper
from portal.workflows.review_filing import accept_filing, reject_filing, send_back_filing
from portal.workflows.send_for_signing import send_for_signing
from portal.workflows.usage_forms import usage_form_of
from procurement.cases import ProcurementCase
from procurement.contracts import ContractStage
from procurement.electronic_contract_requests import ElectronicContractRequest
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingStatus
from procurement.parties import Company
from signing import CirculationStep, Envelope, SigningRefused
from tests.workflows.crowds import at_once, together
from tests.workflows.town import CONTRACTOR, OFFICER, PAPER, PRESSED, SMALL, Town

Told = list[BaseException | None]


def one_worked(told: Told) -> RuleViolation | SigningRefused:
    """Exactly one act worked; what the other was told, which is never a fault of the program."""
    refusals = [error for error in told if error is not None]
    assert len(refusals) == len(told) - 1, told
    assert isinstance(refusals[0], (RuleViolation, SigningRefused)), refusals
    return refusals[0]


def count(town: Town, kind: type) -> int:
    with looking(OFFICER) as act:
        return act.session.scalar(select(func.count()).select_from(kind)) or 0


def accepting(town: Town) -> Callable[[Act], object]:
    def accept(act: Act) -> None:
        case = town.case(act)
        accept_filing(act, case.filings[0], usage_form_of(act, case), version_number=1)

    return accept


def test_two_officers_accept(town: Town) -> None:
    town.award()
    town.file()
    assert one_worked(at_once(town, accepting(town), accepting(town))).code == "filing_decided"
    assert count(town, ElectronicContractRequest) == 1
    assert len(town.letters(to="keiyaku@", subject="受理")) == 1


def test_one_officer_accepts_while_another_sends_back_and_a_third_rejects(town: Town) -> None:
    town.award()
    town.file()

    def send_back(act: Act) -> None:
        send_back_filing(act, town.case(act).filings[0], version_number=1, reason="直す")

    def reject(act: Act) -> None:
        reject_filing(act, town.case(act).filings[0], version_number=1, reason="不要")

    told = at_once(town, accepting(town), send_back, reject)
    assert [isinstance(error, RuleViolation) for error in told].count(True) == 2, told
    decisions = [tag for tag in town.tags() if tag in ("filing:accept", "filing:send_back", "filing:reject")]
    assert len(decisions) == 1


def test_the_contractor_withdraws_while_the_officer_accepts(town: Town) -> None:
    town.award()
    town.file()
    one_worked(at_once(town, accepting(town), lambda act: withdraw_filing(act, town.case(act).filings[0])))
    with looking(OFFICER) as act:
        withdrawn = town.case(act).filings[0].status is FilingStatus.WITHDRAWN
    assert count(town, ElectronicContractRequest) == (0 if withdrawn else 1)


def test_the_contractor_files_a_new_version_while_the_officer_accepts_the_old_one(town: Town) -> None:
    """Either the old version is accepted and the new one refused, or the officer is told of the new one."""
    town.award()
    town.file()

    def file_again(act: Act) -> None:
        case = town.case(act)
        filing, form = case.filings[0], usage_form_of(act, case)
        withdraw_filing(act, filing)
        save_draft(act, case, form, dict(filing.versions[0].values))
        submit_filing(act, filing, form, paper=PAPER)

    refused = one_worked(at_once(town, accepting(town), file_again))
    with looking(OFFICER) as act:
        filing = town.case(act).filings[0]
        states = [version.status for version in filing.versions]
        requests = act.session.scalars(select(ElectronicContractRequest)).all()
        in_force = [request.filing_version_id for request in requests if request.is_in_force]
        assert in_force == ([filing.accepted.id] if filing.accepted else [])
    if refused.code == "filing_decided":
        assert states == [FilingStatus.ACCEPTED]
    else:
        assert refused.code == "filing_changed_meanwhile"
        assert states == [FilingStatus.WITHDRAWN, FilingStatus.SUBMITTED]


def test_the_case_goes_on_paper_while_the_application_is_accepted(town: Town) -> None:
    town.award()
    town.file()
    told = at_once(town, accepting(town), lambda act: move_to_paper(act, town.contract(act), reason="希望"))
    assert all(error is None or isinstance(error, RuleViolation) for error in told), told
    with looking(OFFICER) as act:
        requests = act.session.scalars(select(ElectronicContractRequest)).all()
        assert not [request for request in requests if request.is_in_force]
        assert town.case(act).filings[0].status is FilingStatus.VOID
    assert town.stage is ContractStage.PAPER


def test_two_windows_of_the_contractor_hand_the_same_application_in(town: Town) -> None:
    town.award()
    town.save()

    def submit(act: Act) -> None:
        case = town.case(act)
        submit_filing(act, case.filings[0], usage_form_of(act, case), paper=PAPER)

    assert one_worked(at_once(town, submit, submit)).code == "filing_submitted_already"
    assert town.tags().count("filing:submit") == 1


def test_two_windows_begin_the_same_application(town: Town) -> None:
    town.award()

    def begin(act: Act) -> None:
        case = town.case(act)
        open_filing(act, case, usage_form_of(act, case))

    assert at_once(town, begin, begin) == [None, None]
    assert count(town, Filing) == 1


def test_two_officers_register_the_same_award(town: Town) -> None:
    new = town.new_award()
    told = at_once(town, lambda act: decide_award(act, new), lambda act: decide_award(act, new))
    assert one_worked(told).code == "case_number_taken"
    assert count(town, ProcurementCase) == 1
    assert len(town.letters(to="keiyaku@")) == 1


def test_two_awards_at_once_register_the_same_company_once(town: Town) -> None:
    news = [replace(town.new_award(), number=number) for number in ("1", "2")]
    told = at_once(town, *[lambda act, new=new: decide_award(act, new) for new in news])
    assert all(error is None or isinstance(error, RuleViolation) for error in told), told
    assert count(town, Company) == 1


def test_two_officers_import_the_same_file(town: Town) -> None:
    rows = "".join(f"{n},工事{n},建設工事,一般競争入札,2026/5/7,1100000,会社{n}\n" for n in range(5))
    data = ("案件番号,案件名,種別,入札方式,落札決定日,落札金額,落札者\n" + rows).encode()
    told = at_once(town, *[lambda act: confirm_import(act, "tosu", data)] * 2)
    assert all(error is None or isinstance(error, RuleViolation) for error in told), told
    assert count(town, ProcurementCase) == 5


def test_two_officers_send_the_same_contract(town: Town) -> None:
    town.award()
    town.file()
    town.accept()
    town.draft()
    prepared = [town.prepare(), town.prepare()]
    told = at_once(
        town, *[lambda act, one=one: send_for_signing(act, town.contract(act), one) for one in prepared]
    )
    assert one_worked(told).code == "contract_not_draft"
    assert count(town, Envelope) == 1
    assert len(town.letters(to="taro@", subject="署名依頼")) == 1


def test_one_officer_sends_while_another_adds_a_document(town: Town) -> None:
    town.award()
    town.file()
    town.accept()
    town.draft()
    prepared = town.prepare()
    other = SMALL + b"%another\n"
    new = NewDocument("仕様書", "uploaded", house().store.put(other), len(other), 1)
    one_worked(
        at_once(
            town,
            lambda act: send_for_signing(act, town.contract(act), prepared),
            lambda act: add_document(act, town.contract(act), new),
        )
    )
    with looking(OFFICER) as act:
        contract = town.contract(act)
        if contract.envelope_id:
            assert len(town.envelope(act).documents) == len(contract.documents) == 1


def consenting(town: Town) -> Callable[[Act], object]:
    with looking(OFFICER) as act:
        step_id = town.asked_step(act).id

    def consent(act: Act) -> None:
        give_consent(act, town.contract(act), act.session.get_one(CirculationStep, step_id), PRESSED)

    return consent


@pytest.fixture
def asked(town: Town) -> Town:
    """The contractor is asked and has looked at everything."""
    town.start_signing()
    with acting(CONTRACTOR) as act:
        town.view_all(act, town.asked_step(act))
    return town


def test_a_double_click_consents_once(asked: Town) -> None:
    told = at_once(asked, consenting(asked), consenting(asked))
    assert one_worked(told).code == "already_consented"
    assert asked.tags().count("contract:consent") == 1


def test_the_contractor_consents_while_the_officer_cancels(asked: Town) -> None:
    told = at_once(asked, consenting(asked), lambda act: cancel_signing(act, asked.contract(act), "取消"))
    assert told[1] is None  # until everybody has agreed, the sender may cancel
    assert told[0] is None or told[0].code == "already_cancelled"  # type: ignore[attr-defined]
    assert asked.stage is ContractStage.DRAFTING
    with looking(OFFICER) as act:
        contract = asked.contract(act)
        assert contract.contractor_agreed_at is None
        assert contract.envelope_id is None


def test_the_city_consents_while_the_officer_cancels(asked: Town) -> None:
    asked.consent()
    asked.seal()
    with acting(OFFICER) as act:
        asked.view_all(act, asked.asked_step(act))
    told = at_once(asked, consenting(asked), lambda act: cancel_signing(act, asked.contract(act), "取消"))
    one_worked(told)
    asked.seal()
    expected = ContractStage.CONCLUDED if told[0] is None else ContractStage.DRAFTING
    assert asked.stage is expected


def test_the_contractor_consents_while_reporting_a_problem_in_another_window(asked: Town) -> None:
    with looking(OFFICER) as act:
        step_id = asked.asked_step(act).id

    def report(act: Act) -> None:
        step = act.session.get_one(CirculationStep, step_id)
        report_contract_problem(act, asked.contract(act), step, "違う")

    one_worked(at_once(asked, consenting(asked), report))
    assert asked.stage in (ContractStage.CITY_SIGNING, ContractStage.SUSPENDED)


def test_two_workers_conclude_the_same_contract_once(asked: Town) -> None:
    asked.consent()
    asked.seal()
    asked.consent()
    told = together(asked, *[lambda: complete_all(clock.now())] * 2)
    assert told == [None, None]
    while asked.stage is not ContractStage.CONCLUDED:
        asked.seal()
    assert asked.tags().count("contract:conclude") == 1
    assert len(asked.letters(subject="電子署名完了")) == 2


def test_two_officers_begin_an_amendment(town: Town) -> None:
    town.conclude()
    change = NewAmendment(12_100_000, 1_100_000, "増額")
    told = at_once(town, *[lambda act: amend_contract(act, town.case(act).contracts[0], change)] * 2)
    assert one_worked(told).code == "amendment_already_open"


def test_a_known_number_does_not_lead_to_another_company(town: Town) -> None:
    town.award()
    other = NewCompany(
        name="鈴木土木株式会社", mail_address="s@suzuki.example.jp", registration_number="0123"
    )
    with acting(OFFICER) as act, pytest.raises(RuleViolation) as told:
        decide_award(act, replace(town.new_award(number="R8-002"), company=other))
    assert told.value.code == "company_number_of_another"
