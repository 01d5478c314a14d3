"""Pictures of the README: the browser walks the demo and photographs the pages that tell what the portal is for."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Page

from portal.demo.serving import free_port
from tests.browsers import chromium

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "pictures"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _demo(Path(folder)) as address, chromium() as browser:
        _office(browser, address)
        _contractor(browser, address)
        _signer(browser, address)
        _public(browser, address)
    for picture in sorted(TARGET.glob("*.png")):
        print(picture.relative_to(ROOT))


def _office(browser: Browser, address: str) -> None:
    page = _signed_in(browser, address, "鳥飼　さくら", DESKTOP)
    _shoot(page, "office-home")
    page.goto(f"{address}/office/cases?q=浄化センター")
    page.get_by_role("link", name="浄化センター機械設備更新工事").first.click()
    _shoot(page, "office-case")


def _contractor(browser: Browser, address: str) -> None:
    page = _signed_in(browser, address, "髙橋　花子", PHONE)
    page.get_by_role("link", name="久保橋").or_(page.get_by_role("link", name="北市民会館")).first.click()
    _shoot(page, "contractor-case")
    page.goto(page.url + "/filings/usage_application/check")
    _shoot(page, "contractor-check")


def _signer(browser: Browser, address: str) -> None:
    page = _page(browser, DESKTOP)
    page.goto(f"{address}/demo/mailbox?to=info@sazanami.example.jp")
    page.get_by_role("link", name="確認依頼が届いています").or_(
        page.get_by_role("link", name="署名依頼が届いています")
    ).first.click()
    page.locator(".demo-mail-body a[href*='/sign/']").first.click()
    _shoot(page, "signer-review")


def _public(browser: Browser, address: str) -> None:
    page = _page(browser, DESKTOP)
    page.goto(f"{address}/demo/mailbox?to=keiyaku@hibari.example.jp")
    page.get_by_role("link", name="電子署名完了のお知らせ").first.click()
    page.locator(".demo-mail-body a[href*='/download/']").first.click()
    with page.expect_download() as arrival:
        page.get_by_role("link", name="ダウンロード").first.click()
    original = arrival.value.path()
    page.goto(f"{address}/verify")
    page.locator("input[type=file]").set_input_files(
        {"name": "契約書.pdf", "mimeType": "application/pdf", "buffer": original.read_bytes()}
    )
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    _shoot(page, "public-verify")


def _signed_in(browser: Browser, address: str, name: str, size: dict[str, int]) -> Page:
    page = _page(browser, size)
    page.goto(f"{address}/demo/")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()
    return page


def _page(browser: Browser, size: dict[str, int]) -> Page:
    return browser.new_context(viewport=size, locale="ja-JP", device_scale_factor=1).new_page()


def _shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=TARGET / f"{name}.png")


@contextmanager
def _demo(instance: Path) -> Iterator[str]:
    port = free_port()
    line = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "serve", "--port", str(port)]
    process = subprocess.Popen(line, cwd=ROOT, env=os.environ | {"WARIFU_INSTANCE": str(instance)})
    try:
        address = f"http://localhost:{port}"
        _wait(address)
        time.sleep(20)  # the jobs send the mails of the demo's history
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str) -> None:
    for _ in range(600):
        with suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError("the demo did not start")


if __name__ == "__main__":
    main()
