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
        _guarantees(browser, address)
        _notice(browser, address, Path(folder) / "demo" / "notices")
        _desk(browser, address)
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
    _open_mail(
        page, f"{address}/demo/mailbox?to=info@sazanami.example.jp", "都市計画道路予備設計業務への署名依頼"
    )
    page.locator(".demo-mail-body a[href*='/sign/']").first.click()
    _shoot(page, "signer-review")


def _public(browser: Browser, address: str) -> None:
    page = _page(browser, DESKTOP)
    _open_mail(page, f"{address}/demo/mailbox?to=keiyaku@hibari.example.jp", "電子署名完了のお知らせ")
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


def _guarantees(browser: Browser, address: str) -> None:
    """What secures a case, as the city sees it; on the phone one whose amendment asks for a changed certificate."""
    page = _signed_in(browser, address, "足立　一郎", DESKTOP)
    page.goto(f"{address}/office/cases?q=通学路カラー舗装工事")
    page.get_by_role("link", name="通学路カラー舗装工事").first.click()
    page.wait_for_load_state()
    page.goto(f"{page.url}/guarantees")
    _shoot(page, "office-guarantees")
    page = _signed_in(browser, address, "雲雀　太郎", PHONE)
    page.get_by_role("link", name="南小学校グラウンド排水工事").first.click()
    page.wait_for_load_state()
    page.goto(f"{page.url}/guarantees")
    _shoot(page, "contractor-guarantees")


def _notice(browser: Browser, address: str, notices: Path) -> None:
    """A key notice is read and lodged; the officer looks its certificate up and compares."""
    page = _signed_in(browser, address, "髙橋　花子", PHONE)
    page.get_by_role("link", name="弥生が丘雨水調整池改修工事").first.click()
    page.wait_for_load_state()
    page.goto(f"{page.url}/guarantees/contract/notice")
    page.locator("input[type=file]").set_input_files(next(notices.glob("tosu_*007_contract_*.pdf")))
    page.get_by_role("button", name="読み取る").click()
    page.wait_for_load_state()
    _shoot(page, "contractor-notice")
    page.get_by_role("button", name="契約保証として提出する").click()
    page.wait_for_load_state()
    page = _signed_in(browser, address, "鳥飼　さくら", DESKTOP)
    page.goto(f"{address}/office/guarantees?q=弥生が丘")
    page.locator("main table a[href*='/office/guarantees/']").first.click()
    page.wait_for_load_state()
    page.get_by_role("button", name="いま照会する").click()
    page.wait_for_load_state()
    _shoot(page, "office-guarantee-check")


def _desk(browser: Browser, address: str) -> None:
    """The desk of a surety company: its customer's page on a phone, an application before its officer."""
    page = _page(browser, PHONE)
    page.goto(f"{address}/demo/")
    page.locator("li", has_text="保証会社（東日本）のお客様（髙橋土木）").get_by_role("button").click()
    page.wait_for_load_state()
    _shoot(page, "desk-home")
    page = _signed_in(browser, address, "東　守", DESKTOP)
    page.goto(f"{address}/surety/applications")
    page.locator("main table a").first.click()
    _shoot(page, "desk-application")


def _signed_in(browser: Browser, address: str, name: str, size: dict[str, int]) -> Page:
    page = _page(browser, size)
    page.goto(f"{address}/demo/")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()
    return page


def _page(browser: Browser, size: dict[str, int]) -> Page:
    return browser.new_context(viewport=size, locale="ja-JP", device_scale_factor=1).new_page()


def _open_mail(page: Page, mailbox: str, subject: str) -> None:
    """Open the newest mail of that subject; the jobs send those of the demo's history one after the other."""
    for _ in range(200):
        page.goto(mailbox)
        mail = page.get_by_role("link", name=subject)
        if mail.count():
            mail.first.click()
            return
        time.sleep(2)
    raise RuntimeError(f"no mail says {subject}")


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
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str) -> None:
    for _ in range(3000):  # a busy machine may need minutes to load the demo
        with suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError("the demo did not start")


if __name__ == "__main__":
    main()
