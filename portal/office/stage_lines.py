"""Stage line of a contract (手続きの段階) for the office: with the day on which each stage was done."""

from datetime import date, datetime

from portal.pictures.stage_lines import Side, Stage, StageLine, StageState, stage_line
from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractStage
from procurement.filings import Filing, FilingStatus
from procurement.rules import CityRules
from procurement.wareki import jst_date

STOPPED = (ContractStage.SUSPENDED, ContractStage.DECLINED)
PLACES = {
    ContractStage.DRAFTING: 0,
    ContractStage.CONTRACTOR_SIGNING: 1,
    ContractStage.CITY_SIGNING: 2,
    ContractStage.COMPLETING: 3,
}


def contract_line(case: ProcurementCase, contract: Contract, rules: CityRules) -> StageLine:
    """The stages of one contract, the city below, the contractor above."""
    if contract.stage is ContractStage.PAPER:
        return _paper_line(case, contract, rules)
    before = () if contract.is_amendment else _application(case, rules)
    stages = (*before, *_signing(contract))
    if contract.is_concluded:
        return stage_line(stages, None, city_word=rules.name)
    if contract.stage is ContractStage.APPLICATION:
        here, state = _application_place(_applications(case, rules))
    else:
        here, state = len(before) + _place(contract), StageState.CURRENT
    if contract.stage in STOPPED:
        state = StageState.STOPPED
    return stage_line(stages, here, state=state, city_word=rules.name)


def _application(case: ProcurementCase, rules: CityRules) -> tuple[Stage, ...]:
    handed_in = [v for f in _applications(case, rules) for v in f.handed_in]
    last = handed_in[-1] if handed_in else None
    return (
        Stage("落札決定", Side.CITY, _day(case.award.awarded_on if case.award else None)),
        Stage("利用申請の提出", Side.CONTRACTOR, _day(last.submitted_at if last else None)),
        Stage("申請の審査", Side.CITY, _day(last.accepted_at if last else None)),
    )


def _signing(contract: Contract) -> tuple[Stage, ...]:
    return (
        Stage("契約書の作成・送信", Side.CITY, _day(contract.sent_at)),
        Stage("受注者の署名", Side.CONTRACTOR, _day(contract.contractor_agreed_at)),
        Stage("市の署名", Side.CITY, _day(contract.city_agreed_at)),
        Stage("契約締結", Side.BOTH, _day(contract.concluded_on)),
    )


def _paper_line(case: ProcurementCase, contract: Contract, rules: CityRules) -> StageLine:
    stages = (
        Stage("落札決定", Side.CITY, _day(case.award.awarded_on if case.award else None)),
        Stage("紙の契約書の取り交わし", Side.BOTH),
        Stage("契約締結の記録", Side.CITY, _day(contract.concluded_on)),
    )
    return stage_line(stages, None if contract.is_concluded else 1, city_word=rules.name)


def _application_place(applications: list[Filing]) -> tuple[int, StageState]:
    for filing in applications:
        status = filing.handed_in[-1].status if filing.handed_in else FilingStatus.DRAFT
        if status is FilingStatus.SUBMITTED:
            return 2, StageState.CURRENT
        if status is FilingStatus.SENT_BACK:
            return 1, StageState.RETURNED
        if status is FilingStatus.REJECTED:
            return 2, StageState.STOPPED
    return 1, StageState.CURRENT


def _place(contract: Contract) -> int:
    """A stopped contract stands where it was stopped."""
    if contract.stage in STOPPED:
        return 2 if contract.contractor_agreed_at else 1
    return PLACES[contract.stage]


def _applications(case: ProcurementCase, rules: CityRules) -> list[Filing]:
    return [filing for filing in case.filings if filing.form_code == rules.usage_application.form]


def _day(at: datetime | date | None) -> str:
    if at is None:
        return ""
    day = jst_date(at) if isinstance(at, datetime) else at
    return f"{day.month}月{day.day}日"
