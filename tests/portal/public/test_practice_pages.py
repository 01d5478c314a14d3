"""The practice in a browser: every page passes axe, none is wider than a phone, all of it works without scripts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.portal.contractor.desk import TOSU
from tests.workflows.databases import on_sqlite

pytestmark = [on_sqlite, pytest.mark.slow]
TYPED = {key: value for part in TOSU for key, value in part.items()}
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def written(page: Page, address: str) -> Iterator[str]:
    """The way from the list to the receipt; stops at each page."""
    page.goto(f"{address}/practice/tosu/")
    yield "list"
    page.goto(f"{address}/practice/tosu/usage_application")
    yield "form"
    page.get_by_role("button", name="確認の画面へ進む").last.click()
    yield "errors"
    for name, value in TYPED.items():
        box = page.locator(f"[name={name}]")
        box.check() if value == "y" else box.fill(value)
    page.get_by_role("button", name="確認の画面へ進む").last.click()
    yield "check"
    page.get_by_role("button", name="提出の練習をする").click()
    yield "receipt"


@pytest.mark.parametrize("scripts", [True, False])
def test_the_way_to_the_receipt_on_a_phone(browser: Browser, address: str, scripts: bool) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    page = context.new_page()
    for name in written(page, address):
        assert "入力した内容は保存されず、市には届きません" in page.inner_text("main"), name
        if scripts:
            assert not page.evaluate(WIDER), name
            assert Axe().run(page).response["violations"] == [], name
    assert "提出の練習が終わりました" in page.inner_text("main")
    context.close()
