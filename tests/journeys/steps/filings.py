"""What a contractor does with any paper of a case: write it by the keys of its form, attach, hand in, correct."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.journeys.steps.contractor import GO_ON, attach
from tests.journeys.visitor import Visitor

ROW = re.compile(r"(?P<group>[a-z_]+)_(?P<row>\d+)_[a-z_]+")
Answers = Mapping[str, str]


def begin(visitor: Visitor, title: str) -> None:
    """From the page of the case to the first question of a paper."""
    visitor.press(title)
    visitor.reads(title.lstrip("①②③④⑤⑥⑦⑧"))
    visitor.press("書き始める")


def answer(visitor: Visitor, answers: Answers) -> None:
    """Every page of questions: what is asked and known by its key; rows are added as they are needed."""
    while visitor.offers(GO_ON):
        _more_rows(visitor, answers)
        for key, text in answers.items():
            _write(visitor, key, text)
        visitor.press(GO_ON)


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
