"""FORM-C06: where the city's rule says so, sending waits for a confirmed address, or for an officer's reason."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.acting import House, acting
from portal.scoping import Scope
from procurement.cities.kinds import AddressConfirmation
from procurement.electronic_contract_requests import ElectronicContractRequest
from procurement.rules import CityRules
from tests.portal.office.desk import OfficeDesk, text_of
from tests.workflows.town import OFFICER

REASON = "電話で受け取りを確かめたため。"


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch, desk: OfficeDesk) -> OfficeDesk:
    """Tosu as it would be with `confirm_address = "required"`, its application accepted, its contract drafted."""
    usual = House.cities.func  # type: ignore[attr-defined]

    def cities(house: House) -> Mapping[str, CityRules]:
        known = dict(usual(house))
        rule = replace(known["tosu"].usage_application, confirm_address=AddressConfirmation.REQUIRED)
        return known | {"tosu": replace(known["tosu"], usage_application=rule)}

    monkeypatch.setattr(House, "cities", property(cities))
    desk.play("award", "file", "accept", "draft")
    return desk


def test_sending_is_held_in_words_until_the_address_is_confirmed(
    strict: OfficeDesk, officer: FlaskClient
) -> None:
    page = text_of(officer.get(f"{strict.contract}/send"))
    assert "未確認のため、署名依頼を送信できません" in page
    assert "この内容で署名を依頼する" not in page
    assert "未確認です" in text_of(officer.get(strict.case))
    refused = officer.post(f"{strict.contract}/send", data={"fingerprint": "x"})
    assert refused.status_code == 422
    with strict.app.app_context(), acting(OFFICER, Scope()) as act:
        request = act.session.scalars(select(ElectronicContractRequest)).one()
        request.address_confirmed_at = act.now
    page = text_of(officer.get(f"{strict.contract}/send"))
    assert "この内容で署名を依頼する" in page
    assert "確認済" in page


def test_an_officer_goes_on_with_a_reason_that_is_recorded(strict: OfficeDesk, officer: FlaskClient) -> None:
    decision = f"{strict.contract}/decisions/address"
    assert decision in officer.get(strict.case).text
    assert officer.post(decision, data={"reason": " "}).status_code == 422
    assert officer.post(decision, data={"reason": REASON}).status_code == 302
    case = text_of(officer.get(strict.case))
    assert "メールアドレスの確認を待たずに進めることにしました" in case
    assert REASON in case
    page = text_of(officer.get(f"{strict.contract}/send"))
    assert "この内容で署名を依頼する" in page
    assert f"確認を待たずに進めます（{REASON}）" in page
    assert officer.post(decision, data={"reason": REASON}).status_code == 422


def test_where_the_rule_only_shows_nothing_is_held(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("award", "file", "accept", "draft")
    page = text_of(officer.get(f"{desk.contract}/send"))
    assert "未確認" in page
    assert "この内容で署名を依頼する" in page
    refused = officer.post(f"{desk.contract}/decisions/address", data={"reason": REASON})
    assert "確認を待っている申請はありません" in text_of(refused)


def test_the_officer_has_the_mail_sent_again(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("award", "file", "accept")
    place = f"{desk.filing}/address-mail"
    assert place in officer.get(desk.filing).text
    refused = officer.post(place)
    assert refused.status_code == 422
    assert "5分に1回、1日に5回まで" in text_of(refused)
    desk.town.go_on(minutes=6)
    assert officer.post(place).status_code == 302
    assert "確認のメールを送り直しました" in text_of(officer.get(desk.filing))
    assert "メールアドレスの確認のメールを送り直しました" in text_of(officer.get(desk.case))
