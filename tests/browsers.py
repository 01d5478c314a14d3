"""The browser that tests and pictures drive: the system's Chromium, headless, with no calls of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
"""The first that is there: Chromium without the window that nobody sees costs a third of the time of the whole."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser. While it is open its thread runs Playwright's event loop, and can start neither a second nor another."""
    with sync_playwright() as playwright:
        found = next((path for path in CHROMIUM if Path(path).exists()), CHROMIUM[-1])
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()
