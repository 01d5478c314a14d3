"""Journeys: a real browser before a whole portal, no mocks. Every page that opens is judged by axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error

from tests.journeys.running_portal import RunningPortal
from tests.journeys.visitor import Visitor

ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"


addresses_asked: set[str] = set()
"""Every address that a browser of this test session asked for."""


class VisitMaker:
    """Opens browsers with nothing remembered: `visit()`, `visit(phone=True)`, `visit(scripts=False)`."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._contexts: list[BrowserContext] = []
        self.visitors: list[Visitor] = []

    def __call__(self, *, phone: bool = False, scripts: bool = True) -> Visitor:
        width, height = (360, 740) if phone else (1280, 900)
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            base_url=self._address,
            locale="ja-JP",
        )
        context.on("request", lambda request: addresses_asked.add(request.url))
        self._contexts.append(context)
        visitor = Visitor(context.new_page(), judged=scripts)
        self.visitors.append(visitor)
        return visitor

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def keep_pictures(self, name: str) -> None:
        """What each visitor sees now, as pictures in test-artifacts/."""
        ARTIFACTS.mkdir(exist_ok=True)
        for number, visitor in enumerate(self.visitors, start=1):
            try:
                visitor.page.screenshot(path=ARTIFACTS / f"{name}-{number}.png", full_page=True)
            except Error:
                continue  # a browser that has gone away has nothing to show


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """One portal for the journeys of a module."""
    running = RunningPortal(tmp_path_factory.mktemp("portal"))
    yield running
    running.stop()


@pytest.fixture
def visit(browser: Browser, portal: RunningPortal) -> Iterator[VisitMaker]:
    maker = VisitMaker(browser, portal.address)
    yield maker
    maker.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A journey that fails leaves pictures of what its people saw, and the end of the portal's logs."""
    report = yield
    used = getattr(item, "funcargs", {})
    maker, portal = used.get("visit"), used.get("portal")
    if report.when == "call" and report.failed and isinstance(maker, VisitMaker):
        maker.keep_pictures(re.sub(r"\W+", "-", item.name))
        report.sections += [(f"{name}.log", portal.end_of_log(name)) for name in ("web", "jobs")]
    return report
