"""Who looked at a company's certificates: the officer sees every try, the customer when its orderer looked. (GUAR-71)"""

from datetime import date, timedelta

import pytest

from guarantees.registry.orm import LookOutcome, Orderer, OrdererKind, RegistryLook
from portal.filters import short_instant
from portal.scoping import Scope
from portal.unit_of_work import writing
from tests.portal.surety.desk_town import CITY, MAYOR, START, DeskTown

REFUSED, LOCKED = "不一致（番号か認証キーの誤りなど）", "一時停止中の照会"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: nothing here depends on it."""
    return sqlite_url


def add_looks(desk: DeskTown, number: str) -> None:
    """The registry's log: its city looked, a stranger tried in vain, and another certificate was tried."""
    said = (
        (CITY, number, LookOutcome.FOUND),
        ("elsewhere", number, LookOutcome.REFUSED),
        ("elsewhere", number, LookOutcome.LOCKED),
        (CITY, "2260000099", LookOutcome.REFUSED),
    )
    with desk.app.app_context(), writing(Scope()) as session:
        session.add(Orderer(code=CITY, name=MAYOR, kind=OrdererKind.MUNICIPALITY, starts_on=date(2024, 4, 1)))
        for minute, (orderer, asked, outcome) in enumerate(said):
            at = START + timedelta(minutes=minute)
            values = {"asked_by": "職員", "address": "", "issuer": "west"}
            session.add(RegistryLook(at=at, orderer=orderer, number=asked, outcome=outcome, **values))


def test_the_officer_sees_the_tries_and_the_customer_the_looks(desk: DeskTown) -> None:
    guarantee = desk.issued(desk.applied())
    number = desk.guarantee(guarantee)["number"]
    add_looks(desk, number)
    page = f"/surety/guarantees/{guarantee}"
    home, tries = desk.officer.get("/surety/").text, desk.officer.get("/surety/tries").text
    for text in (home, tries):
        assert text.index(LOCKED) > text.index("2260000099")  # the newest first
        assert text.count(REFUSED) == 2
        assert f'<a href="{page}">{number}</a>' in text
        assert '">2260000099</a>' not in text
        assert "elsewhere" in text
    assert (">閲覧<" in home, ">閲覧<" in tries) == (False, True)
    for text in (desk.officer.get(page).text, desk.customer.get(f"/surety/desk/guarantees/{guarantee}").text):
        looks = text.partition("<h2>発注者の閲覧</h2>")[2].partition("</table>")[0]
        assert (looks.count(short_instant(START)), looks.count(MAYOR)) == (1, 1)
        assert "elsewhere" not in text
