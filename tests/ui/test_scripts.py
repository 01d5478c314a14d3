"""Scripts are comfort: one press is one effect, drafts save themselves, and without scripts all is still there."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, Route


def opened(browser: Browser, address: str, **settings: bool) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, **settings)
    page.goto(address)
    return page


def test_a_double_press_sends_the_form_once(gallery: str, browser: Browser):
    page = opened(browser, gallery + "/contractor")
    sent: list[str | None] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.post_data)
            route.fulfill(status=204)
        else:
            route.continue_()

    page.route("**/contractor", answer)
    page.evaluate("() => { const b = document.querySelector('button[name=action]'); b.click(); b.click(); }")
    page.wait_for_selector("button[aria-disabled=true]")
    page.close()
    assert len(sent) == 1
    assert "draft" in (sent[0] or "")


def test_a_draft_is_saved_after_the_last_key(gallery: str, browser: Browser):
    page = opened(browser, gallery + "/contractor")
    page.route("**/draft", lambda route: route.fulfill(json={"saved_at": "10時15分"}))
    page.fill("#company", "株式会社見本建設")
    page.wait_for_selector("text=保存しました 10時15分")
    page.close()


def test_a_draft_that_cannot_be_saved_says_so_and_keeps_the_words(gallery: str, browser: Browser):
    page = opened(browser, gallery + "/contractor")
    page.route("**/draft", lambda route: route.fulfill(status=503))
    page.fill("#company", "株式会社見本建設")
    page.wait_for_selector("text=自動保存ができませんでした")
    assert page.input_value("#company") == "株式会社見本建設"
    page.close()


def test_the_error_summary_has_the_focus(gallery: str, browser: Browser):
    page = opened(browser, gallery + "/contractor/errors")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.close()


def test_the_page_grows_without_being_loaded_again(gallery: str, browser: Browser):
    page = opened(browser, gallery + "/viewer")
    page.click("text=150%")
    assert page.locator(".viewer__pages--150").count() == 1
    assert page.url.endswith("/viewer")
    page.close()


def test_without_scripts_the_links_and_forms_are_there(gallery: str, browser: Browser):
    page = opened(browser, gallery + "/viewer", java_script_enabled=False)
    page.click("text=150%")
    assert page.url.endswith("?zoom=150")
    page.goto(gallery + "/contractor")
    assert page.locator("form button[type=submit]").first.is_visible()
    page.close()


def test_the_first_tab_is_the_way_to_the_content(gallery: str, browser: Browser):
    page = opened(browser, gallery + "/office")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "本文へ移動する"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()
