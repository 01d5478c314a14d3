"""Electronic guarantees permitted case by case: at the award, in an import, changed later with a reason. (CITY-31)"""

import io
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from portal.acting import looking
from portal.scoping import Scope
from procurement.cases import ProcurementCase
from tests.portal.office.desk import AWARD, OfficeDesk, text_of
from tests.portal.office.guarantee_desk import tags
from tests.workflows.town import OFFICER, START


@pytest.fixture
def asking(app: Flask) -> Iterator[OfficeDesk]:
    """A city that permits electronic guarantees case by case."""
    with ExitStack() as stack:
        stack.enter_context(clock.freeze(START))
        yield OfficeDesk(app, stack, "ashikaga")


def test_the_permission_is_typed_checked_imported_and_changed_with_a_reason(asking: OfficeDesk) -> None:
    officer = asking.browser("officer")
    assert "電子保証の利用を認める" in officer.get("/office/awards/new").text
    assert "電子保証の利用" in officer.get("/office/awards/import/template.csv").text
    typed = {**AWARD, "requires_contract_guarantee": "y", "allows_electronic_guarantee": "y"}
    checked = officer.post("/office/awards/new", data={**typed, "action": "check"})
    assert "電子保証の利用 認める" in text_of(checked)
    case = officer.post("/office/awards", data=typed).location
    page = f"{case}/guarantees/permission"
    assert "認めています" in officer.get(f"{case}/guarantees").text
    silent = officer.post(page, data={"is_allowed": "no", "reason": ""})
    assert silent.status_code == 422
    same = officer.post(page, data={"is_allowed": "yes", "reason": "確認のため"})
    assert same.status_code == 422
    assert "確認のため" in same.text
    assert officer.post(page, data={"is_allowed": "no", "reason": "対象外と判明"}).status_code == 302
    assert "認めていません" in officer.get(f"{case}/guarantees").text
    assert "guarantee:allow" in tags(asking)
    assert "対象外と判明" in officer.get(case).text


def test_an_import_carries_guarantee_and_permission(asking: OfficeDesk) -> None:
    officer = asking.browser("officer")
    template = officer.get("/office/awards/import/template.csv").data.decode("utf-8-sig")
    bad = template.replace("認める", "たぶん")
    for text, words in ((bad, "「認める」「認めない」"), (template, "1件を取り込む")):
        upload = {"file": (io.BytesIO(text.encode()), "rakusatsu.csv")}
        preview = officer.get(officer.post("/office/awards/import", data=upload).location)
        assert words in text_of(preview)
    officer.post(preview.request.path)
    with asking.app.app_context(), looking(OFFICER, Scope()) as act:
        (case,) = act.session.scalars(select(ProcurementCase))
        assert (case.requires_contract_guarantee, case.allows_electronic_guarantee) == (True, True)


def test_the_permission_is_asked_only_where_the_city_asks_it(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    assert "電子保証の利用" not in officer.get("/office/awards/import/template.csv").text
    assert "電子保証の利用を認める" not in officer.get("/office/awards/new").text
    address = f"{secured.case}/guarantees/permission"
    refused = officer.post(address, data={"is_allowed": "yes", "reason": "希望があったため"})
    assert refused.status_code == 422
