"""Decisions (判断) of the office: an act on one row, what its page asks beforehand, and what follows the press."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import flash, redirect, request

from portal.acting import acting
from portal.office.access import REFUSED, Page
from portal.workflows.act import Act

Row = TypeVar("Row")


@dataclass(frozen=True)
class Decision(Generic[Row]):
    """An act that is asked for its reason: what the page says before it, and what is said afterwards."""

    title: str
    text: str
    label: str
    hint: str
    button: str
    done: str
    work: Callable[[Act, Row, str], None]
    kind: str = "primary"
    is_required: bool = True
    """Whether the reason must be given."""

    def decide(self, act: Act, row: Row) -> None:
        """Do it, with the reason that was typed."""
        self.work(act, row, request.form.get("reason", ""))


def pressed(work: Callable[[Act], str], page: Callable[..., Page], done: str = "") -> Page:
    """Do the work in one act, then go to the address that it gives; `done` is said there.

    Refused work comes back as `page(refusal=...)`, with what was typed still there.
    """
    try:
        with acting() as act:
            address = work(act)
    except REFUSED as refusal:
        return page(refusal=refusal), 422
    if done:
        flash(done, "success")
    return redirect(address)
