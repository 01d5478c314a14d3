"""Pages of guarantees in a real browser, at a desk and on a phone: axe finds nothing, nothing hangs over the side."""

import logging
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from guarantees import testing
from guarantees.lodged import Means
from portal.accounts.case_links import issue_case_link
from portal.acting import acting
from portal.scoping import Scope
from tests.journeys.visitor import Visitor
from tests.portal.contractor.test_guarantees import notice
from tests.portal.office.desk import OfficeDesk
from tests.workflows.secured import ask_of, certificate, lodged_in, look
from tests.workflows.town import OFFICER

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PICTURES = os.environ.get("WARIFU_PICTURES")
"""A folder for pictures of the pages, for whoever wants to look at them."""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The portal behind a real server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def scene(desk: OfficeDesk) -> dict[str, str]:
    """A case with a doubtful electronic guarantee, and a bank's whose original is awaited."""
    desk.play("award", requires_contract_guarantee=True)
    with desk.app.app_context():
        ask_of(testing.found(certificate(contractor="（株）山田建設", guarantee_ends_on=date(2026, 9, 1))))
        electronic = lodged_in(desk.town)
        look(electronic)
        bank = lodged_in(
            desk.town, Means.BANK, amount=500_000, issuer_name="見本銀行　本店", ends_on=date(2026, 10, 4)
        )
        with acting(OFFICER, Scope()) as act:
            case = desk.town.case(act)
            assert case.award is not None
            token = issue_case_link(
                act.session, city=case.city, case_id=case.id, company_id=case.award.company_id, now=act.now
            )
    return {"electronic": electronic, "bank": bank, "case": desk.town.case_id, "token": token}


def office_pages(scene: dict[str, str]) -> dict[str, str]:
    case, one = f"/office/cases/{scene['case']}", f"/office/guarantees/{scene['electronic']}"
    return {
        "list": "/office/guarantees",
        "case": case,
        "guarantees": f"{case}/guarantees",
        "electronic": one,
        "bank": f"/office/guarantees/{scene['bank']}",
        "by-hand": f"{one}/by-hand",
        "new": f"{case}/guarantees/new",
        "new-bank": f"{case}/guarantees/new?means=bank",
    }


def contractor_pages(scene: dict[str, str]) -> dict[str, str]:
    base = f"/contractor/cases/{scene['case']}/guarantees"
    return {
        "my-case": f"/contractor/cases/{scene['case']}",
        "my-guarantees": base,
        "my-notice": f"{base}/contract/notice",
        "my-key": f"{base}/contract/key",
        "my-means": f"{base}/contract/means",
        "help": "/help/guarantees",
    }


@pytest.mark.slow
def test_on_a_phone_every_page_is_for_everybody(
    browser: Browser, address: str, desk: OfficeDesk, scene: dict[str, str]
) -> None:
    office = visitor_of(browser, address, desk.browser("officer"), PHONE)
    contractor = contractor_of(browser, address, scene, PHONE)
    walk(office, address, office_pages(scene), PHONE)
    walk(contractor, address, contractor_pages(scene), PHONE)
    lodge_by_notice(contractor, address, scene, PHONE)
    assert office.complaints + contractor.complaints == []


@pytest.mark.slow
def test_at_a_desk_the_wide_pages_hold(
    browser: Browser, address: str, desk: OfficeDesk, scene: dict[str, str]
) -> None:
    office = visitor_of(browser, address, desk.browser("officer"), DESKTOP)
    wide = {"list", "case", "guarantees", "electronic"}
    pages = {name: path for name, path in office_pages(scene).items() if name in wide or PICTURES}
    walk(office, address, pages, DESKTOP)
    contractor = contractor_of(browser, address, scene, DESKTOP)
    walk(contractor, address, {"my-guarantees": contractor_pages(scene)["my-guarantees"]}, DESKTOP)
    assert office.complaints + contractor.complaints == []


def walk(visitor: Visitor, address: str, pages: dict[str, str], size: dict[str, int]) -> None:
    """Open each page; the visitor judges it."""
    for name, path in pages.items():
        answer = visitor.open(f"{address}{path}")
        assert answer is not None
        assert answer.status == 200, name
        picture(visitor, name, size)


def contractor_of(browser: Browser, address: str, scene: dict[str, str], size: dict[str, int]) -> Visitor:
    """A browser that came by the link of the case."""
    visitor = Visitor(browser.new_context(viewport=size, locale="ja-JP").new_page())
    visitor.open(f"{address}/enter/{scene['token']}")
    return visitor


def lodge_by_notice(visitor: Visitor, address: str, scene: dict[str, str], size: dict[str, int]) -> None:
    """From the phone's files to the check page; the key is nowhere on it."""
    visitor.open(f"{address}{contractor_pages(scene)['my-notice']}")
    file: Any = {
        "name": "お知らせ.pdf",
        "mimeType": "application/pdf",
        "buffer": notice(work_name="市道改良工事"),
    }
    visitor.page.locator("input[type=file]").set_input_files(file)
    visitor.press("読み取る")
    picture(visitor, "my-check", size)
    assert "読み取って伏せています" in visitor.text()
    visitor.open(f"{address}{contractor_pages(scene)['my-key']}")
    visitor.page.locator("#number").fill("31072-0001M")
    visitor.page.locator("#key").fill("O0lI")
    visitor.press("契約保証として提出する")
    assert visitor.page.locator("#key").input_value() == ""
    picture(visitor, "my-key-doubted", size)


def visitor_of(browser: Browser, address: str, client: FlaskClient, size: dict[str, int]) -> Visitor:
    """A browser that carries the sign-in of a test client."""
    context = browser.new_context(viewport=size, locale="ja-JP")
    cookie = client.get_cookie("warifu")
    assert cookie is not None
    context.add_cookies([{"name": "warifu", "value": cookie.value, "url": address}])
    return Visitor(context.new_page())


def picture(visitor: Visitor, name: str, size: dict[str, int]) -> None:
    if PICTURES:
        path = Path(PICTURES) / f"{name}-{size['width']}.png"
        visitor.page.screenshot(path=path, full_page=True)
