"""Every compared line altered once, on a certificate in the real registry: what the officer's page says and lets pass.

A number other than the one asked for, and a company whose numbers look differently, are not in this table: the
registry takes no such certificate and finds none by another number.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee
from guarantees.lookup import Arrived, Publication
from guarantees.products import Product
from guarantees.registry.orm import Orderer, OrdererKind
from portal import clock
from portal.acting import acting, looking
from portal.registries import registry_publisher
from portal.scoping import Scope
from portal.unit_of_work import writing
from tests.portal.office.desk import OfficeDesk, text_of
from tests.portal.office.guarantee_desk import RECEIVED
from tests.workflows.secured import KEY, NUMBER, certificate
from tests.workflows.town import OFFICER, START

FITTING = certificate().latest
DAY = START.date()
LATER = {"contracted_on": DAY + timedelta(days=300)}
ALTERED: list[tuple[str, str, dict[str, Any]]] = [
    ("product", "mismatch", {"product": Product.ADVANCE_PAYMENT}),
    ("contractor", "look", {"contractor": "（株）山田建設"}),
    ("contractor", "mismatch", {"contractor": "株式会社海野組"}),
    ("orderer", "mismatch", {"orderer": "いわき市長"}),
    ("work_name", "mismatch", {"work_name": "海岸通り橋りょう補修工事"}),
    ("contract_price", "look", {"contract_price": 10_900_000}),
    ("contract_price", "mismatch", {"contract_price": 50_000_000}),
    ("guaranteed_amount", "mismatch", {"guaranteed_amount": 1_099_999}),
    ("guarantee_period", "mismatch", {"guarantee_ends_on": DAY + timedelta(days=100)}),
    ("guarantee_period", "mismatch", {"guarantee_starts_on": DAY + timedelta(days=30)}),
    ("work_period", "look", {"work_starts_on": DAY + timedelta(days=20)}),
    ("consistency", "look", LATER),
]


@pytest.fixture
def secured(desk: OfficeDesk) -> OfficeDesk:
    """A case that needs a contract guarantee, and its city among the registry's orderers."""
    desk.play("award", requires_contract_guarantee=True)
    with desk.app.app_context(), writing(Scope()) as session:
        tosu = Orderer(code="tosu", name="鳥栖市", kind=OrdererKind.MUNICIPALITY, starts_on=date(2024, 4, 1))
        session.add(tosu)
    return desk


def publish(
    desk: OfficeDesk, kind: VersionKind, contents: CertificateContents | None, reason: str = ""
) -> None:
    with desk.app.app_context():
        told = registry_publisher().publish(
            Publication(
                kind,
                "west",
                NUMBER,
                published_by="支店",
                key=AuthenticationKey(KEY),
                orderer="tosu",
                contents=contents,
                reason=reason,
            ),
            now=clock.now(),
        )
    assert isinstance(told, Arrived), told


def lodge_and_look(desk: OfficeDesk, officer: FlaskClient) -> str:
    """Through the page: number and key typed, then looked up; the address of the guarantee."""
    page = lodge(desk, officer)
    assert officer.post(f"{page}/look").location == page
    return page


def lodge(desk: OfficeDesk, officer: FlaskClient) -> str:
    typed = RECEIVED | {"number": NUMBER, "key": KEY}
    answer = officer.post(f"{desk.case}/guarantees/new?obligation=contract", data=typed)
    assert answer.status_code == 302, text_of(answer)
    return answer.location


def different(desk: OfficeDesk, page: str) -> dict[str, str]:
    """The lines of the newest look that are not a match."""
    with desk.app.app_context(), looking(OFFICER, Scope()) as act:
        row = act.session.get_one(LodgedGuarantee, page.rpartition("/")[2])
        assert row.last_answer is not None
        lines = row.last_answer.lines or []
        assert len(lines) == 14
        return {line["code"]: line["result"] for line in lines if line["result"] != "match"}


def judge(desk: OfficeDesk, officer: FlaskClient, page: str, code: str, result: str) -> None:
    """The altered line alone differs, the page says so, and acceptance waits for what the result asks for."""
    assert different(desk, page) == {code: result}
    seen = text_of(officer.get(page))
    assert "一致 13、それ以外 1" in seen
    assert ("要確認" if result == "look" else "不一致") in seen
    assert officer.post(f"{page}/acceptance").status_code == 422
    decision = {"is_fine": "yes", "reason": "保証会社に電話で確かめました。"}
    decided = officer.post(f"{page}/lines/{code}", data=decision).status_code
    accepted = officer.post(f"{page}/acceptance").status_code
    assert (decided, accepted) == ((302, 302) if result == "look" else (422, 422))


def test_what_fits_is_a_match_in_every_line(secured: OfficeDesk, officer: FlaskClient) -> None:
    publish(secured, VersionKind.NEW, FITTING)
    page = lodge_and_look(secured, officer)
    assert different(secured, page) == {}
    assert officer.post(f"{page}/acceptance").status_code == 302


@pytest.mark.parametrize(("code", "result", "changes"), ALTERED)
def test_an_altered_line_is_told_and_stops_acceptance(
    secured: OfficeDesk, officer: FlaskClient, code: str, result: str, changes: dict[str, Any]
) -> None:
    publish(secured, VersionKind.NEW, replace(FITTING, **changes))
    judge(secured, officer, lodge_and_look(secured, officer), code, result)


@pytest.mark.parametrize(("days", "result"), [(3, "look"), (60, "mismatch")])
def test_another_day_of_the_contract(
    secured: OfficeDesk, officer: FlaskClient, days: int, result: str
) -> None:
    secured.play("file", "accept")
    with secured.app.app_context(), acting(OFFICER) as act:
        secured.town.contract(act).conclude(at=act.now, on=DAY)
    publish(secured, VersionKind.NEW, replace(FITTING, contracted_on=DAY - timedelta(days=days)))
    judge(secured, officer, lodge_and_look(secured, officer), "contracted_on", result)


def test_a_change_after_the_city_was_told(secured: OfficeDesk, officer: FlaskClient) -> None:
    publish(secured, VersionKind.NEW, FITTING)
    page = lodge(secured, officer)
    secured.play("go_on", hours=1)
    publish(secured, VersionKind.CHANGE, replace(FITTING, guaranteed_amount=1_200_000), "増額")
    officer.post(f"{page}/look")
    judge(secured, officer, page, "changed", "look")


def test_an_ended_guarantee(secured: OfficeDesk, officer: FlaskClient) -> None:
    publish(secured, VersionKind.NEW, FITTING)
    publish(secured, VersionKind.CANCELLATION, None, "お申し出のため")
    judge(secured, officer, lodge_and_look(secured, officer), "cancelled", "mismatch")
