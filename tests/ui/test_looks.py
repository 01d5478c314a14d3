"""Every component in every state: accessible, nowhere wider than the screen, inside the policy, small."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.ui.gallery import ROOT, create_gallery

ERRORS = (400, 403, 404, 405, 409, 413, 422, 429, 500, 503)
PAGES = ("/contractor", "/contractor/errors", "/office", "/viewer", "/pictures")
WIDTHS = (320, 768, 1280)
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", [*PAGES, "/error/404"])
def test_axe_finds_nothing_and_nothing_overflows(gallery: str, browser: Browser, path: str, width: int):
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
    page.goto(gallery + path)
    found = [
        (item["id"], [node["target"] for node in item["nodes"]])
        for item in Axe().run(page).response["violations"]
    ]
    overflow = page.evaluate(TOO_WIDE)
    page.close()
    assert found == []
    assert overflow <= 0
    assert complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_twice_the_letter_size_still_fits(gallery: str, browser: Browser, path: str):
    page = browser.new_page(viewport={"width": 640, "height": 450})
    page.goto(gallery + path)
    page.add_script_tag(url="/static/js/warifu.js")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    overflow = page.evaluate(TOO_WIDE)
    page.close()
    assert overflow <= 0


@pytest.mark.parametrize("path", [*PAGES, *(f"/error/{code}" for code in ERRORS)])
def test_a_page_is_small_and_has_no_inline_script_or_style(path: str):
    html = create_gallery().test_client().get(path).get_data(as_text=True)
    assert len(html.encode()) < 100_000
    assert " style=" not in html
    assert "<style" not in html
    assert " on" + "click" not in html
    assert html.count("<script") == html.count('<script type="module" src="/static/')


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_page_says_what_happened_and_what_is_open(code: int):
    answer = create_gallery().test_client().get(f"/error/{code}")
    html = answer.get_data(as_text=True)
    heading = html.split("<h1>")[1].split("</h1>")[0]
    assert answer.status_code == code
    assert f"<title>{heading}｜割符</title>" in html
    assert "次にできること" in html


def test_colours_are_written_in_one_file_and_no_sheet_is_long():
    sheets = list((ROOT / "portal/static/css").glob("*.css"))
    assert len(sheets) >= 9
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert text.count("\n") <= 300, sheet.name
        assert "http" not in text, sheet.name
        if sheet.name != "tokens.css":
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[\s;,)])", text), sheet.name


def test_scripts_and_templates_ask_no_other_host():
    files = [
        *(ROOT / "portal/static/js").glob("*.js"),
        *(ROOT / "portal/templates/components").glob("*.html"),
    ]
    for file in [*files, ROOT / "portal/templates/base.html"]:
        assert "://" not in file.read_text(encoding="utf-8"), file.name
