"""Stages of a case for its stage line (手続きの段階), and where the case stands now."""

from portal.pictures.stage_lines import Side, Stage, StageLine, StageState, stage_line
from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractStage
from procurement.filings import Filing, FilingStatus

SIGNING = (
    Stage("契約書の作成・送信", Side.CITY),
    Stage("事業者の署名", Side.CONTRACTOR),
    Stage("市の署名", Side.CITY),
    Stage("契約締結", Side.BOTH),
)
PLACES = {
    ContractStage.DRAFTING: 0,
    ContractStage.CONTRACTOR_SIGNING: 1,
    ContractStage.SUSPENDED: 1,
    ContractStage.DECLINED: 1,
    ContractStage.CITY_SIGNING: 2,
    ContractStage.COMPLETING: 3,
}
STOPPED = (ContractStage.DECLINED, ContractStage.SUSPENDED)


def line_of(
    case: ProcurementCase, contract: Contract, filing: Filing | None, city_name: str
) -> StageLine | None:
    """The stage line of an electronic contract; none for a contract on paper."""
    if contract.stage is ContractStage.PAPER or case.award is None:
        return None
    before = () if contract.is_amendment else _before_signing(case)
    stages = (*before, *SIGNING)
    if contract.is_concluded:
        return stage_line(stages, None, city_word=city_name)
    if contract.stage is ContractStage.APPLICATION:
        return _applying(stages, filing, city_name)
    here = len(before) + PLACES[contract.stage]
    state = StageState.STOPPED if contract.stage in STOPPED else StageState.CURRENT
    return stage_line(stages, here, state=state, city_word=city_name)


def _before_signing(case: ProcurementCase) -> tuple[Stage, ...]:
    assert case.award is not None
    awarded_on = case.award.awarded_on
    return (
        Stage("落札決定", Side.CITY, f"{awarded_on.month}月{awarded_on.day}日"),
        Stage("利用申請の提出", Side.CONTRACTOR),
        Stage("申請の確認", Side.CITY),
    )


def _applying(stages: tuple[Stage, ...], filing: Filing | None, city_name: str) -> StageLine:
    status = filing.status if filing and filing.versions else FilingStatus.DRAFT
    here = 2 if status in (FilingStatus.SUBMITTED, FilingStatus.REJECTED) else 1
    states = {FilingStatus.SENT_BACK: StageState.RETURNED, FilingStatus.REJECTED: StageState.STOPPED}
    return stage_line(stages, here, state=states.get(status, StageState.CURRENT), city_word=city_name)
