"""Queues and lists: every count says what its list shows, and SQL says what the entities say."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.acting import looking
from portal.office.case_lists import CaseFilter, cases_query
from portal.office.queues import QUEUES, TODAY, WAITING
from portal.office.stages import contract_is
from portal.scoping import Scope
from procurement.contracts import Contract, ContractStage
from tests.conftest import database_url
from tests.portal.office.desk import OfficeDesk, text_of
from tests.workflows.town import OFFICER

__all__ = ["database_url"]  # both kinds, unlike the other tests of this door

STEPS = {
    "application": ("award",),
    "review": ("award", "file"),
    "drafting": ("award", "file", "accept"),
    "contractor_signing": ("start_signing",),
    "city_signing": ("start_signing", "consent", "seal"),
    "concluded": ("conclude",),
}


@pytest.mark.parametrize("key", STEPS)
def test_a_case_stands_in_its_queue(desk: OfficeDesk, officer: FlaskClient, key: str) -> None:
    desk.play(*STEPS[key])
    page = officer.get(f"/office/cases?stage={key}")
    assert "市道改良工事" in page.text
    others = set(STEPS) - {key}
    assert all("市道改良工事" not in officer.get(f"/office/cases?stage={other}").text for other in others)


def test_every_count_on_the_home_page_is_the_number_of_its_list(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    desk.play("start_signing", "consent", "seal")
    desk.play("award", number="R8-002")
    home = officer.get("/office/").text
    found = re.findall(r'href="([^"]*stage=\w+)"><span class="counter__number">(\d+)', home)
    assert len(found) == len(TODAY) + len(WAITING)
    for href, count in found:
        assert f'<p class="quiet">{count}件</p>' in officer.get(href).text


@pytest.mark.parametrize("acts", STEPS.values(), ids=list(STEPS))
def test_sql_and_entity_agree_on_the_stage(desk: OfficeDesk, acts: tuple[str, ...]) -> None:
    desk.play(*acts)
    with desk.app.app_context(), looking(OFFICER, Scope()) as act:
        for contract in act.session.scalars(select(Contract)).all():
            query = select(Contract.id).where(Contract.id == contract.id)
            found = [stage for stage in ContractStage if act.session.scalar(query.where(contract_is(stage)))]
            assert found == [contract.stage]


def test_counts_and_lists_stay_in_the_city(desk: OfficeDesk) -> None:
    desk.play("award")
    other = OfficeDesk(desk.app, desk.town.stack, "iwaki")
    home = other.browser().get("/office/").text
    assert not re.search(r'counter__number">[1-9]', home)
    assert "市道改良工事" not in other.browser().get("/office/cases").text


def test_a_list_is_filtered_by_words_and_ordered_by_its_address(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    desk.play("award", number="R8-001", title="あ工事", contract_price=2_000_000, consumption_tax=0)
    desk.play("award", number="R8-002", title="い工事", contract_price=1_000_000, consumption_tax=0)
    assert "い工事" not in officer.get("/office/cases?q=%E3%81%82%E5%B7%A5%E4%BA%8B").text
    for typed in ("R8-002", "r8-002", "Ｒ８－００２"):
        found = officer.get("/office/cases", query_string={"q": typed}).text
        assert "い工事" in found
        assert "あ工事" not in found
    by_price = text_of(officer.get("/office/cases?sort=price"))
    assert by_price.index("い工事") < by_price.index("あ工事")
    assert "条件に合う案件はありません" in officer.get("/office/cases?q=100%25").text
    desk.play("award", number="Ｒ８－工－３", title="う工事")
    assert "う工事" in officer.get("/office/cases", query_string={"q": "R8-工-3"}).text


def test_a_page_holds_25_cases(desk: OfficeDesk, officer: FlaskClient) -> None:
    for number in range(26):
        desk.play("award", number=f"R8-{number:03}")
    first, second = officer.get("/office/cases"), officer.get("/office/cases?page=2")
    assert first.text.count('<th scope="row"') == 25
    assert second.text.count('<th scope="row"') == 1
    assert officer.get("/office/cases?page=99").text.count('<th scope="row"') == 1


def test_a_case_that_missed_its_deadline_is_overdue(desk: OfficeDesk) -> None:
    desk.play("award")
    desk.town.go_on(days=6)
    officer = desk.browser("officer")
    assert "市道改良工事" in officer.get("/office/cases?stage=overdue").text
    assert "期限を過ぎています" in officer.get("/office/").text


def test_every_queue_makes_a_query(desk: OfficeDesk) -> None:
    with desk.app.app_context(), looking(OFFICER, Scope()) as act:
        for key in QUEUES:
            assert act.session.scalars(cases_query(CaseFilter(stage=key), "due", act.now)).all() == []
