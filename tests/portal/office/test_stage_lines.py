"""The stage line of a case: only the usage application moves the stages of the application."""

import pytest

from portal.acting import house, looking
from portal.office.stage_lines import contract_line
from portal.pictures.stage_lines import StageState
from portal.scoping import Scope
from procurement.filings import Filing, FilingVersion
from tests.portal.office.desk import OfficeDesk
from tests.workflows.town import OFFICER, START


@pytest.mark.parametrize(
    ("is_usage", "here"), [(True, "申請の審査"), (False, "利用申請の提出")], ids=["usage", "other"]
)
def test_another_paper_is_no_application(desk: OfficeDesk, is_usage: bool, here: str) -> None:
    desk.play("award")
    with desk.app.app_context(), looking(OFFICER, Scope()) as act:
        case, rules = desk.town.case(act), house().cities[desk.town.city].at(START.date())
        code = rules.usage_application.form if is_usage else "work_schedule"
        with act.session.no_autoflush:
            filed = FilingVersion(number=1, submitted_at=START)
            case.filings.append(Filing(form_code=code, versions=[filed]))
            line = contract_line(case, case.contracts[0], rules)
        act.session.rollback()
    assert [stage.name for stage in line.stages if stage.state is StageState.CURRENT] == [here]
