"""The page of an amendment shows what is secured now, and says afterwards what the change asks of it."""

import re

from flask.testing import FlaskClient

from portal.acting import acting
from portal.scoping import Scope
from procurement.cities.kinds import GuaranteeKind
from tests.portal.office.desk import OfficeDesk, text_of
from tests.workflows.payments import secure
from tests.workflows.town import OFFICER, START

CHANGE = {
    "contract_price": "13,200,000",
    "consumption_tax": "1,200,000",
    "starts_on": "",
    "ends_on": "",
    "reason": "数量の増加",
}


def test_a_higher_price_asks_for_the_changed_certificate(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("award", requires_contract_guarantee=True)
    desk.play("file", "accept")
    with desk.app.app_context(), acting(OFFICER, Scope()) as act:
        desk.town.contract(act).conclude(at=act.now, on=START.date())
    with desk.app.app_context():
        secure(desk.town, GuaranteeKind.CONTRACT, 1_100_000)
    address = f"{desk.contract}/amendments/new"
    assert "いまの保証 契約保証 1,100,000円" in text_of(officer.get(address))
    answer = officer.post(address, data=CHANGE, follow_redirects=True)
    assert "220,000円足りません。" in text_of(answer)
    assert "受注者にメールで知らせました。" in text_of(answer)
    case = officer.get(desk.case)
    assert "変更後の証書が必要" in text_of(case)
    assert "確保済み" not in text_of(case)
    lodged = officer.get(f"{desk.case}/guarantees").text
    page = text_of(officer.get(re.search(r"/office/guarantees/[\w-]{22}", lodged)[0]))
    now, after = page.split("変更契約の締結後")
    assert "請負代金額 11,000,000円" in now
    assert "請負代金額 13,200,000円" in after
    assert "変更後の証書が必要" in text_of(officer.get("/office/guarantees"))
