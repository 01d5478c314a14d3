"""The registry's own door: look up with history, the surety's versions and tries, supported orderers."""

import re

from flask import Flask
from flask.testing import FlaskClient

from guarantees.lookup import NEUTRAL
from guarantees.registry.orderers import load_orderers
from portal.cli.registries import DEMO_ORDERERS
from portal.registry.serving import registry_app
from portal.unit_of_work import writing
from tests.guarantees.registry.samples import KEY, NUMBER, ORDERER, OTHER_ORDERER
from tests.portal.registry.conftest import PASSWORD


def signed_in(app: Flask, login_name: str) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/login", data={"login_name": login_name, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def words(html: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", html))


def test_an_orderer_sees_the_certificate_with_its_visible_history(portal: Flask) -> None:
    city = signed_in(portal, ORDERER)
    assert city.get("/registry/").location == "/registry/look-up"
    answer = city.post("/registry/look-up", data={"number": NUMBER.lower(), "key": f" {KEY.reveal()} "})
    assert answer.status_code == 200
    said = words(answer.text)
    assert "電子保証概要（前払金保証）" in said
    assert "訂正、変更取消された履歴は表示されません" in said
    assert "22,000,000" in said
    assert "23,000,000" not in said
    assert said.index("No.2") < said.index("No.1")
    assert KEY.reveal() not in answer.text
    own = city.get("/registry/look-up").text
    assert NUMBER in own
    assert "閲覧した" in own


def test_another_orderer_gets_the_neutral_refusal_without_the_key(portal: Flask) -> None:
    city = signed_in(portal, OTHER_ORDERER)
    for _ in range(5):
        answer = city.post("/registry/look-up", data={"number": NUMBER, "key": KEY.reveal()})
        assert answer.status_code == 422
        assert NEUTRAL in answer.text
        assert KEY.reveal() not in answer.text
    locked = city.post("/registry/look-up", data={"number": NUMBER, "key": KEY.reveal()})
    assert locked.status_code == 429
    assert "照会を止めています" in locked.text


def test_the_surety_sees_hidden_versions_and_tries(portal: Flask) -> None:
    signed_in(portal, OTHER_ORDERER).post("/registry/look-up", data={"number": NUMBER, "key": "x"})
    surety = signed_in(portal, "east")
    assert NUMBER in surety.get("/registry/certificates?q=310").text
    said = words(surety.get(f"/registry/certificates/{NUMBER}").text)
    assert "23,000,000" in said
    assert "変更取消" in said
    assert "月形市長閲覧できなかった1回" in said
    assert signed_in(portal, "west").get(f"/registry/certificates/{NUMBER}").status_code == 404


def test_the_bundled_list_gives_the_counts_and_the_rates_of_the_report(portal: Flask) -> None:
    with portal.app_context(), writing() as session:
        load_orderers(session, DEMO_ORDERERS.read_text(encoding="utf-8"))
        assert load_orderers(session, DEMO_ORDERERS.read_text(encoding="utf-8")) == 12
    said = words(portal.test_client().get("/registry/orderers").text)
    for rate in ("83.1%", "76.6%", "76.9%", "89.7%", "80.6%", "86.2%", "90.5%", "76.5%"):
        assert rate in said
    assert "国土交通省国2022年5月" in said
    assert "雪原村長市町村2027年4月（開始前）" in said
    assert "都道府県1" in said


def test_the_service_alone_has_no_way_to_a_page_of_the_portal(app: Flask) -> None:
    alone = registry_app({name: app.config[name] for name in ("MODE", "INSTANCE", "DATABASE_URL")})
    ask = alone.test_client().get
    assert ask("/").location == "/registry/orderers"
    shown = ask("/registry/orderers").text
    for address in set(re.findall(r'(?:href|action)="(/[^"#]*)"', shown)):
        assert ask(address).status_code in (200, 302), address
    for address in ("/verify", "/office/", "/contractor/", "/surety/", "/demo/", "/help"):
        assert app.test_client().get(address).status_code != 404 or address == "/demo/", address
        absent = ask(address)
        assert absent.status_code == 404
        assert "お探しの画面が見つかりません" in absent.text
    alone.extensions["database"].dispose()
