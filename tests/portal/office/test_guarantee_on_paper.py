"""The pages on which a contract goes on paper: how its guarantee stands, and why it is concluded all the same."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from guarantees.lodged import Means
from portal import clock
from portal.acting import acting
from portal.scoping import Scope
from portal.workflows.move_to_paper import move_to_paper
from tests.portal.office.desk import OfficeDesk, text_of
from tests.workflows import secured
from tests.workflows.town import OFFICER, START

REFUSED_DATE = "contract:date:refuse"


@pytest.fixture
def desk(app: Flask) -> Iterator[OfficeDesk]:
    with ExitStack() as stack:
        stack.enter_context(clock.freeze(START))
        desk = OfficeDesk(app, stack, "ashikaga")
        desk.play("award", requires_contract_guarantee=True)
        yield desk


def test_what_is_missing_stands_before_the_move_and_before_the_record(desk: OfficeDesk) -> None:
    officer = desk.browser()
    words = text_of(officer.get(f"{desk.contract}/decisions/paper"))
    assert "契約保証が確認できていません" in words
    assert "契約保証は、まだ提出されていません。" in words
    assert "契約保証が確認できていません" not in text_of(officer.get(f"{desk.contract}/decisions/cancel"))
    with desk.app.app_context(), acting(OFFICER, Scope()) as act:
        move_to_paper(act, desk.town.contract(act), reason="希望")
    with desk.app.app_context():
        secured.lodged_in(desk.town, Means.BANK, amount=secured.LEAST, ends_on=secured.day(150))
    place = f"{desk.contract}/paper-conclusion"
    assert "原本の到着待ち" in text_of(officer.get(place))
    answer = officer.post(place, data={"concluded_on": "R8.5.7"})
    assert answer.status_code == 422
    assert "確認できていない事情を入力して記録します" in text_of(answer)
    reason = "原本は窓口で確認した。"
    typed = {"concluded_on": "R8.5.7", "guarantee_open_because": reason}
    assert officer.post(place, data=typed).status_code == 302
    with desk.app.app_context():
        tags = desk.town.tags()
    assert "contract:paper:guarantee_open" in tags
    assert REFUSED_DATE not in tags, "the date itself was fine"
    words = text_of(officer.get(desk.case))
    assert "契約保証を確認できないまま、紙の契約の締結を記録しました" in words
    assert reason in words
