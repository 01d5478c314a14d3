"""The registry's own door in the demo: listed with words, one press to enter, and the demo's notices open there."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from portal.accounts.models import Account, Door
from portal.demo.people import labels
from portal.notice_reading import notices_in
from portal.unit_of_work import reading
from tests.demo.conftest import Demo

DAY = date(2026, 5, 5)


@pytest.fixture
def people(demo: Demo) -> tuple[Flask, dict[str, list[Account]]]:
    """The app of the demo, and the people of the registry by their organisation."""
    app = demo(DAY)
    found: dict[str, list[Account]] = {}
    with app.app_context(), reading() as session:
        for account in session.scalars(select(Account).where(Account.door == Door.REGISTRY)):
            found.setdefault(account.organisation or "", []).append(account)
    return app, found


def entered(app: Flask, account: Account) -> FlaskClient:
    client = app.test_client()
    assert client.post(f"/demo/sign-in/{account.id}").location == "/registry/"
    return client


def test_the_demo_lists_them_with_a_label(people: tuple[Flask, dict[str, list[Account]]]) -> None:
    app, found = people
    said = app.test_client().get("/demo/").text
    for account in (account for accounts in found.values() for account in accounts):
        assert labels()[account.login_name] in said
    assert 'href="/registry/"' in said


def test_a_notice_of_each_city_opens_at_the_door_of_its_orderer(
    people: tuple[Flask, dict[str, list[Account]]],
) -> None:
    app, found = people
    folder = Path(app.config["INSTANCE"]) / "demo" / "notices"
    cities = set(found) - {"east"}
    with clock.freeze(datetime.combine(DAY, time(9), clock.TOKYO)):
        for code in sorted(cities):
            path = min(folder.glob(f"{code}_*.pdf"))
            with app.app_context():
                notice = notices_in(path, path.name)[0]
            assert notice.authentication_key is not None
            typed = {"number": notice.guarantee_contract_number, "key": notice.authentication_key.reveal()}
            answer = entered(app, found[code][0]).post("/registry/look-up", data=typed)
            assert answer.status_code == 200
            assert f"{notice.work_name}" in answer.text
        company = entered(app, found["east"][0]).get("/registry/certificates").text
    assert cities == {"ashikaga", "tosu"}
    assert "東日本建設業保証株式会社" in company
    assert "前払金保証と電子保証の件数" in app.test_client().get("/registry/orderers").text
