"""Who sees what: a link opens its case only, an account its company's cases only."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from portal.acting import house
from portal.app import create_app
from portal.permissions import Role
from procurement.cases import ProcurementCase
from procurement.rules import ProcurementMethod
from tests.people import person, sign_in
from tests.portal.contractor.desk import COMPANY, OTHER_COMPANY, Desk


def account_of(app: Flask, desk: Desk) -> FlaskClient:
    client = app.test_client()
    login_name = f"of-{desk.city}"
    person(app, Role.CONTRACTOR, login_name, company_id=desk.company_id)
    sign_in(client, login_name)
    return client


def test_a_link_opens_its_case_and_no_other_of_the_same_company(app: Flask, tosu: Desk) -> None:
    second = Desk(app, "tosu", number="second")
    client = tosu.browser()
    assert client.get(tosu.base).status_code == 200
    assert client.get("/contractor/").location == tosu.base
    assert client.get(second.base).status_code == 404
    assert client.post(f"{second.filing}/sections/1", data={}).status_code == 404


def test_a_case_of_another_company_is_not_there(app: Flask, tosu: Desk) -> None:
    other = Desk(app, "tosu", OTHER_COMPANY)
    client = account_of(app, tosu)
    assert client.get(other.base).status_code == 404
    assert client.post(f"{other.filing}/submit", data={"seen": ""}).status_code == 404
    assert other.base not in client.get("/contractor/").text


def test_an_account_sees_the_cases_of_its_company_in_every_city(app: Flask, tosu: Desk) -> None:
    elsewhere = Desk(app, "tosu", number="elsewhere")
    page = account_of(app, tosu).get("/contractor/").text
    assert tosu.base in page
    assert elsewhere.base in page
    assert "手続きが必要な案件（2件）" in page


def test_a_city_whose_file_is_broken_closes_its_own_cases_alone(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = replace(COMPANY, corporate_number="1234567890123")
    tosu, elsewhere = Desk(app, "tosu", company), Desk(app, "iwaki", company, number="elsewhere")
    client = account_of(app, tosu)
    assert elsewhere.base in client.get("/contractor/").text
    with app.app_context():
        others = {slug: rules for slug, rules in house().cities.items() if slug != "iwaki"}
        monkeypatch.setitem(house().__dict__, "cities", others)
    page = client.get("/contractor/").text
    assert tosu.base in page
    assert elsewhere.base not in page
    assert "いま表示できない案件があります" in page
    assert "elsewhere" in page


def test_a_dead_link_says_what_to_do_next(client: FlaskClient) -> None:
    page = client.get("/enter/nonsense").text
    assert "リンクの再発行" in page


def test_a_case_outside_the_rules_says_why_and_what_happens(app: Flask) -> None:
    desk = Desk(app, "tosu", method=ProcurementMethod.NEGOTIATED)
    page = desk.browser().get(desk.base).text
    assert "電子契約の対象外です" in page
    assert "随意契約" in page
    assert "紙の契約書で契約します" in page


def test_a_form_without_its_token_is_refused(settings: dict, database_url: str) -> None:
    guarded = create_app({**settings, "CSRF": True})
    desk = Desk(guarded, "tosu")
    assert desk.browser().post(f"{desk.filing}/sections/1", data={}).status_code == 400
    guarded.extensions["database"].dispose()


def test_a_request_to_sign_waits_for_the_contractor(app: Flask, tosu: Desk) -> None:
    def send(case: ProcurementCase) -> None:
        case.contracts[0].go_electronic("受理")
        case.contracts[0].send("envelope", clock.now())

    tosu.read(send)
    page = account_of(app, tosu).get("/contractor/").text
    assert "手続きが必要な案件（1件）" in page
    assert "署名待ち" in page
