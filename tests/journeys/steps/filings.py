"""What a contractor does with any paper of a case: write it by the keys of its form, attach, hand in, correct."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.journeys.steps import office
from tests.journeys.steps.contractor import GO_ON, attach
from tests.journeys.steps.towns import Award
from tests.journeys.visitor import Visitor

ROW = re.compile(r"(?P<group>[a-z_]+)_(?P<row>\d+)_[a-z_]+")
MARKS = "①②③④⑤⑥⑦⑧"
Answers = Mapping[str, str]


def begin(visitor: Visitor, title: str) -> None:
    """From the page of the case to the first question of a paper."""
    visitor.press(title)
    visitor.reads(title.lstrip(MARKS))
    visitor.press("記入を始める")


def answer(visitor: Visitor, answers: Answers) -> None:
    """Every page of questions: what is asked and known by its key; rows are added as they are needed."""
    while visitor.offers(GO_ON):
        _more_rows(visitor, answers)
        for key, text in answers.items():
            _write(visitor, key, text)
        visitor.press(GO_ON)


def answer_by_keyboard(visitor: Visitor, answers: Answers) -> None:
    """One page of questions with Tab, Space and letters alone; a missing row is added by its button."""
    for key in answers:
        found = ROW.fullmatch(key)
        if found and visitor.page.locator(f"#rows-{found['group']}").count():
            while not visitor.page.locator(f"[name='{key}']").count():
                visitor.tab_to_and_press("行を増やす")
    for key, text in answers.items():
        control = visitor.page.locator(f"[name='{key}']")
        if not control.count() or control.first.get_attribute("readonly") is not None:
            continue
        if control.first.get_attribute("type") == "radio":
            visitor.tab_to(control.first)
            visitor.page.keyboard.press("Space")
            while not visitor.page.locator(f"[name='{key}'][value='{text}']").is_checked():
                visitor.page.keyboard.press("ArrowDown")
        else:
            visitor.tab_to(control.first)
            visitor.page.keyboard.press("Control+A")
            visitor.page.keyboard.type(text)


def hand_in(visitor: Visitor, files: Mapping[str, Path] | None = None) -> str:
    """Attachments, the check page, the receipt; returns its number."""
    for label, path in (files or {}).items():
        attach(visitor, label, path)
    if visitor.offers("確認の画面へ進む"):
        visitor.press("確認の画面へ進む")
    visitor.reads("内容を確認して提出する")
    visitor.press("この内容で提出する")
    visitor.reads("提出を受け付けました", "受付番号")
    return visitor.page.locator("dt:has-text('受付番号') + dd").first.inner_text().strip()


def file_paper(
    visitor: Visitor, case: str, title: str, answers: Answers, files: Mapping[str, Path] | None = None
) -> str:
    """A whole paper, from the address of the case to the receipt."""
    visitor.open(case)
    begin(visitor, title)
    answer(visitor, answers)
    return hand_in(visitor, files)


def open_paper(officer: Visitor, award: Award, title: str) -> None:
    """The officer searches the case and opens one of its papers."""
    office.open_case(officer, award)
    officer.press(title)
    officer.reads(title.lstrip(MARKS), award.title)


def send_back(officer: Visitor, reason: str, remarks: Mapping[str, str]) -> None:
    """Mark places of the open paper by the keys of its form, say what is wrong with each, and send it back."""
    for key, remark in remarks.items():
        officer.page.locator(f"#mark-{key}").check()
        officer.page.locator(f"[name='remark-{key}']").fill(remark)
    officer.look()
    officer.page.locator("summary", has_text="差し戻す").click()
    officer.write("差し戻す理由", reason)
    officer.press("差し戻す")
    officer.reads("差し戻しました", reason, *remarks.values())


def _more_rows(visitor: Visitor, answers: Answers) -> None:
    for key in answers:
        found = ROW.fullmatch(key)
        while (
            found
            and visitor.page.locator(f"#rows-{found['group']}").count()
            and not visitor.page.locator(f"[name='{key}']").count()
        ):
            visitor.press("行を増やす")


def _write(visitor: Visitor, key: str, text: str) -> None:
    control = visitor.page.locator(f"[name='{key}']")
    if not control.count():
        return
    kind = control.first.get_attribute("type")
    if kind == "radio":
        visitor.page.locator(f"[name='{key}'][value='{text}']").check()
    elif kind == "checkbox":
        control.check()
    elif control.first.get_attribute("readonly") is None:
        control.fill(text)
