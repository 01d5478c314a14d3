"""A visitor: a person at a browser; each page it opens is looked at by axe-core and for errors in the console."""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import APIResponse, ConsoleMessage, Error, Locator, Page, Response

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LINK = re.compile(r"https?://\S+")
NUMBER = re.compile(r"\d+")
SHAPE = """() => [...document.querySelectorAll("body *")].map(element => {
  const kept = ["class", "role", "type", "id", "name", "lang", "tabindex", "scope", "alt", "disabled"];
  const attributes = [...element.attributes].filter(a => kept.includes(a.name) || a.name.startsWith("aria-"));
  const hasText = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  return [element.tagName, ...attributes.map(a => `${a.name}=${a.value}`), hasText].join(" ");
}).join("\\n")"""
JUDGE = """async rules => {
  const { violations } = await axe.run({ runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] });
  return violations.flatMap(fault => fault.nodes.map(node => `${fault.id}: ${node.html.slice(0, 200)}`));
}"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth
    || (element.clientWidth > 0 && element.scrollWidth > element.clientWidth
      && getComputedStyle(element).overflowX === "visible"))
  .map(element => element.outerHTML.slice(0, 160))"""
REFRESH = "最新の状況を表示する"
PATIENCE = 90_000
SHORT_WAIT = 5_000
MOST_STEPS = 80
LONG_WAIT = 240
judged_shapes: set[str] = set()
"""Shapes of the pages that axe-core has seen in this test session: the same shape is not judged twice."""


class Visitor:
    """Wraps a page; `judged` pages are run through axe (a page without scripts cannot be)."""

    def __init__(self, page: Page, *, judged: bool = True) -> None:
        self.page = page
        self.judged = judged
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    # going from page to page

    def second_tab(self) -> Visitor:
        """Another tab of the same browser, on the same page."""
        tab = Visitor(self.page.context.new_page(), judged=self.judged)
        tab.open(self.page.url)
        return tab

    def open(self, address: str) -> Response | None:
        answer = self.page.goto(address)
        self.look()
        return answer

    def press(self, name: str, *, exact: bool = True) -> None:
        """Press a button or link by its words, and look at the page that comes."""
        target = self._pressable(name, exact=exact)
        with self.page.expect_navigation(wait_until="load"):
            target.click()
        self.look()

    def press_in(self, part: Locator, name: str) -> None:
        """Press a button inside a part of the page, where several have the same words."""
        with self.page.expect_navigation(wait_until="load"):
            part.get_by_role("button", name=name, exact=True).first.click()
        self.look()

    def tab_to(self, target: Locator) -> None:
        """Press Tab until something has the focus, and see that it shows it."""
        for _ in range(MOST_STEPS):
            self.page.keyboard.press("Tab")
            if target.evaluate("it => it === document.activeElement"):
                shown = target.evaluate(
                    "it => getComputedStyle(it).outlineStyle + getComputedStyle(it).boxShadow"
                )
                assert shown != "nonenone", f"{target} has the focus and does not show it"
                return
        raise AssertionError(f"Tab does not lead to {target} on {self.page.url}:\n{self.text()[:2000]}")

    def tab_to_and_press(self, name: str) -> None:
        """Tab to a button or link, and press Enter."""
        self.tab_to(self._pressable(name, exact=True))
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press("Enter")
        self.look()

    def sends_by_hand(self, address: str, **values: str) -> APIResponse:
        """Send a form that the page does not offer, as the same person, with the token of the open page."""
        token = self.page.locator("input[name=csrf_token]").first.input_value()
        return self.page.context.request.post(address, form={"csrf_token": token, **values})

    def download(self, name: str, to: Path, *, exact: bool = False) -> bytes:
        """Press a link that downloads a file; returns its bytes."""
        with self.page.expect_download() as waiting:
            self._pressable(name, exact=exact).click()
        waiting.value.save_as(to)
        return to.read_bytes()

    def file_behind(self, name: str, *, exact: bool = False) -> bytes:
        """The file that a link opens in the browser's own viewer, fetched as the same person."""
        address = self._pressable(name, exact=exact).get_attribute("href")
        answer = self.page.context.request.get(str(address))
        assert answer.ok, f"{answer.status} for {address}"
        return answer.body()

    def sign_in(self, login_name: str, password: str) -> None:
        self.open("/login")
        self.write("利用者ID", login_name)
        self.page.locator("input[type=password]").first.fill(password)
        self.press("ログインする")

    # filling in

    def write(self, label: str, text: str) -> None:
        self._control(label).fill(text)

    def choose(self, label: str) -> None:
        """Tick a radio button or a checkbox by its words."""
        self._control(label).check()

    def pick(self, label: str, option: str) -> None:
        self._control(label).select_option(label=option)

    def upload(self, label: str, *paths: Path) -> None:
        self._control(label).set_input_files([str(path) for path in paths])

    # reading

    def reads(self, *words: str) -> None:
        """The page says these words."""
        text = self.text()
        for word in words:
            assert word in text, f"「{word}」 is not on {self.page.url}:\n{text[:3000]}"

    def does_not_read(self, *words: str) -> None:
        """The page says none of these words."""
        text = self.text()
        for word in words:
            assert word not in text, f"「{word}」 is on {self.page.url}:\n{text[:3000]}"

    def waits_for(self, words: str) -> None:
        """The page says these words sooner or later: look again and again, as its link offers."""
        self.until(lambda: words in self.text() or self._looks_again())
        self.reads(words)

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait until something is so; what comes of it is for the caller to say."""
        deadline = time.monotonic() + LONG_WAIT
        while not is_so() and time.monotonic() < deadline:
            self.page.wait_for_timeout(200)

    def is_told(self, words: str) -> None:
        """The page says these words sooner or later, with nobody touching it: it loads itself again."""
        self.page.get_by_text(words).first.wait_for(timeout=LONG_WAIT * 1000)
        self.look()

    def offers(self, name: str) -> bool:
        """Whether a button or link of these words is there."""
        return any(self.page.get_by_role(role, name=name, exact=True).count() for role in ("button", "link"))

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    # judging

    def look(self) -> None:
        """Judge the page that is open now; one that loads itself again in between is judged as it comes."""
        if not self.judged:
            return
        for _ in range(3):
            try:
                self._judge()
                return
            except Error as error:
                if "context was destroyed" not in str(error) and "navigation" not in str(error):
                    raise
                self.page.wait_for_load_state()

    def _judge(self) -> None:
        if self.page.evaluate("document.contentType") != "text/html":
            return
        assert not self.complaints, self.complaints
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px too wide: {self.page.evaluate(TOO_WIDE)}"
        shape = self._shape()
        if shape in judged_shapes:
            return
        self.page.evaluate(AXE)
        faults = self.page.evaluate(JUDGE, RULES)
        assert not faults, f"axe on {self.page.url}:\n" + "\n".join(faults)
        judged_shapes.add(shape)

    def _shape(self) -> str:
        """What axe-core goes by: elements, classes, roles and names, without numbers and words; and the width."""
        made_of = NUMBER.sub("", f"{self.page.title() != ''}{self.page.evaluate(SHAPE)}")
        width = (self.page.viewport_size or {}).get("width")
        return hashlib.sha256(f"{width}{made_of}".encode()).hexdigest()

    # finding

    def _looks_again(self) -> bool:
        """Press the link that loads the page again, unless the page has done so by itself in between."""
        if self.offers(REFRESH):
            with contextlib.suppress(Error):
                self._pressable(REFRESH, exact=True).click(timeout=SHORT_WAIT)
            self.page.wait_for_load_state()
            self.look()
        return False

    def _pressable(self, name: str, *, exact: bool) -> Locator:
        for role in ("button", "link"):
            found = self.page.get_by_role(role, name=name, exact=exact)
            if found.count():
                return found.first
        raise AssertionError(f"nothing to press reads 「{name}」 on {self.page.url}:\n{self.text()[:3000]}")

    def _control(self, label: str) -> Locator:
        found = self.page.get_by_label(label, exact=False)
        assert found.count(), (
            f"nothing to fill in is labelled 「{label}」 on {self.page.url}:\n{self.text()[:3000]}"
        )
        return found.first

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


def link_in(letter: str) -> str:
    """The first address in a mail."""
    found = LINK.search(letter)
    assert found, letter
    return found.group()
